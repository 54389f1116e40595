"""Running checks: what each of them found out, in order, whatever lies around."""

import os
import sys

import msgspec
import pytest

from grader.checks.run import Task, run_checks
from grader.checks.training import TrainingTask
from grader.errors import CheckError, Died, SandboxError
from grader.results import Evidence, Gradient, Location, Outcome, Progress, Text, measured
from tests.students import LOOP, FakeStudent

HEADER = """\
import numpy as np
import grader.checks
from grader.checks import assert_close, each, measured, require

def check(group="first", **more):
    texts = dict(title="a title", title_zh="标题", hint="a hint", hint_zh="提示")
    return grader.checks.check(group, **(dict(points=2) | texts | more))

"""
FIRST = HEADER.count("\n") + 1
NOT_A_FOLDER = "no such folder"


@pytest.fixture
def write(tmp_path):
    """Write a check file, visible unless another folder is named."""

    def write_file(source, name="test_a", folder="checks", header=HEADER):
        path = tmp_path / folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(header + source, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def run(tmp_path):
    """Run the checks that were written; what is told meanwhile is kept in `run.told`."""

    def run_them(student=None, **more):
        folders = tuple(f for f in (tmp_path / "checks", tmp_path / "hidden") if f.is_dir())
        settings = {
            "folders": folders or (tmp_path / NOT_A_FOLDER,),
            "groups": ("first", "second"),
            "only": None,
            "seed": 0,
            "training_file": None,
            "training": None,
        }
        run_them.told = []
        task = Task(**(settings | more))
        return run_checks(task, student or FakeStudent(), run_them.told.append)

    return run_them


def one(findings):
    """The only result."""
    [result] = findings.checks
    return result


def outcomes(findings):
    """Outcomes by the check's name, in the order in which they ran."""
    return {c.id.partition("::")[2]: str(c.outcome) for c in findings.checks}


# Outcomes


def test_a_check_that_passes(write, run):
    """A check that raises nothing passes: full points, and no words."""
    write("@check(points=3)\ndef test_it(student):\n    assert_close(student.f(1.0), 2.0)\n")
    result = one(run(FakeStudent(f=lambda x: 2 * x)))
    assert (result.id, result.group, result.outcome) == ("test_a::it", "first", Outcome.PASSED)
    assert (result.points, result.max_points) == (3.0, 3.0)
    assert (result.message, result.hint, result.evidence) == (None, None, None)
    assert result.title == Text("a title", "标题")


def test_a_check_that_fails(write, run):
    """A comparison that fails costs all points and brings message, hint and evidence."""
    write("@check()\ndef test_it(student):\n    assert_close(student.f(1.0), 2.5)\n")
    result = one(run(FakeStudent(f=lambda x: 3 * x)))
    assert (result.outcome, result.points, result.max_points) == (Outcome.FAILED, 0.0, 2.0)
    assert result.message == Text("The value is wrong.")
    assert result.hint == Text("a hint", "提示")
    assert result.evidence == Evidence(call="f(1)", got="3", expected="2.5")


def test_a_check_whose_student_raises(write, run):
    """An error of the student's code is an error, with its words and the call."""
    write("@check()\ndef test_it(student):\n    student.f(1.0)\n")
    result = one(run(FakeStudent(f=lambda x: x / 0)))
    assert (result.outcome, result.points) == (Outcome.ERROR, 0.0)
    assert str(result.message) == "f raised ZeroDivisionError: float division by zero"
    assert result.hint is None
    assert result.evidence == Evidence(call="f(1)")


def test_the_students_own_lines_are_kept(write, run):
    """Lines of the student's code that an error names are in the result."""
    write(
        "from grader.errors import Raised\n"
        "@check()\ndef test_it():\n    raise Raised('no', trace=((0, 3, 'f'), (0, 5, 'g')))\n"
    )
    assert one(run()).trace == (Location(0, 3, "f"), Location(0, 5, "g"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("assert 1 + 1 == 3", Text("This is not so.")),
        ("assert False, 'a secret'", Text("This is not so.")),
        ("require(False, 'No {what}.', '没有 {what}。', what='x')",
         Text("No {what}.", "没有 {what}。", {"what": "x"})),
    ],
)  # fmt: skip
def test_assertions_fail(write, run, body, message):
    """A plain assert fails without giving anything away; `require` with its author's words."""
    write(f"@check()\ndef test_it():\n    {body}\n")
    result = one(run())
    assert (result.outcome, result.message) == (Outcome.FAILED, message)


def test_the_call_shown_is_this_checks_own(write, run):
    """A check that calls nothing shows no call, least of all one that another check made."""
    write(
        "@check(shows=False)\ndef test_first(student):\n    student.f('a secret')\n"
        "@check(depends_on=('test_a::first',))\ndef test_then():\n    require(False, 'No.')\n"
    )
    [_, result] = run(FakeStudent(f=len)).checks
    assert result.outcome is Outcome.FAILED
    assert result.evidence in (None, Evidence())


# Visibility


@pytest.mark.parametrize(
    ("folder", "shows", "seen"),
    [
        ("checks", None, True),
        ("checks", False, False),
        ("hidden", None, False),
        ("hidden", True, True),
    ],
)
def test_who_sees_the_evidence(write, run, folder, shows, seen):
    """Visible checks show their evidence and hidden ones don't, unless their author says so."""
    write("@check()\ndef test_other():\n    pass\n", name="test_b")
    write(f"@check(shows={shows})\ndef test_it():\n    assert_close(1.0, 2.5)\n", folder=folder)
    [result] = [c for c in run().checks if c.id == "test_a::it"]
    assert result.visibility == {"checks": "visible", "hidden": "hidden"}[folder]
    assert result.shows is seen
    assert result.evidence == Evidence(got="1", expected="2.5")


EACH = """
@check()
def test_it(student):
    for (x,), answer in each(student, "f", [(1.0,), (2.0,), (3.0,)]):
        assert_close(answer, 2.0 * x)
"""


@pytest.mark.parametrize(
    ("function", "outcome", "call"),
    [
        (lambda x: 2.0 * x, Outcome.PASSED, None),
        (lambda x: 2.0 * x if x < 2.0 else 5.0, Outcome.FAILED, "f(2)"),
        (lambda x: 2.0 * x if x < 3.0 else x.y, Outcome.ERROR, "f(3)"),
    ],
)
def test_each_call_is_known(write, run, function, outcome, call):
    """Of calls that went together, the one that failed or raised is shown."""
    write(EACH)
    result = one(run(FakeStudent(f=function)))
    assert result.outcome is outcome
    assert (result.evidence and result.evidence.call) == call


def test_no_other_folder_is_listed(write, run, tmp_path, monkeypatch):
    """The folders of checks are looked through, and none above them: a home may hold thousands."""
    listed, scandir = set(), os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.add(str(path)) or scandir(path))
    write("@check()\ndef test_one():\n    pass\n")
    write("@check()\ndef test_two():\n    pass\n", folder="hidden")
    assert len(run().checks) == 2
    assert listed == {str(tmp_path / "checks"), str(tmp_path / "hidden")}


