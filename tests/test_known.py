"""A training that was made before is not made again, and nothing else is different."""

import math
import os
import random
import shutil
import sys

import msgspec
import numpy as np
import pytest

from grader.checks import known, training
from grader.checks.collection import Collector
from grader.checks.known import MOST, MOST_BYTES, Memory, Run, Shelf, reaches_out
from grader.checks.student import GuestStudent
from grader.course import load_assignment
from grader.grading import Experience, experience_of, grade
from grader.results import Epoch, Training, all_passed, pack_report, unpack_report, without_seconds
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse
from tests.benchmarks.handed_in import REFERENCE, STYLES, shorten
from tests.command import ANSWER, NAME, ROOT, descendants

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can confine")

TRAINED = Training((Epoch(1, 0.5, 0.75, None),), 8, 0.5, converged=True)
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


# Changes what the loop computes with, long after it has begun.
SABOTEUR = """
calls = 0

def softmax(net):
    global calls
    calls += 1
    if calls > 400:
        {change}
    e = np.exp(net - np.max(net))
    return e / np.sum(e)
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
    "a delta that is a bit off later": later("_delta(a, y) * (1 + 2**-52)", 600),
    "patches NumPy later": ANSWER + SABOTEUR.format(change="np.reciprocal = None"),
    "has NumPy raise later": ANSWER + SABOTEUR.format(change="np.seterr(all='raise')"),
    "warns whoever shows it more than a block": ANSWER
    + SABOTEUR.format(change="net.base.shape[0] > 32 and np.log(np.zeros(1))"),
    "warns": ANSWER + "\n\ndef delta(a, y):\n    np.log(np.zeros(1))\n    return a - y\n",
    "nothing": "",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course, with an assignment that trains on few digits."""
    folder = shorten(tmp_path_factory.mktemp("course"), SAMPLES)
    return load_assignment(folder / "assignments" / NAME, folder)


@pytest.fixture(scope="module")
def server(course):
    """One forkserver for all."""
    started = Forkserver(course.settings.limits)
    yield started
    started.close()


@pytest.fixture(scope="module")
def graded(course, server):
    """Grade a source, with a memory or without."""

    def run(source, memory=None, assignment=course):
        submission = parse(source.encode(), f"{NAME}.py", "x", 2048)
        experience = Experience(None, Collector(), memory)
        report = grade(assignment, submission, server, seed=0, experience=experience)
        assert report.status == "graded"
        return pack_report(without_seconds(report))  # bytes: nan is nan there

    return run


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


@pytest.fixture
def room(graded, tmp_path):
    """A room in which somebody who has made the answer's training has left it."""
    graded(ANSWER, Memory(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", WORKS)
def test_after_the_answer_elsewhere_everybody_is_graded_as_without_it(graded, alone, name, room):
    """What another process left in the room changes no report either."""
    assert graded(WORKS[name], Memory(room)) == alone[name]


def test_what_was_made_elsewhere_is_not_made_again(graded, alone, computed, room):
    """Who grades in the same room finds what was made there, and computes nothing."""
    computed.clear()
    assert graded(ANSWER, Memory(room)) == alone["answer"]
    assert not computed


@pytest.mark.parametrize("seed", range(2))
def test_who_grades_next_door_does_not_matter(graded, alone, seed, tmp_path):
    """Two that share a room, and grade whoever comes in any order, report what they would alone."""
    chance, names = random.Random(seed), [*WORKS] * 2
    memories = Memory(tmp_path), Memory(tmp_path)
    chance.shuffle(names)
    for name in names:
        assert graded(WORKS[name], chance.choice(memories)) == alone[name], name


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: bytes(len(data)),
        lambda data: data.replace(b'"digest"', b'"digits"'),
        lambda data: data[:5000] + b"?" + data[5001:],
    ],
    ids=["empty", "cut short", "zeros", "no digest", "one byte"],
)
def test_what_lies_damaged_in_the_room_is_made_again(graded, alone, computed, room, damage):
    """A training that can't be read as it was written is not known."""
    [path] = room.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    computed.clear()
    assert graded(ANSWER, Memory(room)) == alone["answer"]
    assert len(computed) == 1


