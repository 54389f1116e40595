"""`grader verify`: what proves an assignment, and everything that is in the way."""

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from grader import course as courses
from grader.proof import Finding
from grader.results import (
    CheckResult,
    Evidence,
    Margin,
    Origin,
    Outcome,
    Report,
    Text,
    pack_report,
    unpack_report,
)
from grader.verify import judging
from grader.verify.feedback import withheld_values
from grader.verify.mutants import mutants
from tests.command import ROOT, Ran, replace_in, run

NAME = "Neuron"
TABLE = f"assignments/{NAME}/assignment.toml"
ANSWER = f"solutions/{NAME}/{NAME}_answer.py"
HIDDEN = f"solutions/{NAME}/checks/test_hidden.py"
MISTAKES = f"solutions/{NAME}/mistakes"
DIAGNOSES = f"solutions/{NAME}/diagnoses.toml"

ALWAYS = """

@check("loss", points=1, title="nothing is asked", title_zh="什么也不问",
       hint="None.", hint_zh="无。")
def test_always(student, rng):
    require(rng.random() < 2.0, "Never.")
"""
ADDED = """
[[equivalent]]
function = "loss"
was = "return np.mean((x @ w - y) ** 2)"
becomes = "return np.sum((x @ w - y) ** 2)"
reason = "Said without a look."

[[equivalent]]
function = "loss"
was = "return 17"
becomes = "return 18"
reason = "It was so in last year's answer."
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """A course with a new assignment, which is proved as it stands."""
    folder = tmp_path_factory.mktemp("course")
    assert run("new", NAME, cwd=folder).code == 0
    courses._is_course.cache_clear()
    return folder


@pytest.fixture
def course(fresh, tmp_path) -> Path:
    return shutil.copytree(fresh, tmp_path / "course")


def verify(course: Path, *options: object) -> Ran:
    return run("verify", NAME, "--course", course, "--lang", "en", "--seeds", 1, *options)


def findings(ran: Ran) -> list[tuple[str, str, str]]:
    """What is wrong: section, name and problem."""
    (assignment,) = ran.result["assignments"]
    return [
        (section["kind"], found["name"], found["problem"])
        for section in assignment["sections"]
        for found in section["findings"]
        if not found["ok"]
    ]


@pytest.fixture(scope="module")
def broken(fresh, tmp_path_factory) -> tuple[Ran, Path]:
    """An assignment in which nearly everything is wrong, and what is said of it."""
    folder = tmp_path_factory.mktemp("broken")
    course = shutil.copytree(fresh, folder / "course")
    replace_in(course / TABLE,
               ("points = 7", "points = 8"), ("checks = 5\npoints = 10", "checks = 6\npoints = 11"),
               ('gradient_descends" = 0.05', 'gradient_descends" = 0.5\n"test_x::y" = 0.1'),
               ('title_zh = "任务 1：损失"', 'title_zh = ""'),
               ("formula = 'E =", "formula = '\\cdosts E ="))  # fmt: skip
    with (course / HIDDEN).open("a", encoding="utf-8") as file:
        file.write(ALWAYS)
    replace_in(course / HIDDEN, ('hint_zh="第 1 步除以样本数，无论它是多少。"', 'hint_zh=""'))
    replace_in(course / ANSWER, ('("Task 2: compute the gradient")', "()"))
    replace_in(
        course / f"{MISTAKES}/loss_sum.py", ("# loses: test_visible::loss_example ", "# loses: ")
    )
    replace_in(
        course / f"{MISTAKES}/in_place.py", ("# loses: ", "# loses: test_visible::loss_example ")
    )
    replace_in(
        course / f"{MISTAKES}/gradient_sign.py", ("diagnosis: gradient-sign", "diagnosis: loss-sum")
    )
    replace_in(course / DIAGNOSES, ("Your loss is a sum", f"solutions/{NAME}/ says: a sum"),
               ('"你的梯度符号相反。"', '"Your gradient has the opposite sign."'),
               ('title_zh = "梯度"', 'title_zh = ""'),
               ("formula = 'E =", "formula = '\\cdosts E ="))  # fmt: skip
    (course / f"solutions/{NAME}/correct/nearly.py").write_text(
        (course / f"{MISTAKES}/loss_sum.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    equivalents = course / f"solutions/{NAME}/equivalent.toml"
    first = equivalents.read_text(encoding="utf-8").partition("[[equivalent]]")[0]
    equivalents.write_text(first + ADDED, encoding="utf-8")
    (course / f"assignments/{NAME}/README.zh-CN.md").unlink()
    with (course / f"assignments/{NAME}/README.md").open("a", encoding="utf-8") as file:
        file.write(
            "    want = sum(2.0 * (np.dot(row, w) - target) * row for row, target in zip(x, y))"
        )
        file.write("\n    best, x, _ = problem(rng, 50, 3)\n")
    ran = verify(
        course, "--json", "-", "--junit", folder / "junit.xml", "--html", folder / "page.html"
    )
    return ran, folder


PROBLEMS = {
    "a template that earns points": ("template", f"{NAME}.py",
        "The untouched template earns 1 points, by test_hidden::always."),
    "a mistake that loses more": ("mistakes", "loss_sum.py",
        "It loses checks that it does not name: test_visible::loss_example."),
    "a mistake that loses less": ("mistakes", "in_place.py",
        "It names checks that it does not lose: test_visible::loss_example."),
    "a mistake that shows another diagnosis": ("mistakes", "gradient_sign.py",
        "It should be diagnosed as loss-sum, and is as -."),
    "a style that is wrong": ("styles", "nearly.py",
        "It loses test_visible::loss_example"),
    "a survivor": ("mutants", "loss:", "No check tells it from the answer."),
    "declared, and caught": ("mutants", "loss:", "and test_visible::loss_example tells it from"),
    "declared, and not there": ("mutants", "loss", "declares a mutant that is not made"),
    "a bar that is cleared by too little": ("margins", "test_hidden::gradient_descends, bar",
        "assignment.toml asks for 0.5."),
    "a bar that is not there": ("margins", "test_x::y", "it has no bar."),
    "a handout that tells": ("leaks", "README.md", f"what stands in {HIDDEN}, line "),
    "a diagnosis that tells": ("leaks", "feedback, loss_sum.py", f"page (en): solutions/{NAME}"),
    "a template out of step": ("upkeep", f"{NAME}.ipynb", "Run: grader release Neuron"),
    "a handout that is missing": ("upkeep", "README.zh-CN.md", "There is no such handout"),
    "a group without its Chinese": ("upkeep", "assignment.toml, loss", "Not in both languages"),
    "a hint without its Chinese": ("upkeep", f"{NAME}/checks/test_hidden.py",
        "test_loss_values: hint"),
    "a message without its Chinese": ("upkeep", f"{NAME}/checks/test_hidden.py", ": require"),
    "a formula of a group": ("upkeep", "assignment.toml, loss", "can't be shown as MathML"),
    "a formula of a step": ("upkeep", "diagnoses.toml, step 1", "can't be shown as MathML"),
    "a step without its Chinese": ("upkeep", "diagnoses.toml, step 2", "title_zh"),
    "a diagnosis without its Chinese": ("upkeep", "diagnoses.toml, gradient-sign", "title_zh"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_wrong_is_named(broken, kind, name, problem):
    """Each thing that is wrong with an assignment is told: what, in which file, and what to do."""
    said = [p for k, n, p in findings(broken[0]) if k == kind and name in n]
    assert any(problem in one for one in said), said


def test_a_diagnosis_that_no_mistake_shows(broken):
    """A misconception that is described and never tried is told."""
    assert ("upkeep", "diagnoses.toml, gradient-sign") in {
        (k, n) for k, n, _ in findings(broken[0])
    }


def test_what_is_right_is_not_complained_of(broken):
    """The answer earns full marks whatever else is wrong, and is told so."""
    assert {kind for kind, _, _ in findings(broken[0])} == {
        "template", "mistakes", "styles", "mutants", "margins", "leaks", "upkeep"
    }  # fmt: skip


def test_exit_code_and_files_tell_the_same(broken):
    """Exit code, terminal, JSON, JUnit and page agree on how much is wrong."""
    ran, folder = broken
    wrong = findings(ran)
    assert ran.code == 1
    assert f"{NAME} is not proved: {len(wrong)} problems." in ran.err
    root = ET.parse(folder / "junit.xml").getroot()
    assert len(root.findall(".//failure")) == len(wrong)
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "is not proved" in page
    assert "nearly.py" in page


def test_a_check_that_catches_nothing_is_named(broken):
    """A check that no mistake and no mutant fails is told on the terminal."""
    assert "test_hidden::always" in broken[0].err.partition("Caught no known mistake")[2]


ODD = {
    "a list of lists of different lengths": "np.asarray(student.loss(w, x, y)).dtype",
    "what has no number": "float(student.loss(w, x, y))",
    "nothing": "student.loss(w, x, y) + 1.0",
}


@pytest.mark.parametrize("code", ODD.values(), ids=ODD)
def test_a_check_that_breaks_on_odd_answers_is_found(course, code):
    """A check that takes a student's answer as it comes leaves somebody ungraded, and is told."""
    line = "        assert_close(student.loss(w, x, y), want / samples)\n"
    replace_in(course / HIDDEN, (line, f"        {code}\n{line}"))
    wrong = findings(verify(course, "--json", "-"))
    assert any(kind == "odd" and "test_hidden.py" in problem for kind, _, problem in wrong)


