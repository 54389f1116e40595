"""Measures what grader costs, each figure beside what it is compared with, in alternation.

    python tests/benchmarks/speed.py [ROUNDS]

Prints a Markdown table: medians over the rounds, and the ratio of each pair's medians with
the smallest and the largest ratio of a round. Machines are noisy: read the ratios.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from grader.checks import load_module
from grader.checks.student import GuestStudent
from grader.checks.training import replay
from grader.results import Part
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.guest import Guest, Program
from grader.sandbox.limits import Limits

COURSE = Path(__file__).parents[2]
STUDENTS = COURSE / "assignments" / "NewCross_softmax"
TEAM = COURSE / "solutions" / "NewCross_softmax"
ANSWER = TEAM / "NewCross_softmax_answer.py"
EPOCHS = 4
STEPS = EPOCHS * 8_000


def seconds(run: Callable[[], object]) -> float:
    """Wall time of a call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def command(*words: str, **environment: str) -> Callable[[], object]:
    """A whole process, its output thrown away."""
    return lambda: subprocess.run(
        [sys.executable, *words],
        cwd=TEAM,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def plain_training() -> None:
    """The lesson's loop, all in this process."""
    network, answer = load_module(STUDENTS / "network.py"), load_module(ANSWER)
    functions = answer.softmax, answer.loss, answer.delta, answer.mean_loss
    network.train(*functions, 0.1, epochs=EPOCHS, say=lambda _line: None)


def functions_alone() -> None:
    """The student's softmax and delta once for each step: the floor."""
    answer, y = load_module(ANSWER), np.eye(10)[3]
    net = np.random.default_rng(0).random(10) + 9.0
    for _ in range(STEPS):
        answer.delta(answer.softmax(net), y)


def bordered_training(forkserver: Forkserver) -> None:
    """The same training through the border: both sides, all frames."""
    network = load_module(STUDENTS / "network.py")
    digits = dict(np.load(STUDENTS / "digits.npz"))
    part = Part("answer.py", ANSWER.read_text(encoding="utf-8"))
    guest = Guest(forkserver, Program(((part.name, part.source),), False, {}), Limits())

    def arguments() -> dict[str, object]:
        hidden, output = network.start_weights(0)
        weights = {"hidden": hidden, "output": output}
        return weights | digits | {"output_rate": 0.1, "epochs": EPOCHS}

    for _block in replay(GuestStudent(guest, ()), STUDENTS / "checks" / "blockwise.py", arguments):
        pass
    guest.kill()


def compare(name: str, ours: Callable, theirs: Callable, rounds: int, per: int, unit: str) -> None:
    """Time a pair in alternation and print its row."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    scale = {"s": 1.0, "ms": 1e3, "us": 1e6}[unit] / per
    one, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = [a / b for a, b in pairs]
    print(
        f"| {name} | {one * scale:.3g} {unit} | {other * scale:.3g} {unit} "
        f"| **{one / other:.2f}** ({min(ratios):.2f} to {max(ratios):.2f}) |",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print("| what, and beside what | grader | the other | ratio |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        page = str(Path(folder) / "page.html")
        compare(
            "`grader check` of the answer, all of it; `python -m` with the lesson's loop alone",
            command("-m", "grader", "check", str(ANSWER), "--html", page),
            command("-m", ANSWER.stem, PYTHONPATH=str(STUDENTS)),
            rounds,
            1,
            "s",
        )
        compare(
            "`grader check --only softmax`; `python -c 'import pytest, numpy'`",
            command("-m", "grader", "check", str(ANSWER), "--html", page, "--only", "softmax"),
            command("-c", "import pytest, numpy"),
            rounds,
            1,
            "s",
        )
    compare(
        "`grader --help`; `python -c 'import nbconvert'`",
        command("-m", "grader", "--help"),
        command("-c", "import nbconvert"),
        rounds,
        1,
        "ms",
    )
    forkserver = Forkserver(Limits())
    forkserver.wait_until_warm()
    compare(
        "a training step through the border; a step of the lesson's loop",
        lambda: bordered_training(forkserver),
        plain_training,
        rounds,
        STEPS,
        "us",
    )
    compare(
        "a training step through the border; the student's functions alone",
        lambda: bordered_training(forkserver),
        functions_alone,
        rounds,
        STEPS,
        "us",
    )
    forkserver.close()


if __name__ == "__main__":
    main()
