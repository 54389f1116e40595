"""A training step through the border, beside the lesson's loop and beside the functions alone."""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from grader.checks import load_module
from grader.checks.student import GuestStudent
from grader.checks.training import replay
from grader.results import Part
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.guest import Guest, Program
from grader.sandbox.limits import Limits
from tests.benchmarks.handed_in import REFERENCE, STUDENTS
from tests.benchmarks.plan import Plan
from tests.benchmarks.table import Found, Row, Target, alternate

SAMPLES = 8_000
NETWORK = STUDENTS / "network.py"


class Step(NamedTuple):
    """Microseconds of a training step, wall clock and computed."""

    wall: float
    cpu: float


def measure(plan: Plan) -> Iterator[Found]:
    """Train the reference answer three ways. The border's other side has a core of its own."""
    forkserver = Forkserver(Limits())
    forkserver.wait_until_warm()
    ways = {
        "through the border": lambda: _timed(_bordered, forkserver, plan.epochs),
        "the lesson's loop": lambda: _timed(_straightforward, forkserver, plan.epochs),
        "the functions alone": lambda: _timed(_functions, forkserver, plan.epochs),
    }
    for warm_up in ways.values():
        warm_up()
    found = alternate(ways, plan.rounds)
    forkserver.close()
    ours, loop, floor = found.values()
    what = "a training step through the border"
    others = (
        ("a step of the lesson's own loop, losses and monitor included", loop, Target(0.35)),
        ("the student's softmax and delta alone: the floor", floor, Target(3.5)),
    )
    for beside, theirs, target in others:
        walls = tuple(s.wall for s in ours), tuple(s.wall for s in theirs)
        yield Row(f"{what}, wall clock", beside, "us", *walls, target)
        cpus = tuple(s.cpu for s in ours), tuple(s.cpu for s in theirs)
        yield Row(f"{what}, CPU time of both sides", beside, "us", *cpus)


def _timed(train: Callable[[Forkserver, int], float], server: Forkserver, epochs: int) -> Step:
    """Time a training whose result is the seconds that were computed in another process."""
    wall, cpu = time.perf_counter(), time.process_time()
    elsewhere = train(server, epochs)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each = 1e6 / (epochs * SAMPLES)
    return Step(wall * each, (cpu + elsewhere) * each)


def _bordered(server: Forkserver, epochs: int) -> float:
    """Both sides, all frames: what a submission's training takes."""
    network = load_module(NETWORK)
    digits = dict(np.load(STUDENTS / "digits.npz"))
    part = Part("answer.py", REFERENCE.read_text(encoding="utf-8"))
    guest = Guest(server, Program(((part.name, part.source),), False, {}), Limits())

    def arguments() -> dict[str, object]:
        hidden, output = network.start_weights(0)
        weights = {"hidden": hidden, "output": output}
        return weights | digits | {"output_rate": 0.1, "epochs": epochs}

    for _block in replay(GuestStudent(guest, ()), STUDENTS / "checks" / "blockwise.py", arguments):
        pass
    computed = server.spent().computing
    guest.kill()
    return computed


def _straightforward(_server: Forkserver, epochs: int) -> float:
    """The lesson's loop, all in this process."""
    network, answer = load_module(NETWORK), load_module(REFERENCE)
    functions = answer.softmax, answer.loss, answer.delta, answer.mean_loss
    network.train(*functions, 0.1, epochs=epochs, say=lambda _line: None)
    return 0.0


def _functions(_server: Forkserver, epochs: int) -> float:
    """The student's softmax and delta once for each step, in this process."""
    answer, y = load_module(REFERENCE), np.eye(10)[3]
    net = np.random.default_rng(0).random(10) + 9.0
    for _ in range(epochs * SAMPLES):
        answer.delta(answer.softmax(net), y)
    return 0.0