@pytest.mark.parametrize("needed", [Shelf.take, Shelf.touch], ids=["taken", "had already"])
def test_those_needed_longest_ago_make_room(tmp_path, monkeypatch, needed):
    """On a full shelf what was needed again stays, and as many others go as have to."""
    shelf, run = Shelf(tmp_path), Run((np.zeros(100),), b"digest", True, TRAINED)
    keys = [bytes([number]) for number in range(5)]
    for number, key in enumerate(keys[:4]):
        shelf.put(key, run)
        [path] = tmp_path.glob(f"{key.hex()}.*")
        os.utime(path, ns=(number, number))
    monkeypatch.setattr(known, "SHELF_BYTES", int(3.5 * path.stat().st_size))
    needed(shelf, keys[0])
    shelf.put(keys[4], run)
    assert [shelf.take(key) is not None for key in keys] == [True, False, False, True, True]


def test_what_lies_there_is_what_was_laid_there(tmp_path):
    """A training comes back to the last bit, whatever its inputs and its results are like."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(7, 10)), np.float32(rng.normal(size=7)), np.eye(7) == 1
    trained = msgspec.structs.replace(TRAINED, epochs=(Epoch(1, math.inf, 0.1 + 0.2, None),))
    run = Run(inputs, bytes(range(32)), False, trained)
    Shelf(tmp_path).put(b"key", run)
    found = Shelf(tmp_path).take(b"key")
    assert found[1:] == run[1:]
    for laid, lies in zip(inputs, found.inputs, strict=True):
        assert (lies.dtype, lies.tolist()) == (laid.dtype, laid.tolist())


def test_every_damaged_byte_is_seen(tmp_path):
    """Whichever byte of a training that lies there is another one, it is not taken."""
    shelf = Shelf(tmp_path)
    shelf.put(b"key", Run((np.zeros(1),), b"digest", True, TRAINED))
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    assert shelf.take(b"key") is not None
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert shelf.take(b"key") is None


def test_whole_numbers_are_the_same_made_and_known(tmp_path):
    """A course's run may say that a loss is 0; it is 0.0, be the training known or not."""
    path = tmp_path / "training.py"
    path.write_text(
        "from grader.results import Epoch, Training\n"
        "def run(student, task, watch):\n"
        "    return Training((Epoch(1, 0, 1, None),), 8, 1, True)\n",
        encoding="utf-8",
    )
    student = GuestStudent(None, ())
    made = training.run_training(student, path, None, lambda _event: None)
    assert repr(made.epochs[0].loss) == "0.0"
    assert repr(made.threshold) == "1.0"


def test_a_room_that_is_gone_is_no_harm(graded, alone, room):
    """Where nothing can be kept for others, grading goes on."""
    memory = Memory(room / "gone")
    assert [graded(ANSWER, memory) for _ in range(2)] == [alone["answer"]] * 2


def test_a_room_is_not_filled(graded, tmp_path, monkeypatch):
    """However many trainings are made, the room holds some of the latest."""
    memory = Memory(tmp_path)
    graded(ANSWER, memory)
    [path] = tmp_path.iterdir()
    monkeypatch.setattr(known, "SHELF_BYTES", 3 * path.stat().st_size)
    for number in range(5):
        rate = f"OUTPUT_LEARNING_RATE = {0.05 + number / 1000}"
        graded(ANSWER.replace("OUTPUT_LEARNING_RATE = 0.1", rate), memory)
    assert len([*tmp_path.iterdir()]) == 3


def test_a_small_disk_is_left_to_others(graded, alone, tmp_path, monkeypatch):
    """Where little is free, a training is known to who made it, and no place is taken."""
    free = shutil.disk_usage(tmp_path)._replace(free=known.SHELF_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: free)
    memory = Memory(tmp_path)
    assert [graded(ANSWER, memory) for _ in range(2)] == [alone["answer"]] * 2
    assert [*tmp_path.iterdir()] == []


def test_what_memory_holds_no_longer_lies_in_the_room(graded, computed, tmp_path):
    """A class in which many trainings come back makes each once, however far apart they are."""
    memory = Memory(tmp_path)
    rates = [f"OUTPUT_LEARNING_RATE = {0.05 + number / 1000}" for number in range(MOST + 2)]
    for rate in rates * 2:
        graded(ANSWER.replace("OUTPUT_LEARNING_RATE = 0.1", rate), memory)
    assert len(computed) == len(rates)


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("answer", 0),
        ("other words, same numbers", 0),
        ("writes into what it is given", 0),
        ("lies about hidden units", 1),
        ("other numbers", 1),
        ("other rate", 1),
        ("another delta later", 1),
    ],
)
def test_what_is_computed_again(graded, computed, name, times):
    """The network is computed for other numbers, and for code that does more than answer."""
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