def test_files_of_the_same_name_in_both_folders(write, run):
    """A visible and a hidden file may have the same name."""
    write("@check()\ndef test_one():\n    pass\n")
    write("@check()\ndef test_two():\n    assert False\n", folder="hidden")
    assert outcomes(run()) == {"one": "passed", "two": "failed"}


# Order and dependencies

CHAIN = """
@check(depends_on=("test_a::two",))
def test_three():
    pass

@check(depends_on=("test_a::one",))
def test_two():
    pass

@check(title="the ground")
def test_one(student):
    {body}
"""


def test_dependencies_run_first(write, run):
    """A check runs after what it depends on, wherever it is written."""
    write(CHAIN.format(body="pass"))
    assert list(outcomes(run()).items()) == [(n, "passed") for n in ("one", "two", "three")]


def test_what_depends_on_a_failure_is_skipped(write, run):
    """After a failure its dependants are skipped, all of them told what is not so yet."""
    write(CHAIN.format(body="assert False"))
    findings = run()
    assert list(outcomes(findings).values()) == ["failed", "skipped", "skipped"]
    for result in findings.checks[1:]:
        assert str(result.message) == "Not run, because this is not so yet: the ground"
        assert (result.points, result.hint, result.evidence) == (0.0, None, None)


def test_what_depends_on_an_error_is_skipped(write, run):
    """After an error its dependants are skipped, and the error's own message is passed on."""
    write(CHAIN.format(body="student.f()"))
    findings = run(FakeStudent(f=[].pop))
    assert list(outcomes(findings).values()) == ["error", "skipped", "skipped"]
    messages = {str(result.message) for result in findings.checks}
    assert messages == {"f raised IndexError: pop from empty list"}


