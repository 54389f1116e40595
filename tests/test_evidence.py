"""A diagnosis shows a call that gives it away, in numbers that are read at a glance."""

import math
import re
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.checks import run
from grader.checks.behaviour import OurCode, Raising
from grader.checks.diagnosis import Tutor, read_diagnoses
from grader.checks.evidence import (
    MAX_CALL,
    Case,
    of_answers,
    of_change,
    of_constant,
    written_call,
)
from grader.checks.library import Library, in_silence
from grader.checks.loading import load_module
from grader.checks.mistakes import known_mistakes
from grader.checks.run import Task, run_checks
from grader.checks.training import TrainingTask
from grader.course import find_assignment
from grader.results import CheckResult, Epoch, Measure, Outcome, Text, Training
from grader.sandbox.inside.wire import Opaque, pack
from tests.command import ROOT
from tests.students import FakeStudent

ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
often = settings(deadline=None, database=None)

X, Y = [0.5, -1.25, 2.0], np.array([0.125, 1.0 / 3.0, 20.0])
WANT = np.array([0.25, -0.5, 4.0])


def said(*cases):
    """What is told of wrong answers, each told as one of all."""
    found = [Case(*case) for case in cases]
    return str(of_answers("f", found, found))


CALL = "f([0.5, -1.25, 2])"
TWICE = "Here every entry is 2 times the right one: "
ANSWERS = {
    "an exception": (Raising("KeyError"), WANT, f"{CALL} raises KeyError."),
    "nothing": (None, WANT, f"{CALL}: It returns None. Is a `return` missing?"),
    "a string": ("1", WANT, f"{CALL}: It returns a string; an array of shape (3,) is expected."),
    "something else": (Opaque("a set"), 1.0, f"{CALL}: It returns a set; one number is expected."),
    "a kind": (WANT * 1j, WANT, f"{CALL}: It holds complex128; real numbers are expected."),
    "a number for an array":
        (0.5, WANT, f"{CALL} gives one number, not an array of shape (3,)."),
    "an array for a number":
        (WANT, 0.5, f"{CALL} gives an array of shape (3,), not one number."),
    "a row": (WANT[None], WANT,
              f"{CALL} gives an array of shape (1, 3), not an array of shape (3,)."),
    "a list": (WANT.tolist(), WANT, f"{CALL} returns list, not ndarray (float64)."),
    "half the size": (WANT.astype("f4"), WANT,
                      f"{CALL} returns ndarray (float32), not ndarray (float64)."),
    "an integer": (np.int64(4), 4.0, f"{CALL} returns int64, not float64."),
    "nan": ([1.0, math.nan, 9.0], WANT,
            f"{CALL} gives nan at index [1]; -0.5 would be right."),
    "infinity": (math.inf, 2.0, f"{CALL} gives inf; 2 would be right."),
    "the worst entry": (np.array([0.25, -0.6, 4.01]), WANT,
                        f"{CALL} gives -0.6 at index [1]; -0.5 would be right."),
    "no minus zero": (-0.0, 1.0, f"{CALL} gives 0; 1 would be right."),
    "no more figures than needed": (1.23456789, 7.0, f"{CALL} gives 1.235; 7 would be right."),
    "as many figures as needed": (1.0000250, 1.0002502, f"{CALL} gives 1; 1.0003 would be right."),
    "one ratio": (2 * WANT, WANT, f"{TWICE}{CALL} gives 8 at index [2]; 4 would be right."),
    "no number is right": (1.0, "text", "None"),
    "lists of different lengths are right": (1.0, [[1.0], [1.0, 2.0]], "None"),
    "it is right": (WANT, WANT, "None"),
}  # fmt: skip


@pytest.mark.parametrize(("got", "want", "words"), ANSWERS.values(), ids=ANSWERS)
def test_the_first_difference_is_told(got, want, words):
    """Of one answer it is told how it differs: exception, type, shape, kind, finite or value."""
    got = np.asarray(got) if isinstance(got, np.generic) else got
    assert str(of_answers("f", [Case((X,), got, want)])) == words


MANY = [([x], y) for x, y in ((1.0, 2.0), (2.0, -3.0), (3.0, 0.5), (4.0, 10.0))]
COMMON = {
    "opposite sign": (lambda y: -y, "Everywhere the sign is the opposite one: "),
    "one factor": (lambda y: y / math.log(2), "Everywhere it is 1.443 times the right value: "),
    "a negative factor": (lambda y: -2 * y, "Everywhere it is -2 times the right value: "),
    "one number": (lambda _: 0.0, "It is 0 everywhere: "),
    "too large": (lambda y: y + 1.5, "Everywhere it is 1.5 too large: "),
    "too small": (lambda y: y - 0.25, "Everywhere it is 0.25 too small: "),
    "nothing": (lambda y: y * y, ""),
    "infinity": (lambda y: y if y > 0 else math.inf, ""),
}