def test_a_kit_that_does_not_work_is_found(course):
    """A visible check that reads what only the course has fails in the kit, and is told."""
    visible = course / f"assignments/{NAME}/checks/test_visible.py"
    look = "    __import__('pathlib').Path(__file__).parents[3].joinpath('solutions').stat()\n"
    head = "def test_loss_example(student):\n"
    replace_in(visible, (head, head + look))
    wrong = findings(verify(course, "--json", "-"))
    assert any("student kit" in name and "solutions" in problem for _, name, problem in wrong)
    ran = run("release", NAME, "--course", course, "--out", course / "kit.zip", "--lang", "en")
    assert (ran.code, "In the kit nothing could be graded" in ran.words) == (2, True)


def test_bad_luck_is_found(course):
    """An answer that loses points from one seed in a few is told, with the seed and the check."""
    with (course / HIDDEN).open("a", encoding="utf-8") as file:
        file.write(ALWAYS.replace("rng.random() < 2.0", "rng.random() < 0.7"))
    replace_in(course / TABLE, ("points = 7", "points = 8"),
               ("checks = 5\npoints = 10", "checks = 6\npoints = 11"))  # fmt: skip
    ran = run("verify", NAME, "--course", course, "--lang", "en", "--seeds", 12, "--json", "-")
    unlucky = [name for kind, name, _ in findings(ran) if kind == "answer"]
    assert ran.code == 1
    assert 0 < len(unlucky) < 12


