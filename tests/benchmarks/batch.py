"""What `grader batch` spends on a submission beyond the bare computation, and on what."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.bare import LOOPS
from tests.benchmarks.graded import PARTS
from tests.benchmarks.handed_in import hand_in
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import ROOT, Meter, environment, spent
from tests.benchmarks.table import NOT_COUNTED, Found, Left, Row, Target, alternate
from tests.command import NAME

OVERHEAD_MS = 60.0
COMMAND = "`grader batch --jobs 1`"
ALL = "all of it"
LESSONS, FASTER = LOOPS
BARE = "the bare computation, trained by"
# Folders of submissions, and whether a training may be known from another one.
ALIKE = {"class": True, "alone": False}
# What each part is beside: parts of the bare computation, or all of grading.
BESIDE = {
    "start": ("start",),
    "pytest": ("checks",),
    "checks": ("checks",),
    "gradient": ("gradient",),
    "training": LOOPS,
}
Parts = dict[str, float]  # milliseconds of CPU time for each submission
Rounds = tuple[Parts, ...]


def measure(plan: Plan) -> Iterator[Found]:
    """Grade a class with the real command, grade it part by part, and compute it bare."""
    with Meter() as meter:
        if meter.folder is None:
            yield Left("what `grader batch` spends", NOT_COUNTED)
            return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, alike in ALIKE.items():
            hand_in(folder / name, plan.students, alike=alike)
        outs = (folder / f"out-{number}" for number in range(10**6))
        ways: dict[str, Callable[[], Parts]] = {
            "command": lambda: {ALL: _command(folder / "class", next(outs))},
            "alone": lambda: {ALL: _command(folder / "alone", next(outs))},
            "graded": lambda: parts_of("graded", ROOT, NAME, folder / "class", next(outs)),
            "bare": lambda: parts_of("bare", plan.students),
        }
        found: dict[str, Rounds] = {
            name: tuple({k: 1000 * v / plan.students for k, v in p.items()} for p in rounds)
            for name, rounds in alternate(ways, plan.rounds).items()
        }
    of = f"a class of {plan.students}, CPU time for each"
    alone = found.pop("alone")
    for row in (*_whole(**found), *_nobody_alike(alone, found["bare"]), *_by_part(**found)):
        yield row._replace(what=f"{of}: {row.what}")


def _whole(command: Rounds, graded: Rounds, bare: Rounds) -> Iterator[Row]:
    """All that is spent, beside the bare computation with either loop, and what is beyond it."""
    everything = tuple(parts[ALL] for parts in command)
    for loop, target in ((LESSONS, Target(1.15)), (FASTER, None)):
        beside = f"{BARE} {loop}"
        theirs = tuple(_untrained(parts) + parts[loop] for parts in bare)
        yield Row(COMMAND, beside, "ms", everything, theirs, target)
    here = tuple(sum(parts.values()) for parts in graded)
    yield Row("the same in one process, as below", COMMAND, "ms", here, everything)
    beyond = tuple(
        sum(ours.values()) - ours["training"] - _untrained(theirs)
        for ours, theirs in zip(graded, bare, strict=True)
    )
    allowed = (OVERHEAD_MS,) * len(beyond)
    what = "beyond the bare computation, training apart"
    yield Row(what, "what is allowed", "ms", beyond, allowed, Target(1.0))


def _nobody_alike(alone: Rounds, bare: Rounds) -> Iterator[Row]:
    """All that is spent where every training has to be made."""
    theirs = tuple(_untrained(parts) + parts[LESSONS] for parts in bare)
    ours = tuple(parts[ALL] for parts in alone)
    yield Row(f"{COMMAND}, no two train alike", f"{BARE} {LESSONS}", "ms", ours, theirs)


def _by_part(command: Rounds, graded: Rounds, bare: Rounds) -> Iterator[Row]:
    """What is spent on each part."""
    whole = tuple(parts[ALL] for parts in command)
    for part in PARTS:
        ours = tuple(parts[part] for parts in graded)
        if part not in BESIDE:
            yield Row(part, COMMAND, "ms", ours, whole)
        for other in BESIDE.get(part, ()):
            yield Row(part, f"{other}, bare", "ms", ours, tuple(parts[other] for parts in bare))


def _untrained(bare: Parts) -> float:
    """All but the training, which was done with either loop."""
    return sum(value for name, value in bare.items() if name not in LOOPS)


def _command(handed_in: Path, out: Path) -> float:
    grading = ("batch", handed_in, "--out", out, "--course", ROOT, "--jobs", 1)
    return spent(sys.executable, "-m", "grader", *grading).cpu


def parts_of(module: str, *arguments: object) -> Parts:
    """Run one of the modules beside this one in a group of its own. Returns what it printed."""
    with Meter() as meter:
        line = (sys.executable, "-m", f"tests.benchmarks.{module}", *arguments, meter.folder)
        done = subprocess.run(
            meter.line(line), env=environment(), cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        meter.wait()
    parts: Parts = json.loads(done.stdout)
    return parts