@pytest.mark.parametrize(("wrong", "words"), COMMON.values(), ids=COMMON)
def test_what_all_answers_have_in_common_is_told_first(wrong, words):
    """A sign, a factor, a number or a difference is told if it is the same in all answers."""
    told = said(*((x, wrong(y), y) for x, y in MANY))
    assert re.fullmatch(rf"{re.escape(words)}f\(\d\) gives \S+; \S+ would be right\.", told)


FEW = {
    "two answers": [([1.0], -2.0, 2.0), ([2.0], -4.0, 4.0)],
    "the same thing four times": [([x], -2.0, 2.0) for x in (1.0, 2.0, 3.0, 4.0)],
    "one that is of another shape": [*((x, -y, y) for x, y in MANY), ([9.0], Y, 1.0)],
    "one that is right": [*((x, -y, y) for x, y in MANY), ([9.0], 1.0, 1.0)],
}


@pytest.mark.parametrize("cases", FEW.values(), ids=FEW)
def test_coincidences_are_no_rule(cases):
    """What holds for too few answers, or not for all, is not told of all."""
    assert said(*cases).startswith("f(")


BEST = {
    "seen at a glance before short": [([1.0], 1.01, 1.0), (Y.tolist() * 2, 9.0, 1.0)],
    "three entries before two": [([1.0, 2.0], 9.0, 1.0), (X, 9.0, 1.0)],
    "three entries before many": [(list(range(9)), 9.0, 1.0), (X, 2.0, 1.0)],
    "an answer of another kind, too": [(X, 1.01, 1.0), ([1.0], None, 1.0)],
    "the larger difference": [(X, 2.0, 1.0), ([7.0, 8.0, 9.0], 3.0, 1.0)],
    "the first of equals": [([7.0, 8.0, 9.0], 3.0, 1.0), (X, 3.0, 1.0)],
}


@pytest.mark.parametrize(
    ("cases", "best"), [*zip(BEST.values(), (1, 1, 1, 1, 1, 0), strict=True)], ids=BEST
)
def test_the_call_that_is_read_best_is_shown(cases, best):
    """A clear difference in a short call is shown, whichever it comes after."""
    found = [Case((x,), got, want) for x, got, want in cases]
    assert str(of_answers("f", found)).startswith(written_call("f", (cases[best][0],)))


CALLS = {
    "numbers": ((0.1 + 0.2, 3, np.float64(-1e-9)), "f(0.3, 3, -1e-09)"),
    "an array and a list": ((Y, [1, 2.5]), "f([0.125, 0.3333, 20], [1, 2.5])"),
    "an array of arrays": ((np.eye(2),), "f([[1, 0], [0, 1]])"),
    "a long array": ((np.arange(30.0),), "f([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...])"),
    "no dimensions": ((np.array(2.5),), "f(2.5)"),
    "text": (("a", None, True), "f('a', None, True)"),
    "arrays in a dict": (({"a": np.eye(2)},), "f({'a': array([[1., 0.], [0., 1.]])})"),
    "nothing": ((), "f()"),
}


@pytest.mark.parametrize(("args", "words"), CALLS.values(), ids=CALLS)
def test_a_call_is_one_short_line(args, words):
    """A call is written in one line, with four figures and ten entries at most."""
    assert written_call("f", args) == words


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.just(Raising("KeyError"))
    | st.just(Opaque("a generator"))
    | npst.arrays(
        st.sampled_from(["f8", "f4", "f2", "i8", "u8", "?", "c16"]),
        npst.array_shapes(min_dims=0, min_side=0),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)
CASES = st.lists(st.builds(Case, st.tuples(PLAIN), PLAIN, PLAIN), max_size=4)
PAIRED = st.integers(0, 4).flatmap(
    lambda n: st.builds(
        Case, st.tuples(npst.arrays("f8", n)), npst.arrays("f8", n), npst.arrays("f8", n)
    )
)


@often
@given(CASES | st.lists(PAIRED, max_size=4))
def test_whatever_is_answered_nothing_breaks(cases):
    """Any answer gives a sentence of numbers, in one line and not too long, or none."""
    told = of_answers("f", cases, cases)
    assert len(str(told)) < MAX_CALL + 250
    assert str(told).isprintable()


