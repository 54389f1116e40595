"""What a student is shown tells nothing of hidden checks, however the student's code misbehaves.

Each submission here is right wherever a visible check looks, at round numbers, so that every
hidden check runs; elsewhere it misbehaves, and puts what it was given wherever it can.
"""

import io
import re
import sys
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from rich.console import Console

from grader.course import load_assignment
from grader.grading import grade
from grader.locales import LANGUAGES
from grader.release.leaks import leaks, secrets_of
from grader.report import gradescope, html, json
from grader.report.live import Live
from grader.report.terminal import summary_lines
from grader.results import Evidence, Outcome, Report, handed_back, without_seconds
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse
from grader.verify.feedback import found_in_feedback
from tests.command import FILE, NAME, copy_course, replace_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs hostile code")

# What stands for anything that a submission could make of what it was given. It is put together
# where the code runs, so that it does not stand in the source, which is shown.
WORD, NUMBER = "stolen", 8675309

SUBMISSION = """\
import os
import sys
import time
import warnings

import numpy as np

OUTPUT_LEARNING_RATE = 0.1
WORD, NUMBER = "sto" + "len", 8675300 + 9
KINDS = (NotImplementedError, FileNotFoundError, PermissionError, ModuleNotFoundError, EOFError,
         SyntaxError, TypeError, RecursionError, MemoryError, SystemExit, KeyboardInterrupt)
calls = []


def seen(*args):
    return f"{WORD} {args!r}"


def known(name, x):
    x = np.asarray(x, dtype=float)
    round_ones = np.allclose(x, np.round(x, 3), rtol=0.0, atol=1e-9)
    return bool(round_ones and (name == "softmax" or x.all()))


def right_softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def right_loss(a, y):
    return -np.log(max(np.sum(a * y), 1e-300))


def right_delta(a, y):
    return a - y


def right_mean_loss(losses):
    return sum(losses) / len(losses)


def wrong_value(name, right, *args):
    wrong = np.sort(-7.25 - 3.0 * np.abs(np.asarray(args[0], dtype=float)))
    return wrong if name in ("softmax", "delta") else float(wrong.sum())


def misbehave(name, right, *args):
    BODY


def guarded(name, right):
    def function(*args):
        return right(*args) if known(name, args[0]) else misbehave(name, right, *args)
    return function


softmax = guarded("softmax", right_softmax)
loss = guarded("loss", right_loss)
delta = guarded("delta", right_delta)
mean_loss = guarded("mean_loss", right_mean_loss)
"""
WRONG = "return wrong_value(name, right, *args)"
VANISHES = "del globals()[name]\n    globals()[name + WORD] = right\n    return right(*args)"
RENAMED = """\
def inner():
        raise ValueError(seen(*args))
    inner.__code__ = inner.__code__.replace(co_name=WORD)
    inner()"""
FROM_ANOTHER = """\
try:
        raise KeyError(seen(*args))
    except KeyError as error:
        raise ValueError(seen(*args)) from error"""
CYCLE = "calls.append(1)\n    raise KINDS[len(calls) % len(KINDS)](seen(*args))"

MODIFIES = {f"test_hidden_{name}::input_not_modified" for name in ("softmax", "loss", "delta")}
OTHERS = {
    f"test_hidden_{name}"
    for name in """
        softmax::values softmax::range softmax::any_number_of_classes softmax::shift_invariance
        softmax::permutation softmax::order softmax::no_memory softmax::large_nets
        softmax::unequal_nets loss::values loss::natural_logarithm loss::positive loss::exact_zeros
        delta::values delta::sign delta::sums_to_zero mean_loss::any_number
    """.split()
}
CALLING = MODIFIES | OTHERS

