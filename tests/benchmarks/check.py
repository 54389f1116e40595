"""`grader check`: the time to its first result and to its last, on what students have."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.handed_in import REFERENCE, STUDENTS, TEMPLATE
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import ROOT, Meter, Spent, environment, spent
from tests.benchmarks.table import Found, Row, Target, alternate
from tests.command import NAME, notebook

A_RESULT = re.compile(rb"  \S")  # headings are not indented, results are
FIRST_SECONDS = 0.35
LOOP = "`python NewCross_softmax.py`, the lesson's loop alone"
IMPORTS = "`python -c 'import pytest, numpy'`"


class Told(NamedTuple):
    """Seconds until a command had told its first result, and until it had ended."""

    first_wall: float
    first_cpu: float
    wall: float
    cpu: float


def measure(plan: Plan) -> Iterator[Found]:
    """Check three submissions; beside them the loop alone, and what takes as long to import."""
    with tempfile.TemporaryDirectory() as place:
        page, kept = Path(place) / "page.html", Path(place) / NAME / f"{NAME}.ipynb"
        kept.parent.mkdir()
        kept.write_bytes(notebook(REFERENCE.read_text(encoding="utf-8")))
        submissions = {"the answer": REFERENCE, "the template": TEMPLATE, "a notebook": kept}
        ways: dict[str, Callable[[], Told]] = {
            name: lambda path=path: told(path, page) for name, path in submissions.items()
        }
        ways[LOOP] = lambda: _other(lessons_loop())
        ways[IMPORTS] = lambda: _other(spent(sys.executable, "-c", "import pytest, numpy"))
        ways["help"] = lambda: _other(spent(sys.executable, "-m", "grader", "--help"))
        found = alternate(ways, plan.rounds)
    for name in submissions:
        yield from _rows(f"`grader check` of {name}", found, found[name])
    helps, imports = found["help"], found[IMPORTS]
    yield _row("`grader --help`, wall clock", IMPORTS, helps, imports, 2)
    yield _row("`grader --help`, CPU time", IMPORTS, helps, imports, 3)


def _rows(what: str, found: dict[str, tuple[Told, ...]], ours: tuple[Told, ...]) -> Iterator[Found]:
    imports, loop = found[IMPORTS], found[LOOP]
    bar = tuple(Told(*[FIRST_SECONDS] * 4) for _ in ours)
    yield _row(f"{what}, first result, wall clock", IMPORTS, ours, imports, 0)
    yield _row(f"{what}, first result, CPU time", IMPORTS, ours, imports, 1)
    yield _row(f"{what}, first result, CPU time", "what is allowed", ours, bar, 1, Target(1.0))
    yield _row(f"{what}, all of it, wall clock", LOOP, ours, loop, 2, Target(0.5))
    yield _row(f"{what}, all of it, CPU time", LOOP, ours, loop, 3)


def _row(
    what: str,
    beside: str,
    ours: tuple[Told, ...],
    theirs: tuple[Told, ...],
    field: int,
    target: Target | None = None,
) -> Row:
    mine, other = (tuple(t[field] for t in side) for side in (ours, theirs))
    return Row(what, beside, "s", mine, other, target)


def told(path: Path, page: Path) -> Told:
    """Check a submission, and look at the clock when its first result is there."""
    words = (sys.executable, "-m", "grader", "check", path, "--html", page, "--lang", "en")
    with Meter() as meter:
        start = time.perf_counter()
        process = subprocess.Popen(
            meter.line((*words, "--course", ROOT)),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        with process.stdout as lines:
            next(line for line in lines if A_RESULT.match(line))
            first = time.perf_counter() - start, meter.seconds()
            lines.read()
        assert process.wait() in {0, 1}, "it was not graded"
        wall = time.perf_counter() - start
        meter.wait()
        return Told(*first, wall, meter.seconds())


def lessons_loop() -> Spent:
    """Run the reference answer by itself, which trains with the lesson's own loop."""
    path = environment(PYTHONPATH=str(STUDENTS))
    return spent(sys.executable, "-m", REFERENCE.stem, env=path, cwd=REFERENCE.parent)


def _other(took: Spent) -> Told:
    return Told(took.wall, took.cpu, took.wall, took.cpu)