def test_one_ground_that_is_missing_is_enough(write, run):
    """A check is skipped if any of what it depends on did not pass."""
    write(
        "@check()\ndef test_good():\n    pass\n@check()\ndef test_bad():\n    assert False\n"
        "@check(depends_on=('test_a::good', 'test_a::bad'))\ndef test_both():\n    pass\n"
    )
    assert outcomes(run())["both"] == "skipped"


def test_groups_run_in_their_order(write, run):
    """Checks run group by group, in the assignment's order, and are told as they come."""
    write("@check('second')\ndef test_x():\n    pass\n@check('first')\ndef test_y():\n    pass\n")
    write("@check('first')\ndef test_z():\n    pass\n", name="test_b", folder="hidden")
    findings = run()
    assert list(outcomes(findings)) == ["y", "z", "x"]
    assert run.told == list(findings.checks)
    assert list(outcomes(run(groups=("second", "first")))) == ["x", "y", "z"]


def test_a_check_may_depend_on_an_earlier_group(write, run):
    """A check may depend on one of an earlier group."""
    write(
        "@check('second', depends_on=('test_a::y',))\ndef test_x():\n    pass\n"
        "@check('first')\ndef test_y():\n    assert False\n"
    )
    assert outcomes(run()) == {"y": "failed", "x": "skipped"}


def test_a_check_that_depends_on_a_later_group_is_broken(write, run):
    """A check that depends on one of a later group can't be run in order: that is told."""
    write(
        "@check('first', depends_on=('test_a::y',))\ndef test_x():\n    pass\n"
        "@check('second')\ndef test_y():\n    pass\n"
    )
    with pytest.raises(CheckError, match=r"test_a") as caught:
        run()
    assert "KeyError" not in str(caught.value)


def test_only_one_group_is_reported(write, run):
    """With `only`, other groups' checks run if they are needed, and are neither told nor kept."""
    write(
        "@check('first')\ndef test_needed(student):\n    student.note('needed')\n"
        "@check('first')\ndef test_other(student):\n    student.note('other')\n"
        "@check('second', depends_on=('test_a::needed',))\ndef test_x(student):\n"
        "    student.note('x')\n"
    )
    notes = []
    findings = run(FakeStudent(note=notes.append), only="second")
    assert outcomes(findings) == {"x": "passed"}
    assert run.told == list(findings.checks)
    assert notes == ["needed", "x"]


def test_only_one_group_keeps_its_grounds(write, run):
    """With `only`, a ground that fails in another group still has its dependants skipped."""
    write(
        "@check('first')\ndef test_needed():\n    assert False\n"
        "@check('second', depends_on=('test_a::needed',))\ndef test_x():\n    pass\n"
    )
    assert outcomes(run(only="second")) == {"x": "skipped"}


# Random numbers

DRAWS = """
@check()
def test_{name}(student, rng):
    student.note(float(rng.random()))
"""


def drawn(run, **more):
    """Run, and collect what the checks drew."""
    notes = []
    run(FakeStudent(note=notes.append), **more)
    return notes


def test_random_numbers_depend_on_seed_and_id_alone(write, run):
    """What a check draws depends on the seed and its id: not on other checks, or on order."""
    write(DRAWS.format(name="x"))
    alone = drawn(run)
    assert alone == drawn(run)
    assert alone != drawn(run, seed=1)
    write(DRAWS.format(name="y"), name="test_0")
    [other, again] = drawn(run)
    assert [again] == alone
    assert other != again


# Broken checks

