"""`grader batch` with two jobs, beside one, and what two cores of this machine give at all."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.handed_in import hand_in, lessons_loop
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import ROOT, spent
from tests.benchmarks.table import Found, Left, Row, Target, alternate, cores


def measure(plan: Plan) -> Iterator[Found]:
    """Grade one class with one job and with two; beside it, the lesson's loop once and twice."""
    what = f"`--jobs 2`, submissions a minute (a class of {plan.students})"
    if cores() < 2:
        yield Left(what, "there is one core here")
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hand_in(folder / "class", plan.students)
        outs = (folder / f"out-{number}" for number in range(10**6))

        def a_minute(jobs: int) -> float:
            words = ("batch", folder / "class", "--out", next(outs), "--course", ROOT)
            took = spent(sys.executable, "-m", "grader", *words, "--jobs", jobs).wall
            return 60 * plan.students / took

        ways: dict[str, Callable[[], float]] = {
            "two": lambda: a_minute(2),
            "one": lambda: a_minute(1),
            "two loops": lambda: loops_a_minute(2),
            "one loop": lambda: loops_a_minute(1),
        }
        found = alternate(ways, plan.rounds)
    loops, gains = "the lesson's loop in two processes at once, runs a minute", "what two jobs gain"
    ours = Row(what, "`--jobs 1`", "", found["two"], found["one"], Target(1.9, most=False))
    machines = Row(loops, "in one", "", found["two loops"], found["one loop"])
    yield ours
    yield machines
    # Two cores that give twice as much would have 1.9 be 0.95 of it.
    beside = tuple(machines.ratios)
    yield Row(gains, "what two loops do", "", tuple(ours.ratios), beside, Target(0.95, most=False))


def loops_a_minute(count: int) -> float:
    """Train with the lesson's loop in so many processes at once, which share nothing."""
    start = time.perf_counter()
    with ThreadPoolExecutor(count) as threads:
        for loop in [threads.submit(lessons_loop) for _ in range(count)]:
            loop.result()
    return 60 * count / (time.perf_counter() - start)
