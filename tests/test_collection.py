"""Checks that are found once and run for many students: each of them gets checks of their own."""

import gc
import sys
import weakref

import pytest

from grader.checks.collection import Collector
from grader.checks.run import Enough, Task, run_checks
from grader.errors import CheckError
from grader.results import Outcome
from tests.students import FakeStudent

HEADER = """\
import os
import sys
import pytest
import grader.checks
from grader.checks import assert_close, require

def check(group="first", **more):
    texts = dict(title="a title", title_zh="标题", hint="a hint", hint_zh="提示")
    return grader.checks.check(group, **(dict(points=2) | texts | more))

"""
PLAIN = "@check()\ndef test_it(student):\n    assert_close(student.f(1.0), 2.0)\n"


@pytest.fixture
def write(tmp_path):
    """Write a check file."""

    def write_file(source, name="test_a"):
        path = tmp_path / "checks" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER + source, encoding="utf-8")

    return write_file


@pytest.fixture
def run(tmp_path):
    """Run the checks that were written, found by the same collector each time."""
    collector = Collector()

    def run_them(student=None, *, watch=lambda _event: None, **more):
        settings = {
            "folders": (tmp_path / "checks",),
            "groups": ("first", "second"),
            "only": None,
            "seed": 0,
            "training_file": None,
            "training": None,
        }
        return run_checks(Task(**(settings | more)), student or FakeStudent(), watch, collector)

    return run_them


@pytest.fixture
def searches(monkeypatch):
    """Count how often pytest is asked to find checks: one entry for each time."""
    made, main = [], pytest.main
    monkeypatch.setattr(pytest, "main", lambda *a, **k: made.append(1) or main(*a, **k))
    return made


def outcomes(findings):
    """Outcomes by the check's name, in the order in which they ran."""
    return {c.id.partition("::")[2]: str(c.outcome) for c in findings.checks}


PLAINLY = {
    "in its module": """
seen = []
@check()
def test_it():
    seen.append(1)
    assert seen == [1]
""",
    "in its module, as others find it": """
seen = []
@check()
def test_it():
    sys.modules[__name__].seen.append(1)
    assert seen == [1]
""",
    "in a default": """
@check()
def test_it(seen=[]):
    seen.append(1)
    assert seen == [1]
""",
    "in its function": """
@check()
def test_it():
    test_it.seen = getattr(test_it, "seen", 0) + 1
    assert test_it.seen == 1
""",
    "for another check": """
seen = []
@check()
def test_a():
    seen.append(1)
@check(depends_on=("test_a::a",))
def test_b():
    assert seen == [1]
""",
}
OTHERWISE = {
    "in its module, as pytest finds it": """
seen = []
@check()
def test_it(request):
    request.module.seen.append(1)
    assert seen == [1]
""",
    "in a parameter": """
@pytest.mark.parametrize("seen", [[]], ids=["x"])
@check()
def test_it(seen):
    seen.append(1)
    assert seen == [1]
""",
    "in a parameter that has the name of a fixture of ours": """
@pytest.mark.parametrize("record", [[]], ids=["x"])
@check()
def test_it(record):
    record.append(1)
    assert record == [1]
""",
    "in a fixture of its own": """
seen = []
@pytest.fixture
def mine():
    seen.append(1)
    return seen
@check()
def test_it(mine):
    assert mine == seen == [1]
""",
    "in a fixture that has the name of ours": """
seen = []
@pytest.fixture
def record():
    seen.append(1)
    return seen
@check()
def test_it(record):
    assert record == seen == [1]
""",
    "in its module, beside a fixture that it does not take": """
seen = []
@pytest.mark.usefixtures("rng")
@check()
def test_it():
    seen.append(1)
    assert seen == [1]
""",
    "in what pytest calls first": """
seen = []
def setup_module():
    seen.append(1)
@check()
def test_it():
    assert seen == [1]
""",
    "in a class": """
class TestAll:
    seen = []
    @check()
    def test_it(self):
        self.seen.append(1)
        assert self.seen == [1]
""",
}


MIXED = {
    "test_a": PLAINLY["in its function"],
    "test_b": OTHERWISE["in a parameter"] + "@check()\ndef test_plain():\n    pass\n",
    "test_c": OTHERWISE["in a parameter"],
    "test_d": OTHERWISE["in a fixture of its own"],
    "test_e": OTHERWISE["in what pytest calls first"],
}


def test_checks_of_all_kinds_are_run_side_by_side(write, run):
    """Checks that are plain functions and others pass together, in one file and in several."""
    for name, source in MIXED.items():
        write(source, name)
    for _ in range(2):
        assert [c.outcome for c in run().checks] == [Outcome.PASSED] * (len(MIXED) + 1)