# What a function answers where no visible check looks.
ANSWERS = {
    "a wrong value": WRONG,
    "a wrong value, and prints": f"print(seen(*args))\n    {WRONG}",
    "a wrong value, and a warning": f"warnings.warn(seen(*args))\n    {WRONG}",
    "a wrong value, and a warning in NumPy's words":
        f"warnings.warn(WORD + ' encountered in ' + WORD, RuntimeWarning)\n    {WRONG}",
    "a wrong shape": "return np.zeros((2, 3))",
    "an empty array of a shape of its choice": "return np.zeros((0, NUMBER))",
    "a type with a size of its choice": "return np.zeros(3, dtype=f'V{NUMBER}')[:0]",
    "a string": "return seen(*args)",
    "its arguments": "return [seen(), *args, {WORD: args}]",
    "complex numbers": "return np.asarray(args[0]) * 1j",
    "an array of strings": "return np.array([seen(*args)] * len(args[0]))",
    "an array with fields": "return np.zeros(len(args[0]), dtype=[(WORD, float)])",
    "a value of its own type": "return type(seen(*args), (), {})()",
    "a number of its own type":
        "return type(seen(*args), (float,), {'__repr__': lambda self: WORD})(-abs(args[0][0]))",
    "nothing": "return None",
    "not a number":
        "return np.full(len(args[0]), np.nan) if name in ('softmax', 'delta') else np.nan",
    "infinity":
        "return np.append(np.inf, args[0][1:]) if name in ('softmax', 'delta') else -np.inf",
}  # fmt: skip
# What becomes of a function there.
ENDS = {
    "raises an exception of its own":
        "raise type(seen(*args), (Exception,), {'__str__': lambda self: seen(*args)})()",
    "raises one after the other": CYCLE,
    "raises in a function of its own naming": RENAMED,
    "raises from another exception": FROM_ANOTHER,
    "vanishes under another name": VANISHES,
    "is no function any more":
        "globals()[name] = type(seen(*args), (), {})()\n    return right(*args)",
    "ends its process": "os._exit(len(seen(*args)) % 100)",
    "crashes": "import ctypes\n    ctypes.string_at(0)",
    "closes its connection": "os.close(3)",
    "answers nonsense": "os.write(3, seen(*args).encode() * 99)",
    "hangs":  # not all: three hangs of each function are waited for
        "time.sleep(60) if name in ('softmax', 'mean_loss') else os._exit(0)",
}  # fmt: skip
CHANGES = "answer = right(*args)\n    args[0][:] = [0.5] * len(args[0])\n    return answer"
# Each kind, and the hidden checks that can fail by it.
KINDS = {
    **dict.fromkeys(ANSWERS, OTHERS - {"test_hidden_softmax::no_memory"}),
    **dict.fromkeys(ENDS, CALLING),
    # In one exchange a function is looked up once.
    "is no function any more": CALLING - {
        "test_hidden_softmax::values", "test_hidden_loss::values", "test_hidden_delta::values",
        "test_hidden_mean_loss::any_number",
    },
    "changes its arguments": MODIFIES,
}  # fmt: skip
BODIES = {**ANSWERS, **ENDS, "changes its arguments": CHANGES}
NUMBERS = r"\d+\.?\d*"
SHORT = {"call_seconds": 0.05, "training_seconds": 0.05}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """The assignment with little to train on."""
    course = copy_course(tmp_path_factory.mktemp("course"))
    folder = course / "assignments" / NAME
    digits = dict(np.load(folder / "digits.npz"))
    np.savez(folder / "digits.npz", **{name: array[:64] for name, array in digits.items()})
    replace_in(folder / "assignment.toml", ("epochs = 4", "epochs = 1"))
    replace_in(folder / "assignment.toml", ("threshold = 0.94", "threshold = 0.01"))
    return load_assignment(folder, course)


@pytest.fixture(scope="module")
def secrets(assignment):
    """What no student may see."""
    return secrets_of(assignment)


@pytest.fixture(scope="module")
def forkserver(assignment) -> Iterator[Forkserver]:
    server = Forkserver(assignment.settings.limits)
    yield server
    server.close()


@pytest.fixture(scope="module", params=KINDS)
def misbehaved(request, assignment, forkserver):
    """A kind of failure, and the report of a submission with it."""
    settings = assignment.settings
    if request.param == "hangs":
        limits = msgspec.structs.replace(settings.limits, **SHORT)
        settings = msgspec.structs.replace(settings, limits=limits)
    source = SUBMISSION.replace("BODY", BODIES[request.param])
    submission = parse(source.encode(), FILE, "li-lei", 100)
    assignment = assignment._replace(settings=settings)
    report = grade(assignment, submission, forkserver, seed=0)
    return request.param, without_seconds(report)