CIRCLE = """
@check(depends_on=("test_b::y",))
def test_x():
    pass

@check(depends_on=("test_b::x",))
def test_y():
    pass
"""
BROKEN = {
    "an unknown group": (
        "@check('third')\ndef test_x():\n    pass\n",
        r"test_b\.py: test_b::x is in group third, which assignment\.toml does not have\.$",
    ),
    "an unknown dependency": (
        "@check(depends_on=('test_a::no',))\ndef test_x():\n    pass\n",
        r"test_b\.py: depends_on names no check: test_a::no\.$",
    ),
    "a check that depends on itself": (
        "@check(depends_on=('test_b::x',))\ndef test_x():\n    pass\n",
        r"test_b::x depends on itself\.$",
    ),
    "a circle": (
        CIRCLE,
        r"test_b::[xy] depends on itself\.$",
    ),
    "an undeclared test": (
        "def test_x():\n    pass\n",
        r"test_b\.py: test_b::x is not declared with @check\.$",
    ),
    "a syntax error": (
        "def test_x(:\n    pass\n",
        r"test_b\.py, line \d+: the checks can't be loaded: .*[Ss]yntax",
    ),
    "a missing import": (
        "import nowhere_xyz\n",
        r"test_b\.py, line \d+: the checks can't be loaded: .*No module named 'nowhere_xyz'",
    ),
    "an exception at import": (
        "1 / 0\n",
        r"test_b\.py, line \d+: the checks can't be loaded: .*division by zero",
    ),
    "a declaration with a mistake": (
        "@check(point=3)\ndef test_x():\n    pass\n",
        r"test_b\.py, line \d+: the checks can't be loaded: .*unexpected keyword argument 'point'",
    ),
    "a check that raises": (
        "@check()\ndef test_x():\n    {}['key']\n",
        rf"test_b\.py, line {FIRST + 2}, in test_b::x: KeyError: 'key'$",
    ),
    "a helper that raises": (
        "def helper():\n    return {}['key']\n@check()\ndef test_x():\n    helper()\n",
        rf"test_b\.py, line {FIRST + 1}, in test_b::x: KeyError: 'key'$",
    ),
    "a check that misuses ours": (
        "@check()\ndef test_x():\n    assert_close(1.0, 'text')\n",
        rf"test_b\.py, line {FIRST + 2}, in test_b::x: ValueError: ",
    ),
    "a check that exits": (
        "@check()\ndef test_x():\n    raise SystemExit(0)\n",
        rf"test_b\.py, line {FIRST + 2}, in test_b::x: SystemExit",
    ),
    "a check that skips itself": (
        "import pytest\n@check()\ndef test_x():\n    pytest.skip('not today')\n",
        rf"test_b\.py, line {FIRST + 3}, in test_b::x: Skipped",
    ),
    "a check that never runs": (
        "@check()\nasync def test_x():\n    pass\n",
        r"test_b\.py, line \d+, in test_b::x: Failed: async def functions are not ",
    ),
    "a check that returns what it should require": (
        "@check()\ndef test_x():\n    return 1 < 0\n",
        rf"test_b\.py, line {FIRST}, in test_b::x: TypeError: it returns bool, ",
    ),
    "one with parameters that does so": (
        "import pytest\n@pytest.mark.parametrize('n', [1])\n@check()\ndef test_x(n):\n  return n\n",
        r"test_b\.py, line \d+, in test_b::x\[1\]: PytestReturnNotNoneWarning: ",
    ),
    "a check that yields": (
        "@check()\ndef test_x():\n    yield\n",
        r"test_b\.py, line \d+: the checks can't be loaded: .*yield",
    ),
    "a fixture that is not there": (
        "@check()\ndef test_x(studnet):\n    pass\n",
        r"test_b\.py, line \d+, in test_b::x: .*studnet",
    ),
    "training without a table": (
        "@check()\ndef test_x(training):\n    pass\n",
        r"test_b\.py, line \d+, in test_b::x: .*A check wants `training`",
    ),
}