BREAKS = {
    "points that do not add up": (TABLE, ("points = 7", "points = 9"),
        "group loss has `points = 9`, but its checks give 7"),
    "a check that is broken": (HIDDEN,
        ("samples, inputs):\n", "samples, inputs):\n    nothing()\n"), "test_hidden.py, line "),
    "a region without its end": (ANSWER, ("### END SOLUTION", "#"),
        "a solution region begins within another one"),
    "a table that is none": (DIAGNOSES, ("[[diagnosis]]", "[[diagnosis]"), "is not TOML"),
    "a mistake that says nothing": (f"{MISTAKES}/loss_sum.py", ("# loses:", "# looses:"),
        "needs a docstring"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "change", "said"), BREAKS.values(), ids=BREAKS)
def test_what_is_broken_altogether_is_told_once(course, file, change, said):
    """What keeps everyone from being graded is one problem, with the file, and no traceback."""
    replace_in(course / file, change)
    ran = verify(course, "--json", "-")
    (problem,) = findings(ran)
    assert ran.code == 1
    assert said in problem[2]


def test_without_solutions_nothing_is_proved(course):
    """A course without its solutions is told so."""
    shutil.rmtree(course / "solutions")
    ran = verify(course)
    assert (ran.code, "There is no folder solutions/Neuron" in ran.words) == (1, True)


def test_no_mistake_is_no_proof(course):
    """An assignment without known mistakes and other styles is not proved."""
    for folder in ("mistakes", "correct"):
        shutil.rmtree(course / f"solutions/{NAME}/{folder}")
    for name in ("diagnoses.toml", "probes.py"):
        (course / f"solutions/{NAME}/{name}").unlink()
    ran = verify(course, "--json", "-")
    assert [kind for kind, _, problem in findings(ran) if "none to try" in problem] == [
        "mistakes", "styles"
    ]  # fmt: skip


def test_all_assignments_are_proved_when_none_is_named(course, tmp_path):
    """Without a name, every assignment of the course is proved, and one failure is a failure."""
    assert run("new", "Other", "--course", course).code == 0
    courses._is_course.cache_clear()
    (course / "solutions/Other/mistakes/in_place.py").unlink()
    ran = run("verify", "--course", course, "--lang", "en", "--seeds", 1, "--quiet",
              "--html", tmp_path / "page.html", "--json", "-")  # fmt: skip
    assert ran.code == 1
    assert [(a["assignment"], a["proved"]) for a in ran.result["assignments"]] == [
        ("Neuron", True), ("Other", False)
    ]  # fmt: skip