@often
@given(PLAIN)
def test_whatever_a_constant_is_nothing_breaks(value):
    """Any constant gives a short line, or none."""
    assert len(str(of_constant("RATE", value))) < 60


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (10, "RATE is 10 in your work."),
        (np.array(0.5), "RATE is 0.5 in your work."),
        (math.nan, "RATE is nan in your work."),
        ("10", "None"),
        (True, "None"),
        ([1.0], "None"),
        (1j, "None"),
        (None, "None"),
    ],
    ids=repr,
)
def test_a_constant_is_shown_if_it_is_a_number(value, words):
    """Of a constant its value is told, and nothing of one that is no real number."""
    assert str(of_constant("RATE", value)) == words


def test_the_first_call_that_changes_something_is_shown():
    """Where arguments are changed, the call is told after which they are."""
    calls = [(X,), ([7.0],), ([8.0],)]
    told = "After f([7]) the arguments hold other values than before."
    assert str(of_change("f", calls, (False, True))) == told
    assert of_change("f", calls, (False, Raising("KeyError"))) is None


# The assignments' own mistakes


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request):
    """An assignment, its given code importable."""
    found = find_assignment(ROOT / "assignments" / request.param, ROOT, ROOT)
    with mock.patch.object(sys, "path", [str(found.folder), *sys.path]):
        yield found


def diagnosed(assignment, tutor):
    """What is told of each known mistake: its file's name, the diagnosis and the evidence."""
    for mistake in known_mistakes(assignment.solutions):
        lost = [
            CheckResult(one, "", Text(one), "hidden", Outcome.FAILED, 0.0, 1.0)
            for one in mistake.loses
        ]
        with in_silence():
            student = OurCode(load_module(mistake.path))
            for found in tutor.diagnose(student, lost, seconds=60.0).diagnoses:
                yield mistake.path.name, found


def test_every_known_mistake_is_shown_and_two_runs_say_the_same(assignment):
    """Each diagnosis of a known mistake has evidence and its step, from one seed the same."""
    answer = assignment.solutions / f"{assignment.name}_answer.py"
    one, two = (
        list(diagnosed(assignment, Tutor(assignment.solutions, answer, seed=3))) for _ in range(2)
    )
    assert one == two
    assert one
    for file, found in one:
        is_text = found.evidence is None
        assert is_text == (file == "rate_string.py")
        assert found.derivation is not None
        assert found.derivation.number == found.step
        if found.evidence is not None:
            name = re.escape(found.function)
            assert re.search(rf"\b{name}(\(.*\)| is )", str(found.evidence)), file


class Recording(FakeStudent):
    """A student who writes down what it is asked."""

    def __init__(self, **names):
        super().__init__(**names)
        self.asked = set()

    def _answer(self, name, args):
        self.asked.add((name, pack(list(args))))
        return super()._answer(name, args)


COUNTS = ("updates_too_large", "updates_too_small", "largest_update", "output_rate")


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_shown_is_no_hidden_checks_input(assignment, seed, monkeypatch):
    """No hidden check makes a call that the evidence may show, with what is right there."""
    answer = load_module(assignment.solutions / f"{assignment.name}_answer.py")
    names = [name for name in assignment.settings.names if hasattr(answer, name)]
    student = Recording(**{name: getattr(answer, name) for name in names})
    hidden = set()

    def watch(event):
        if event.visibility == "hidden":
            hidden.update(student.asked)
        student.asked.clear()

    counts = tuple(Measure(name, 0.0) for name in COUNTS)
    trained = Training(
        (Epoch(1, 0.1, 1.0, 1.0, counts),),
        samples=1,
        threshold=0.5,
        converged=True,
        measures=counts,
    )
    groups = tuple(group.name for group in assignment.groups)
    monkeypatch.setattr(run, "run_training", lambda *_: trained)
    training = TrainingTask(assignment.folder, None, 1, 0.5, seed)
    task = Task(assignment.check_folders, groups, None, seed, Path("training.py"), training)
    run_checks(task, student, watch)
    functions = {one.id: one.function for one in read_diagnoses(assignment.solutions).diagnosis}
    library = Library(functions, assignment.solutions, Path(answer.__file__), seed)
    shown = {
        (name, pack(list(args)))
        for name in names
        for calls in library.asked(name)
        for args in calls
    }
    assert len(hidden) > 20
    assert len(shown) > 20
    assert not hidden & shown


def test_a_step_says_no_more_than_the_handout(assignment):
    """Each [[step]] has a heading of the handout, in both languages, and formulas from there."""
    for step in read_diagnoses(assignment.solutions).step:
        for file, title, heading in (
            ("README.md", step.title, rf"Step {step.number}\. "),
            ("README.zh-CN.md", step.title_zh, rf"第 {step.number} 步　"),
        ):
            text = (assignment.folder / file).read_text(encoding="utf-8")
            assert re.search(rf"^#+ {heading}{re.escape(title)}$", text, re.MULTILINE)
            for side in re.split(r" = |, \\qquad ", step.formula):
                assert side in text
        assert r"\boxed" not in step.formula
