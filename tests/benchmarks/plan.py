"""How much is measured: as little as a test needs, what takes twenty minutes, or all."""

import os
from pathlib import Path
from typing import NamedTuple


class Plan(NamedTuple):
    """How much is measured.

    Args:
        rounds: how often each pair is measured.
        epochs: of training, where training alone is measured.
        students: whose work is graded in a batch.
        peers: students whose work other graders grade, too.
        scales: sizes of classes that take turns with the first of them, which two jobs grade, too.
        largest: sizes of classes that are graded once, beside the first of those.
        rows: of the class's page.
        cache: a folder in which other graders are installed, and stay.
    """

    rounds: int
    epochs: int
    students: int
    peers: int
    scales: tuple[int, ...]
    largest: tuple[int, ...]
    rows: int
    cache: Path


HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
CACHE = HOME / "grader-benchmarks"
QUICK = Plan(1, 1, 1, 1, (2, 4), (), 60, CACHE)
USUAL = Plan(3, 4, 8, 6, (100,), (1_000,), 3_000, CACHE)
FULL = Plan(5, 4, 60, 60, (100, 1_000), (10_000,), 3_000, CACHE)
