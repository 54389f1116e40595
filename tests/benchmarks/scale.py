"""How time and memory of `grader batch` grow with the class; training is shortened."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.handed_in import hand_in, shorten
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import spent
from tests.benchmarks.table import Found, Row, alternate


class Grown(NamedTuple):
    """What a class took.

    Args:
        each: milliseconds of wall clock for each submission.
        again: the same for the same command given again, when there is nothing to do.
        peak: MiB of memory that the coordinating process had at most.
    """

    each: float
    again: float
    peak: float


TOLD = (
    ("wall clock for each", "ms"),
    ("the same command again, for each", "ms"),
    ("memory of the first process", "MiB"),
)


def measure(plan: Plan) -> Iterator[Found]:
    """Grade classes of several sizes, each beside the smallest."""
    with tempfile.TemporaryDirectory() as place:
        course = shorten(Path(place) / "course")
        small, *larger = plan.scales
        sizes = [(size, plan.rounds) for size in larger] + [(size, 1) for size in plan.largest]
        for size, rounds in sizes:
            ways: dict[str, Callable[[], Grown]] = {
                "small": lambda: grown(course, small),
                "large": lambda size=size: grown(course, size),
            }
            found = alternate(ways, rounds)
            yield from _rows(size, small, found["large"], found["small"])


def _rows(
    size: int, small: int, ours: tuple[Grown, ...], theirs: tuple[Grown, ...]
) -> Iterator[Row]:
    columns = zip(*ours, strict=True), zip(*theirs, strict=True)
    for (label, unit), mine, other in zip(TOLD, *columns, strict=True):
        yield Row(f"a class of {size:,}: {label}", f"of {small:,}", unit, mine, other)


def grown(course: Path, size: int) -> Grown:
    """Grade a class on all cores, and give the same command again."""
    folder = course.parent / f"class-{size}"
    hand_in(folder / "class", size)
    words = ("batch", folder / "class", "--out", folder / "out", "--course", course)
    first, again = (spent(sys.executable, "-m", "grader", *words) for _ in range(2))
    shutil.rmtree(folder)
    return Grown(1000 * first.wall / size, 1000 * again.wall / size, first.peak)
