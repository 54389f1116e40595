"""Measures what `grader batch` costs, beside the bare computation and with other jobs.

    python tests/benchmarks/batch.py [STUDENTS [ROUNDS]]

Makes a class of STUDENTS (300) from the right answers and known mistakes of the course, each
with a line of its own, and grades it with one job and with two, in alternation. Beside it runs
the bare computation, once: in one plain process, for each student the lesson's own training
loop with the student's functions. Prints a Markdown table. Machines are noisy: read the ratios.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

COURSE = Path(__file__).parents[2]
NAME = "NewCross_softmax"
TEAM = COURSE / "solutions" / NAME
BARE = """
import contextlib, importlib.util, os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, sys.argv[1])
import network, numpy as np
np.seterr(all="ignore")
for path in sys.argv[2:]:
    with contextlib.suppress(Exception), contextlib.redirect_stdout(None):
        spec = importlib.util.spec_from_file_location("student", path)
        student = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(student)
        functions = student.softmax, student.loss, student.delta, student.mean_loss
        network.train(*functions, student.OUTPUT_LEARNING_RATE, epochs=4, say=lambda _line: None)
"""


class Cost(NamedTuple):
    """Seconds of a whole process and all that it started."""

    wall: float
    cpu: float


def cost(*words: object) -> Cost:
    """Run a process and measure it."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *map(str, words)], stdout=subprocess.DEVNULL, check=True, cwd=COURSE,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(COURSE)},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - start, used)


def make_class(folder: Path, count: int, kinds: list[Path]) -> list[Path]:
    """Write a submission for each student, none quite like another."""
    made = []
    for number in range(count):
        path = folder / f"student-{number:04}" / f"{NAME}.py"
        path.parent.mkdir(parents=True)
        source = kinds[number % len(kinds)].read_text(encoding="utf-8")
        path.write_text(f"{source}\n# {number}\n", encoding="utf-8")
        made.append(path)
    return made


def main() -> None:
    """Measure, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    right = [TEAM / f"{NAME}_answer.py", *sorted((TEAM / "correct").glob("*.py"))]
    mixed = [*right, *sorted((TEAM / "mistakes").glob("*.py"))]
    print(f"| {count} submissions | seconds of wall clock | CPU seconds | per submission |")
    print("|---|---|---|---|")
    for name, kinds in (("right answers", right), ("right and wrong ones", mixed)):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            paths = make_class(folder / "class", count, kinds)
            measure(name, folder, paths, rounds)


def measure(name: str, folder: Path, paths: list[Path], rounds: int) -> None:
    """Measure one class, and print its rows."""
    count, out = len(paths), folder / "out"
    command = ("-m", "grader", "batch", folder / "class", "--out", out, "--quiet")
    found: dict[str, list[Cost]] = {"bare": [], "1": [], "2": []}
    found["bare"].append(cost("-c", BARE, COURSE / "assignments" / NAME, *paths))
    for _ in range(rounds):
        for jobs in ("1", "2"):
            shutil.rmtree(out, ignore_errors=True)
            found[jobs].append(cost(*command, "--jobs", jobs))
    labels = {"bare": "the bare computation", "1": "`--jobs 1`", "2": "`--jobs 2`"}
    for key, costs in found.items():
        wall, cpu = (statistics.median(c[i] for c in costs) for i in (0, 1))
        print(f"| {name}, {labels[key]} | {wall:.1f} | {cpu:.1f} | {1000 * cpu / count:.0f} ms |")
    ratios = [a.wall / b.wall for a, b in zip(found["1"], found["2"], strict=True)]
    beyond = [c.cpu / found["bare"][0].cpu - 1 for c in found["1"]]
    print(f"| {name}: `--jobs 2` is faster by | **{statistics.median(ratios):.2f}** | | |")
    print(f"| {name}: beyond the bare computation | | **{statistics.median(beyond):+.0%}** | |")


if __name__ == "__main__":
    main()