@pytest.mark.parametrize("folder", ["checks", "hidden"])
@pytest.mark.parametrize(("source", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_check_is_not_the_students_fault(write, run, source, words, folder):
    """A broken check is a CheckError that names the file, whichever folder it is in."""
    write("@check()\ndef test_it():\n    pass\n")
    write(source, name="test_b", folder=folder)
    with pytest.raises(CheckError, match=words):
        run()


def test_two_checks_of_one_id(write, run):
    """Two checks with the same id, in two folders, are a CheckError that names the file."""
    write("@check()\ndef test_it():\n    pass\n")
    path = write("@check()\ndef test_it():\n    pass\n", folder="hidden")
    with pytest.raises(CheckError) as caught:
        run()
    assert str(caught.value) == f"{path}: there are two checks test_a::it."


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_check_prints_nothing(write, run, capfd, words):
    """What is wrong with a check is said in the error alone: the command line prints it."""
    write(BROKEN[words][0], name="test_b")
    write("@check()\ndef test_it():\n    pass\n")
    with pytest.raises(CheckError):
        run()
    assert capfd.readouterr() == ("", "")


def test_nothing_is_told_after_a_broken_check(write, run):
    """Once a check has turned out to be broken, no other one is run."""
    write("@check()\ndef test_x():\n    {}['key']\n@check()\ndef test_y():\n    pass\n")
    with pytest.raises(CheckError):
        run()
    assert run.told == []


@pytest.mark.parametrize("files", [{}, {"helper": "x = 1\n"}, {"test_a": "x = 1\n"}])
def test_no_check_at_all_is_not_the_students_fault(write, run, files):
    """A folder without a single check, or no folder at all, is a CheckError that names it."""
    for name, source in files.items():
        write(source, name=name)
    with pytest.raises(CheckError, match="checks" if files else NOT_A_FOLDER):
        run()


def test_a_second_folder_that_is_not_there_is_not_the_students_fault(write, run, tmp_path):
    """A folder of hidden checks that is named and not there is a CheckError."""
    write("@check()\ndef test_it():\n    pass\n")
    with pytest.raises(CheckError, match="did not run: pytest ended with code 4"):
        run(folders=(tmp_path / "checks", tmp_path / NOT_A_FOLDER))


def test_a_broken_sandbox_stays_one(write, run):
    """If the sandbox breaks during a check, that is told, and the check's file is not blamed."""

    def breaks():
        raise SandboxError("The process for student code has gone away.")

    student = FakeStudent()
    student.call = lambda *_: breaks()
    write("@check()\ndef test_x(student):\n    student.f()\n")
    with pytest.raises(SandboxError, match=r"^The process for student code has gone away\.$"):
        run(student)


# What lies around

HOSTILE = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True

@pytest.fixture
def rng():
    return None
"""


def test_files_beside_the_checks_change_nothing(write, run):
    """A conftest.py or a settings file beside the checks, or above them, is not looked at."""
    settings = "[pytest]\naddopts = --collect-only\npython_functions = nothing\n"
    for folder in ("checks", "."):
        write(HOSTILE, name="conftest", folder=folder, header="").with_name(
            "pytest.ini"
        ).write_text(settings)
    write("@check()\ndef test_x(rng):\n    require(rng is None, 'No.')\n")
    assert outcomes(run()) == {"x": "failed"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTEST_ADDOPTS", "--collect-only"),
        ("PYTEST_ADDOPTS", "--no-such-option"),
        ("PYTEST_ADDOPTS", "-k nothing"),
        ("PYTEST_PLUGINS", "no_such_plugin"),
    ],
)
def test_the_environment_changes_nothing(write, run, monkeypatch, name, value):
    """Variables that steer a user's own pytest have no effect, and stay as they were."""
    monkeypatch.setenv(name, value)
    write("@check()\ndef test_x():\n    pass\n")
    assert outcomes(run()) == {"x": "passed"}
    assert os.environ[name] == value


def test_files_beside_the_checks_are_no_checks(write, run):
    """Only files called test_*.py are checks."""
    write("1 / 0\n", name="helper")
    write("@check()\ndef test_x():\n    pass\n")
    assert outcomes(run()) == {"x": "passed"}


def test_nothing_is_printed(write, run, capfd):
    """Running checks prints nothing, whatever they find."""
    write("@check()\ndef test_x():\n    assert False\n@check()\ndef test_y():\n    pass\n")
    run()
    assert capfd.readouterr() == ("", "")


def test_no_warning_is_told(write, run, capfd):
    """What a file of checks warns of, when it is read or run, is nothing for a student."""
    write(
        "import warnings\nwarnings.warn('old')\n"
        "@check()\ndef test_x():\n    warnings.warn('older')\n"
    )
    assert outcomes(run()) == {"x": "passed"}
    assert capfd.readouterr() == ("", "")


# Again and again


def timeless(findings):
    """The results without what differs from run to run."""
    return [msgspec.structs.replace(c, seconds=0.0) for c in findings.checks]


def test_two_runs_find_the_same(write, run):
    """Running the same checks twice in one process gives the same results, but for `seconds`."""
    write(CHAIN.format(body="student.f()"))
    write(DRAWS.format(name="drawn"), name="test_b", folder="hidden")
    student = FakeStudent(f=lambda: 1 / 0, note=lambda x: x)
    assert timeless(run(student)) == timeless(run(student))


def test_a_changed_check_is_read_again(write, run):
    """A check file that was changed between two runs in one process counts as it is now."""
    write("@check()\ndef test_x():\n    assert False\n")
    assert outcomes(run()) == {"x": "failed"}
    write("@check()\ndef test_other():\n    pass\n")
    assert outcomes(run()) == {"other": "passed"}


def test_two_courses_do_not_mix(write, run, tmp_path):
    """Files of the same name from two assignments are two files."""
    write("@check()\ndef test_x():\n    assert False\n")
    write("@check()\ndef test_x():\n    assert True\n", folder="others")
    assert outcomes(run()) == {"x": "failed"}
    assert outcomes(run(folders=(tmp_path / "others",))) == {"x": "passed"}


def test_nothing_is_left_in_the_process(write, run):
    """After a run the path and the modules are as they were."""
    write("@check()\ndef test_x():\n    pass\n")
    before = list(sys.path), {name for name in sys.modules if "test_a" in name}
    run()
    assert (sys.path, {name for name in sys.modules if "test_a" in name}) == before


# Training and gradients

TRAINING = """
from pathlib import Path
from grader.checks.training import replay
from grader.results import Measure, Progress, Training

def run(student, task, watch):
    seen = []
    for block in replay(student, Path(__file__).with_name("loop.py"), lambda: {"steps": 6}):
        seen.append(float(block.answers[-1, 0]))
        watch(Progress(len(seen), 2))
    measures = (Measure("last", seen[-1]),)
    return Training((), samples=6, threshold=0.5, converged=True, measures=measures)
"""
TRAINED = """
@check()
def test_x(training):
    require(measured(training, "last") == 10.0, "No.")

@check()
def test_y(training):
    require(training.converged, "No.")
"""


@pytest.fixture
def train(write, run, tmp_path):
    """Run checks that want `training`."""
    write(LOOP, name="loop", header="")
    write(TRAINED)
    task = TrainingTask(folder=tmp_path, solutions=None, epochs=1, threshold=0.5, seed=0)
    file = write(TRAINING, name="training", header="")
    return lambda student: run(student, training_file=file, training=task)


def test_training_is_run_once_for_all_checks(train, run):
    """The training run is made once, told as it goes, and is in the findings."""
    calls = []
    findings = train(FakeStudent(f=lambda x: calls.append(x) or 2.0 * x))
    assert outcomes(findings) == {"x": "passed", "y": "passed"}
    assert measured(findings.training, "last") == 10.0
    assert calls == list(range(6))
    assert run.told == [Progress(1, 2), Progress(2, 2), *findings.checks]


def test_training_that_fails_fails_every_check_that_wants_it(train):
    """What goes wrong in training is the outcome of each check that wants it."""

    def fails(_x):
        raise Died("{name} ended its process.", name="training")

    findings = train(FakeStudent(f=fails))
    assert outcomes(findings) == {"x": "error", "y": "error"}
    assert {str(c.message) for c in findings.checks} == {"training ended its process."}
    assert findings.training is None


def test_a_training_file_that_is_broken_is_named(train, write):
    """If the course's own training file raises, it is named with the line."""
    write(
        "def run(student, task, watch):\n    return task.no_such_setting\n", "training", header=""
    )
    with pytest.raises(CheckError, match=r"training\.py, line 2, in test_a::x: AttributeError"):
        train(FakeStudent())


def test_the_worst_gradient_is_kept(write, run):
    """Of all recorded gradients the one with the largest error is in the findings."""
    write(
        "from grader.results import Gradient\n@check()\ndef test_x(record):\n"
        "    for error in (0.1, 0.3, 0.2):\n        record(Gradient(error, 'w[0]', 0.5))\n"
    )
    assert run().gradient == Gradient(0.3, "w[0]", 0.5)
