"""A training that was made before is not made again, and nothing else is different."""

import random
import sys

import pytest

from grader.checks import training
from grader.checks.collection import Collector
from grader.checks.known import MOST, Memory
from grader.course import load_assignment
from grader.grading import Experience, grade
from grader.results import pack_report, unpack_report, without_seconds
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse
from tests.benchmarks.handed_in import shorten
from tests.command import ANSWER, NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can confine")

SAMPLES = 640  # 20 blocks, of which 8 are known before the others are asked
# Functions that begin like the answer's; what they do from some call on, nobody has seen before.
COUNTED = """
_delta, calls = delta, 0

def delta(a, y):
    global calls
    calls += 1
    return {then} if calls > {number} else _delta(a, y)
"""
# Claims something else about the hidden units than what its loop has computed.
LIAR = """
import sys
_softmax, lied = softmax, False

def _lie(block):
    def lying(nets, targets, answers, hidden_out):
        answers[:, 2:] = 0.25
        return block(nets, targets, answers, hidden_out)
    return lying

def softmax(net):
    global lied
    frame = sys._getframe(2)
    if "Block" in frame.f_globals and not lied:
        lied = True
        frame.f_globals["Block"] = _lie(frame.f_globals["Block"])
    return _softmax(net)
"""


def later(then, number=400):
    return ANSWER + COUNTED.format(then=then, number=number)


WORKS = {
    "answer": ANSWER,
    "other words, same numbers": ANSWER + "\n\ndef loss(a, y):\n    return 0.5\n",
    "other numbers": ANSWER
    + "\n\ndef softmax(net):\n    e = np.exp(net)\n    return e / e.sum()\n",
    "other rate": ANSWER.replace("OUTPUT_LEARNING_RATE = 0.1", "OUTPUT_LEARNING_RATE = 0.05"),
    "unstable": ANSWER.replace("OUTPUT_LEARNING_RATE = 0.1", "OUTPUT_LEARNING_RATE = 1.7e308"),
    "writes into what it is given": ANSWER
    + "\n\ndef softmax(net):\n    net -= np.max(net)\n    np.exp(net, out=net)\n"
    "    net /= np.sum(net)\n    return net\n",
    "lies about hidden units": ANSWER + LIAR,
    "another delta later": later("1.5 * _delta(a, y)"),
    "not finite later": later("np.full(10, np.nan)"),
    "an error later": later("None.x"),
    "another shape later": later("a[:3]"),
    "an end later": later("__import__('os')._exit(0)"),
    "another delta at the last step": later("_delta(a, y) * (1 + 2**-52)", 10**9),
    "warns": ANSWER + "\n\ndef delta(a, y):\n    np.log(np.zeros(1))\n    return a - y\n",
    "nothing": "",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course, with an assignment that trains on few digits."""
    folder = shorten(tmp_path_factory.mktemp("course"), SAMPLES)
    return load_assignment(folder / "assignments" / NAME, folder)


@pytest.fixture(scope="module")
def graded(course):
    """Grade a source, with a memory or without."""
    limits = course.settings.limits
    server = Forkserver(limits)

    def run(source, memory=None):
        submission = parse(source.encode(), f"{NAME}.py", "x", limits.submission_kib)
        experience = Experience(None, Collector(), memory)
        report = grade(course, submission, server, seed=0, experience=experience)
        assert report.status == "graded"
        return pack_report(without_seconds(report))  # bytes: nan is nan there

    yield run
    server.close()


@pytest.fixture(scope="module")
def alone(graded):
    """The report of each work, graded with no memory at all."""
    return {name: graded(source) for name, source in WORKS.items()}


@pytest.fixture
def computed(monkeypatch):
    """The trainings that this side computed."""
    made, again = [], training._again
    monkeypatch.setattr(training, "_again", lambda *given: made.append(1) or again(*given))
    return made


@pytest.mark.parametrize("name", WORKS)
def test_after_the_answer_everybody_is_graded_as_without_it(graded, alone, name):
    """With the reference answer's training in memory, every report is as it is with none."""
    memory = Memory()
    graded(ANSWER, memory)
    assert graded(WORKS[name], memory) == alone[name]


@pytest.mark.parametrize("name", WORKS)
def test_the_same_work_twice(graded, alone, name):
    """Who hands in twice gets the same report twice."""
    memory = Memory()
    assert [graded(WORKS[name], memory) for _ in range(2)] == [alone[name]] * 2


@pytest.mark.parametrize("seed", range(2))
def test_the_order_does_not_matter(graded, alone, seed):
    """Whoever came before, in whatever order, a report is what it is."""
    memory, names = Memory(), [*WORKS] * 2
    random.Random(seed).shuffle(names)
    for name in names:
        assert graded(WORKS[name], memory) == alone[name], name


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("answer", 0),
        ("other words, same numbers", 0),
        ("writes into what it is given", 0),
        ("lies about hidden units", 0),
        ("other numbers", 1),
        ("other rate", 1),
        ("another delta later", 1),
    ],
)
def test_what_is_computed_again(graded, computed, name, times):
    """The network is computed for other numbers only, and not for the same ones in other words."""
    memory = Memory()
    graded(ANSWER, memory)
    computed.clear()
    graded(WORKS[name], memory)
    assert len(computed) == times


def test_a_training_that_broke_down_is_known_too(graded, computed):
    """What diverged diverges again, without being computed."""
    memory = Memory()
    first = graded(WORKS["unstable"], memory)
    assert unpack_report(first).training.diverged
    assert graded(WORKS["unstable"], memory) == first
    assert len(computed) == 1


def test_of_many_trainings_the_latest_are_kept(graded, computed):
    """A class in which everybody trains in a way of his own fills no memory."""
    memory = Memory()
    rates = [f"OUTPUT_LEARNING_RATE = {0.05 + number / 1000}" for number in range(MOST + 1)]
    for rate in (*rates, rates[-1], rates[1], rates[0]):
        graded(ANSWER.replace("OUTPUT_LEARNING_RATE = 0.1", rate), memory)
    assert len(computed) == len(rates) + 1


def test_what_was_noted_of_a_training_that_failed_is_forgotten(graded, alone):
    """After a training that ended in an error, the same beginning leads to other ends."""
    memory = Memory()
    for name in ("an error later", "answer", "an error later", "an end later", "answer"):
        assert graded(WORKS[name], memory) == alone[name]
