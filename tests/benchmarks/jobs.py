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

    def row(
        label: str,
        beside: str,
        unit: str,
        of: Callable[[Spent], float],
        target: Target | None = None,
    ) -> Row:
        ours, theirs = (tuple(map(of, found[way])) for way in ("two", beside))
        return Row(f"{what}: {label}", BESIDE[beside], unit, ours, theirs, target)

    def a_minute(s: Spent) -> float:
        return 60 * size / s.wall

    def each(s: Spent) -> float:
        return 1000 * s.cpu / size

    yield row("done in a minute", "one", "", a_minute, GAINED)
    yield row("cores kept busy", "one", "", lambda s: s.cpu / s.wall, GAINED)
    yield row("CPU time for each", "one", "ms", each)
    yield row("done in a minute", "halves", "", a_minute, APART)
    yield row("CPU time for each", "halves", "ms", each)


def graded(submissions: Path, jobs: int) -> Spent:
    """Grade a class."""
    with tempfile.TemporaryDirectory() as out:
        words = ("batch", submissions, "--out", Path(out, "out"), "--course", ROOT)
        return spent(sys.executable, "-m", "grader", *words, "--jobs", jobs)


def pinned(submissions: Path, core: int) -> Spent:
    """Grade a class on one core: this thread is put there, and what it starts stays there."""
    os.sched_setaffinity(0, {core})
    return graded(submissions, 1)


def apart(*classes: Path) -> Spent:
    """Grade classes at once, each with a command of its own, which might choose the same core."""
    start = time.perf_counter()
    numbers = sorted(os.sched_getaffinity(0))[: len(classes)]
    with ThreadPoolExecutor(len(classes)) as threads:
        cpu = sum(done.cpu for done in threads.map(pinned, classes, numbers))
    return Spent(time.perf_counter() - start, cpu, math.nan)
