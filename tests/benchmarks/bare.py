"""Computes what a class's grading has to compute, and nothing else: one process, no border.

    python -m tests.benchmarks.bare STUDENTS METER

For each submission the bodies of all checks are called with its functions, and it is trained,
once by the lesson's own loop and once by the faster one that both sides of grader's border run.
No pytest, no process for each, no diagnosis, no page. Prints CPU seconds by part, as JSON.
"""

import contextlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.checks import load_module
from tests.benchmarks.graded import GROUPS, Parts
from tests.benchmarks.handed_in import REFERENCE, STUDENTS, TEAM, work
from tests.students import FakeStudent

EPOCHS = 4
LOOPS = ("the lesson's loop", "the faster loop")


def main() -> None:
    """Compute, and print."""
    count, meter = int(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, str(STUDENTS))  # students import network.py
    trainings = zip(LOOPS, (as_taught(), faster()), strict=True)
    everything = [*all_checks(), *trainings]
    np.seterr(all="ignore")
    parts = Parts(meter)
    parts.end("start")
    right = loaded(REFERENCE.read_text(encoding="utf-8"))
    for _, compute in everything:
        compute(right)  # raises if it is this program that is wrong
    parts.end("warm-up")
    del parts.seconds["warm-up"]
    for number in range(count):
        with contextlib.redirect_stdout(None):
            student = loaded(work(number).source)
            parts.end("start")
            for name, compute in everything:
                with contextlib.suppress(Exception):
                    compute(student)
                parts.end(name)
    print(json.dumps(parts.seconds))


def loaded(source: str) -> ModuleType:
    """Run a submission."""
    student = ModuleType("student")
    exec(compile(source, "student.py", "exec"), vars(student))
    return student


def all_checks() -> Iterator[tuple[str, Callable[[ModuleType], None]]]:
    """Find every check that asks functions, with its part; those of the training compare only."""
    for folder in (STUDENTS, TEAM):
        for path in sorted((folder / "checks").glob("test_*.py")):
            for check in vars(load_module(path)).values():
                if hasattr(check, "declaration") and check.declaration.group != "training":
                    yield GROUPS.get(check.declaration.group, "checks"), asking(check)


def asking(check: Callable[..., None]) -> Callable[[ModuleType], None]:
    """Make of a check a function of the submission alone."""
    names = inspect.signature(check).parameters

    def ask(student: ModuleType) -> None:
        given = {
            "student": FakeStudent(**vars(student)),
            "rng": np.random.default_rng(0),
            "record": lambda _found: None,
        }
        check(**{name: given[name] for name in names})

    return ask


def as_taught() -> Callable[[Any], None]:
    """The lesson's own loop."""
    network = load_module(STUDENTS / "network.py")

    def train(student: Any) -> None:
        functions = student.softmax, student.loss, student.delta, student.mean_loss
        rate = student.OUTPUT_LEARNING_RATE
        network.train(*functions, rate, epochs=EPOCHS, say=lambda _line: None)

    return train


def faster() -> Callable[[Any], None]:
    """The loop that runs in a student's process, without the trusted side's counting."""
    network, loop = (load_module(STUDENTS / n) for n in ("network.py", "checks/blockwise.py"))
    digits = dict(np.load(STUDENTS / "digits.npz"))

    def train(student: Any) -> None:
        hidden, output = network.start_weights(0)

        def respond(net: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
            loop.answer(student, net, y, out)

        rate = student.OUTPUT_LEARNING_RATE
        for block in loop.train(
            hidden, output, **digits, output_rate=rate, epochs=EPOCHS, respond=respond
        ):
            if not np.isfinite(block.nets).all():
                return

    return train


if __name__ == "__main__":
    main()