def test_whoever_breaks_off_breaks_off_all(write, run):
    """Ctrl-C while a check runs is no outcome of it: it ends the run."""
    write("@check()\ndef test_it():\n    raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        run()


@pytest.mark.parametrize(
    ("source", "times"),
    [
        *((source, 1) for source in PLAINLY.values()),
        *((source, 3) for source in OTHERWISE.values()),
    ],
    ids=[*PLAINLY, *OTHERWISE],
)
def test_nothing_that_a_check_leaves_behind_is_there_for_the_next_student(
    write, run, searches, source, times
):
    """Each student gets freshly executed checks; only plain functions are found just once."""
    write(source)
    for _ in range(3):
        assert set(outcomes(run()).values()) == {"passed"}
    assert len(searches) == times


def test_each_student_is_asked_for_his_own_work(write, run, searches):
    """Checks that were found once give each student what is his, in whatever order they come."""
    write(PLAIN)
    right, wrong = FakeStudent(f=lambda x: 2 * x), FakeStudent(f=lambda x: 3 * x)
    found = [str(run(student).checks[0].outcome) for student in (right, wrong, wrong, right)]
    assert found == ["passed", "failed", "failed", "passed"]
    assert len(searches) == 1


def test_no_student_is_kept(write, run):
    """After a run nothing holds on to the student, though the checks are kept."""
    write(PLAIN)
    student = FakeStudent(f=lambda x: 2 * x)
    run(student)
    kept = weakref.ref(student)
    del student
    gc.collect()
    assert kept() is None


def test_random_numbers_are_those_of_the_run(write, run):
    """The seed that counts is the run's, not that of the run for which the checks were found."""
    write("@check()\ndef test_it(student, rng):\n    student.note(float(rng.random()))\n")
    drawn = []
    for seed in (0, 1, 0):
        run(FakeStudent(note=drawn.append), seed=seed)
    assert drawn[0] == drawn[2] != drawn[1]


CHANGED = {
    "another check": (PLAIN.replace("test_it", "test_other"), {"other": "passed"}),
    "another declaration": (PLAIN.replace("check()", "check(points=3)"), {"it": "passed"}),
    "one more": (PLAIN + PLAIN.replace("_it", "_also"), {"it": "passed", "also": "passed"}),
    "something that pytest calls first": (
        PLAIN.replace("2.0)", "wanted)")
        + "def setup_module():\n    global wanted\n    wanted = 2.0\n",
        {"it": "passed"},
    ),
    "another body": (PLAIN.replace("2.0)", "2.5)"), {"it": "failed"}),
}


@pytest.mark.parametrize(("source", "found"), CHANGED.values(), ids=CHANGED.keys())
def test_a_file_that_has_changed_counts_as_it_is_now(write, run, source, found):
    """A file of checks that was found and has changed since is run as it is now."""
    write(PLAIN)
    student = FakeStudent(f=lambda x: 2 * x)
    assert outcomes(run(student)) == {"it": "passed"}
    write(source)
    again = run(student)
    assert outcomes(again) == found
    assert ("points=3" in source) is (again.checks[0].max_points == 3.0)


def test_a_file_that_is_not_always_the_same_is_found_again(write, run, monkeypatch):
    """A file that has other checks when it is executed again is run with those."""
    more = "if 'MORE' in os.environ:\n    @check()\n    def test_more():\n        pass\n"
    write(PLAIN + more)
    student = FakeStudent(f=lambda x: 2 * x)
    for _ in range(2):
        assert outcomes(run(student)) == {"it": "passed"}
    monkeypatch.setenv("MORE", "1")
    assert outcomes(run(student)) == {"it": "passed", "more": "passed"}
    monkeypatch.delenv("MORE")
    assert outcomes(run(student)) == {"it": "passed"}


def test_a_file_that_breaks_is_named(write, run):
    """A file that can't be executed for the next student is named, with the line."""
    write(PLAIN)
    run(FakeStudent(f=lambda x: 2 * x))
    write("1 / 0\n")
    with pytest.raises(CheckError, match=r"test_a\.py, line \d+: the checks can't be loaded"):
        run()


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"only": "second"}, {"b": "passed"}),
        ({"groups": ("second", "first")}, {"b": "passed", "a": "passed"}),
        ({}, {"a": "passed", "b": "passed"}),
    ],
)
def test_what_is_wanted_is_found(write, run, more, found):
    """Other groups are other checks, or another order: what was found for one is not the other."""
    write("@check('first')\ndef test_a():\n    pass\n@check('second')\ndef test_b():\n    pass\n")
    run(only="first")
    assert list(outcomes(run(**more)).items()) == list(found.items())


TWO = "@check()\ndef test_x(student):\n    student.f()\n@check()\ndef test_y():\n    pass\n"


def test_a_run_that_was_enough_leaves_the_next_one_whole(write, run, searches):
    """After a run that was stopped half-way the next student's checks all run."""
    told = []

    def stop(event):
        told.append(event)
        if len(told) == 3:
            raise Enough

    write(TWO)
    write(TWO, name="test_b")
    student = FakeStudent(f=int)
    assert len(run(student, watch=stop).checks) == 3
    assert [c.outcome for c in run(student).checks] == 4 * [Outcome.PASSED]
    assert len(searches) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemError, SystemExit])
def test_a_run_that_was_interrupted_leaves_the_next_one_whole(write, run, searches, error):
    """After a run that something has ended, Ctrl-C say, checks are found and run as ever."""

    def fail(_event):
        raise error

    write(TWO)
    write(TWO, name="test_b")
    student = FakeStudent(f=int)
    with pytest.raises(error):
        run(student, watch=fail)
    assert {c.outcome for c in run(student).checks} == {Outcome.PASSED}
    assert len(searches) == 2


def test_nothing_is_left_in_the_process(write, run):
    """Between two students the modules of checks are forgotten, and the path is as it was."""
    write(PLAIN)
    before = list(sys.path), {name for name in sys.modules if "test_a" in name}
    for _ in range(2):
        run(FakeStudent(f=lambda x: 2 * x))
        assert (sys.path, {name for name in sys.modules if "test_a" in name}) == before