def test_jobs_change_nothing(course):
    """One core or two: the same proof, but for seconds."""

    def proof(jobs: int) -> Any:
        ran = verify(course, "--jobs", jobs, "--json", "-")
        return without_seconds(ran.result)

    assert proof(1) == proof(2)


def without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_seconds(v) for k, v in value.items() if k != "seconds"}
    return [without_seconds(v) for v in value] if isinstance(value, list) else value


# Parts


def report(*checks: CheckResult, **fields: Any) -> Report:
    return Report(assignment="A", title=Text("A"), student="s", submission=Origin("a.py", ""),
                  seed=0, groups=(), checks=checks, versions={}, **fields)  # fmt: skip


def check(outcome: Outcome = Outcome.FAILED, **fields: Any) -> CheckResult:
    known = {"id": "test_a::b", "group": "g", "title": Text("t"), "visibility": "hidden",
             "points": 0.0, "max_points": 1.0}  # fmt: skip
    return CheckResult(**(known | {"outcome": outcome} | fields))


def test_margins_are_for_the_course_team():
    """How close a check was is kept in the report, and taken out of what a student sees."""
    full = report(check(), margins=(Margin("test_a::b", "bar", 0.1),))
    assert unpack_report(pack_report(full)).margins == full.margins
    assert judging.lost(full) == full.checks
    from grader.results import feedback

    assert feedback(full).margins == ()


def test_withheld_values_are_those_that_no_visible_check_showed():
    """A hidden check's input and expected value are secret, unless a visible one shows the same."""
    seen = Evidence(call="f([1.0, 2.0, 3.0])", expected="[0.1, 0.2, 0.7]")
    unseen = Evidence(call="f([1.0, 2.0, 3.0])", expected="[0.5, 0.25, 0.25]", got="[9, 9, 9]")
    found = withheld_values(report(check(evidence=seen, shows=True),
                                   check(evidence=unseen, shows=False)))  # fmt: skip
    assert [secret.text for secret in found] == ["[0.5, 0.25, 0.25]"]


SOURCE = """\
def f(x):
    ### BEGIN SOLUTION
    return x - 1.0
    ### END SOLUTION
"""
FATES = {
    "a comparison fails": ((Outcome.PASSED, Outcome.FAILED), "killed", None),
    "it only raises": ((Outcome.PASSED, Outcome.ERROR, Outcome.SKIPPED), "crashed", None),
    "it raises, and then fails": ((Outcome.ERROR, Outcome.FAILED), "killed", None),
    "it passes": ((Outcome.PASSED,), "survived", "No check tells it"),
}


@pytest.mark.parametrize(("outcomes", "fate", "problem"), FATES.values(), ids=FATES)
def test_what_becomes_of_a_mutant(outcomes, fate, problem):
    """A mutant is killed by a failed comparison alone: what raises proves nothing."""
    mutant = mutants(SOURCE)[0]
    what, finding = judging.mutant_of_the_answer(mutant, report(*map(check, outcomes)), None)
    assert what == fate
    assert isinstance(finding, Finding)
    assert (finding.problem is None) == (problem is None)
    assert problem is None or problem in str(finding.problem)


def test_the_first_assignment_has_what_was_asked_for():
    """NewCross_softmax has at least forty known mistakes and fifteen other right answers."""
    folder = ROOT / "solutions/NewCross_softmax"
    assert len(list((folder / "mistakes").glob("*.py"))) >= 40
    assert len(list((folder / "correct").glob("*.py"))) >= 15


def test_tasks_are_what_stubs_say_and_constants_to_choose():
    """A template names its tasks in its stubs' words, and by its constants."""
    template = 'RATE = 10.0\ndef f(x):\n    raise NotImplementedError("Task 1: do it")\n'
    assert judging.tasks_of(template) == {"Task 1: do it", "RATE"}


def test_json_can_go_to_standard_output_and_into_a_file(course, tmp_path):
    """--json FILE writes what --json - prints."""
    ran = verify(course, "--json", tmp_path / "proof.json")
    assert ran.code == 0
    assert json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))["proved"] is True
    assert f"{NAME} is proved" in ran.out