def hidden_alone(report: Report) -> Report:
    """What hidden checks found out, without what visible ones did and why others did not run."""
    ran = (c for c in report.checks if c.outcome is not Outcome.SKIPPED)
    hidden = tuple(c for c in ran if c.visibility == "hidden")
    return msgspec.structs.replace(report, checks=hidden, gradient=None)


def terminal(report: Report, lang: str) -> str:
    """What a grading prints, as it goes on and in the end."""
    screen = Console(file=io.StringIO(), width=200, color_system=None, markup=False)
    with Live(screen, lang, report.code) as live:
        live.begin(report.title, report.submission.file, report.groups)
        for check in report.checks:
            live.watch(check)
    for line in summary_lines(handed_back(report), lang, 200):
        screen.print(line)
    return screen.file.getvalue()


def shown(report: Report) -> Iterator[tuple[str, str]]:
    """Everything that a student gets, but for the student's own code."""
    seen = msgspec.structs.replace(handed_back(report), code=())
    for lang in LANGUAGES:
        yield f"page ({lang})", html.render(seen, lang)
        yield f"JSON ({lang})", json.render(seen, lang)
        yield f"Gradescope ({lang})", gradescope.render(report, None, lang)
        yield f"terminal ({lang})", terminal(msgspec.structs.replace(report, code=()), lang)


def numbers_in(evidence: Evidence | None) -> set[str]:
    """Numbers with so many digits that they are nowhere by chance."""
    texts = (evidence.call, evidence.got, evidence.expected) if evidence else ()
    return {n for text in texts for n in re.findall(NUMBERS, text) if len(n) > 5}


def test_every_hidden_check_is_reached(misbehaved):
    """Each hidden check that calls a function runs, and fails by every kind that it can fail by."""
    kind, report = misbehaved
    hidden = {c.id: c.outcome for c in report.checks if c.visibility == "hidden"}
    assert set(hidden) == {*CALLING, "test_hidden_training::heldout"}
    assert Outcome.SKIPPED not in {hidden[name] for name in CALLING}
    wrong = {name for name in CALLING if hidden[name] is not Outcome.PASSED}
    assert wrong >= KINDS[kind]


def test_nothing_secret_is_shown(misbehaved, secrets):
    """Nothing shown holds a line of a hidden check or of the answer, or a withheld value."""
    _kind, report = misbehaved
    assert found_in_feedback(report, secrets) == ()
    own = [part.source for part in report.code]
    for place, text in shown(report):
        assert leaks(text, secrets, own) == (), place


def test_nothing_that_was_withheld_can_be_told(misbehaved):
    """What a function makes of a hidden check's input is not shown, wherever it writes it."""
    _kind, report = misbehaved
    hidden = hidden_alone(report)
    withheld = set().union(*(numbers_in(c.evidence) for c in hidden.checks))
    for place, text in shown(hidden):
        assert WORD not in text, place
        told = set(re.findall(NUMBERS, text))
        assert not told & {str(NUMBER), str(8 * NUMBER)}, place  # a type is named by its bits
        assert not told & withheld, place


def test_the_search_finds_what_there_is(assignment, forkserver):
    """The whole report, which the course team reads, holds what is searched for here."""
    source = SUBMISSION.replace("BODY", "raise ValueError(seen(*args))")
    report = grade(assignment, parse(source.encode(), FILE, "li-lei", 100), forkserver, seed=0)
    hidden = hidden_alone(report)
    values = set().union(*(numbers_in(check.evidence) for check in hidden.checks))
    whole = json.render(hidden, "en")
    assert WORD in whole
    assert values & set(re.findall(NUMBERS, whole))
    careless = [msgspec.structs.replace(check, shows=True) for check in hidden.checks]
    for place, text in shown(msgspec.structs.replace(hidden, checks=tuple(careless))):
        assert WORD in text, place


def test_the_held_out_digits_are_judged(assignment, forkserver, secrets):
    """The one hidden check that calls nothing runs for a right answer, and tells a rate alone."""
    source = SUBMISSION.replace("BODY", "return right(*args)")
    report = grade(assignment, parse(source.encode(), FILE, "li-lei", 100), forkserver, seed=0)
    outcomes = {c.id: c.outcome for c in report.checks}
    assert {outcomes[name] for name in CALLING} == {Outcome.PASSED}
    assert outcomes["test_hidden_training::heldout"] is Outcome.FAILED
    assert found_in_feedback(report, secrets) == ()