def test_a_training_that_parts_from_a_known_one_takes_its_place(graded, alone, computed):
    """Who parts late from what others do, and is graded first, costs only the next one time."""
    memory = Memory()
    graded(later("_delta(a, y) * (1 + 2**-52)"), memory)
    for _ in range(4):
        assert graded(ANSWER, memory) == alone["answer"]
    assert len(computed) == 3  # the first, who parts, and the next one, who is remembered


def test_another_bar_is_another_training(course, graded):
    """What a training comes to for one purpose is not told for another one."""
    memory = Memory()
    graded(ANSWER, memory)
    table = msgspec.structs.replace(course.settings.training, threshold=0.125)
    settings = msgspec.structs.replace(course.settings, training=table)
    report = graded(ANSWER, memory, course._replace(settings=settings))
    assert unpack_report(report).training.threshold == 0.125


def test_full_marks_are_full_marks_the_second_time(server):
    """On all digits the reference answer passes everything, trained or known, with one report."""
    whole = load_assignment(ROOT / "assignments" / NAME, ROOT)
    experience = experience_of(whole, 0)
    source = REFERENCE.read_bytes()
    submission = parse(source, f"{NAME}.py", "x", whole.settings.limits.submission_kib)
    reports = [grade(whole, submission, server, seed=0, experience=experience) for _ in range(2)]
    assert all(map(all_passed, reports))
    assert without_seconds(reports[0]) == without_seconds(reports[1])


def test_no_process_is_left_behind(server, graded):
    """Whose training only seemed to be known leaves no process, when the next one is graded."""
    memory = Memory()
    graded(ANSWER, memory)
    idle = {pid for pid, _ in descendants(server._process.pid)}
    for name in ("another delta later", "an error later", "answer"):
        graded(WORKS[name], memory)
    assert {pid for pid, _ in descendants(server._process.pid)} == idle


def test_what_was_noted_of_a_training_that_failed_is_forgotten(graded, alone):
    """After a training that ended in an error, the same beginning leads to other ends."""
    memory = Memory()
    for name in ("an error later", "answer", "an error later", "an end later", "answer"):
        assert graded(WORKS[name], memory) == alone[name]


@pytest.mark.parametrize(
    ("steps", "kept"),
    [((1,), True), ((1, 1), False), ((MOST_BYTES // 8 + 1,), False), ((0,), False)],
)
def test_what_is_kept(steps, kept):
    """A training is kept if it is that of one loop, has steps, and is not too large."""
    memory = Memory()
    memory.begin(b"")
    for number, count in enumerate(steps):
        memory.note(bytes([number])).add((np.zeros(count),), np.zeros((count, 1)))
    memory.keep(None)
    memory.begin(b"")
    assert (memory.recall(bytes([0])) is not None) is kept


# One tells NumPy to ignore what it would warn of, the other looks at the clock.
REACHING_STYLES = ("careful", "decorators")
PLAIN = """
import numpy as np
from math import exp
import matplotlib.pyplot as plt
from network import train

class Net:
    def __init__(self, rate):
        self.rate = rate

def softmax(net):
    with np.errstate(over="ignore"):
        powers = np.exp(net - np.max(net))
    powers /= powers.sum()
    data = base = powers
    return data

if __name__ == "__main__":
    train(softmax)
"""


@pytest.mark.parametrize(
    "line",
    [
        "import sys",
        "import numpy as np, os",
        "from warnings import warn",
        "from . import x",
        "from numpy import seterr",
        "from numpy.lib import stride_tricks",
        "np.exp = None",
        "del np.exp",
        "np.seterr(all='raise')",
        "f = np.__dict__",
        "f = ().__class__",
        "f = net.base",
        "setattr(np, 'exp', None)",
        "exec('x = 1')",
        "f = __builtins__",
        "self.__class__ = int",
        "f = (",
    ],
)
def test_code_that_reaches_out(line):
    """Other modules, what changes NumPy, and names that begin with _ are more than answering."""
    assert not reaches_out(PLAIN, ("network",))
    assert reaches_out(f"{PLAIN}\n{line}\n", ("network",))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_right_answers_rarely_reach_out(path):
    """Of the right answers in other styles, those do that are named here."""
    assert reaches_out(path.read_text("utf-8"), ("network",)) is (path.stem in REACHING_STYLES)
