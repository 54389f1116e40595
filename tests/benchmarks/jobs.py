"""`grader batch` with two jobs, beside one."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.handed_in import hand_in
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import ROOT, spent
from tests.benchmarks.table import Found, Left, Row, Target, alternate, cores


def measure(plan: Plan) -> Iterator[Found]:
    """Grade one class with one job and with two."""
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
        }
        found = alternate(ways, plan.rounds)
    yield Row(what, "`--jobs 1`", "", found["two"], found["one"], Target(1.9, most=False))
