"""`grader batch` with two jobs, beside one, and beside two commands that share nothing.

What is gained is told twice: as throughput, and as the two things that make it. One is how many
cores are kept busy, which is grader's doing alone. The other is the CPU time of a submission. It
grows with a second worker, which has to start, and makes once more what both need at the same time:
a second together, so the less the larger the class. And it grows by as much as two cores of this
machine hold each other up. That shows in two commands with a job and half of the class each.
"""

import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.handed_in import hand_in
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import ROOT, Spent, spent
from tests.benchmarks.table import Found, Left, Row, Target, alternate, cores

BESIDE = {"one": "`--jobs 1`", "halves": "two commands at once, a job and half of the class each"}
GAINED, APART = Target(1.9, most=False), Target(0.95, most=False)
# Left to themselves, two commands may choose the same core.
PINNED = """
import os, runpy, sys
os.sched_setaffinity(0, {int(sys.argv.pop(1))})
runpy.run_module("grader", run_name="__main__", alter_sys=True)
"""


def measure(plan: Plan) -> Iterator[Found]:
    """Grade a class with one job, with two, and in two halves at once."""
    size = plan.scales[0]
    what = f"`--jobs 2`, a class of {size}"
    if cores() < 2 or not hasattr(os, "sched_getaffinity"):
        yield Left(what, "there is one core here, or cores can't be chosen")
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hand_in(folder / "class", size)
        for number, student in enumerate(sorted((folder / "class").iterdir())):
            shutil.copytree(student, folder / f"half-{2 * number // size}" / student.name)
        ways: dict[str, Callable[[], Spent]] = {
            "two": lambda: graded(folder / "class", 2),
            "one": lambda: graded(folder / "class", 1),
            "halves": lambda: apart(folder / "half-0", folder / "half-1"),
        }
        found = alternate(ways, plan.rounds)

    def row(label: str, beside: str, unit: str, of: Callable[[Spent], float]) -> Row:
        ours, theirs = (tuple(map(of, found[way])) for way in ("two", beside))
        return Row(f"{what}: {label}", BESIDE[beside], unit, ours, theirs)

    def a_minute(s: Spent) -> float:
        return 60 * size / s.wall

    def each(s: Spent) -> float:
        return 1000 * s.cpu / size

    yield row("done in a minute", "one", "", a_minute)._replace(target=GAINED)
    yield row("cores kept busy", "one", "", lambda s: s.cpu / s.wall)._replace(target=GAINED)
    yield row("CPU time for each", "one", "ms", each)
    yield row("done in a minute", "halves", "", a_minute)._replace(target=APART)
    yield row("CPU time for each", "halves", "ms", each)


def graded(submissions: Path, jobs: int, *before: object) -> Spent:
    """Grade a class."""
    with tempfile.TemporaryDirectory() as out:
        words = ("batch", submissions, "--out", Path(out, "out"), "--course", ROOT)
        return spent(sys.executable, *(before or ("-m", "grader")), *words, "--jobs", jobs)


def apart(*classes: Path) -> Spent:
    """Grade classes at the same time, each with a command and on a core of its own."""
    start = time.perf_counter()
    with ThreadPoolExecutor(len(classes)) as threads:
        commands = [
            threads.submit(graded, submissions, 1, "-c", PINNED, core)
            for submissions, core in zip(classes, sorted(os.sched_getaffinity(0)), strict=False)
        ]
        cpu = sum(command.result().cpu for command in commands)
    return Spent(time.perf_counter() - start, cpu, math.nan)
