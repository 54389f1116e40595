"""What a benchmark finds: pairs measured in alternation, as a table for people and as JSON."""

import datetime as dt
import math
import os
import platform
import statistics
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

NOT_COUNTED = (
    "CPU seconds are counted in a control group, and none can be made here: be root, or use "
    "`systemd-run --user --scope -p Delegate=yes`"
)
A_HUNDRED = 100  # from there on, whole numbers
MET = {True: "met", False: "MISSED"}


class Target(NamedTuple):
    """Where a ratio has to be.

    Args:
        bar: the ratio, dimensionless.
        most: whether it may be at most that, or has to be at least that.
    """

    bar: float
    most: bool = True

    def met(self, ratio: float) -> bool:
        """Tell whether a ratio is where it has to be."""
        return ratio <= self.bar if self.most else ratio >= self.bar

    def __str__(self) -> str:
        """Say it in a table."""
        return f"{'at most' if self.most else 'at least'} {self.bar:g}"


class Row(NamedTuple):
    """Two things that were measured beside each other, once in each round.

    Args:
        what: is ours.
        beside: what it is compared with.
        unit: of all values.
        ours: a value for each round; nan where it could not be measured.
        theirs: the same of the other.
        target: for the ratio ours / theirs.
    """

    what: str
    beside: str
    unit: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    target: Target | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours / theirs, round by round: what disturbs a round disturbs both."""
        return [a / b if b else math.inf for a, b in zip(self.ours, self.theirs, strict=True)]

    @property
    def measured(self) -> bool:
        """Whether there is a value for every round."""
        return all(math.isfinite(value) for value in (*self.ours, *self.theirs))


class Left(NamedTuple):
    """What could not be measured here.

    Args:
        what: it is.
        reason: why.
    """

    what: str
    reason: str


Found = Row | Left


def alternate(
    measures: dict[str, Callable[[], float]], rounds: int
) -> dict[str, tuple[float, ...]]:
    """Measure one after the other, round after round, and every second round backwards."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        for name in list(measures)[:: -1 if number % 2 else 1]:
            found[name].append(measures[name]())
    return {name: tuple(values) for name, values in found.items()}


def cores() -> int:
    """Count the cores that may be used."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, str]:
    """Say what all this was measured on."""
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": str(cores()),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def markdown(found: dict[str, list[Found]], about: dict[str, str]) -> str:
    """Render everything as Markdown."""
    return "\n".join([", ".join(f"{k} {v}" for k, v in about.items()), *_lines(found), ""])


def _lines(found: dict[str, list[Found]]) -> Iterator[str]:
    for name, rows in found.items():
        yield f"\n**{name}**\n"
        yield "| what | beside | it | the other | ratio | target |"
        yield "|---|---|---|---|---|---|"
        yield from map(_line, rows)


def _line(row: Found) -> str:
    if isinstance(row, Left) or not row.measured:
        reason = row.reason if isinstance(row, Left) else NOT_COUNTED
        return f"| {row.what} | **LEFT OUT: {reason}** | | | | |"
    ours, theirs = (f"{_short(statistics.median(v))} {row.unit}" for v in (row.ours, row.theirs))
    middle, low, high = spread(row.ratios)
    ratio = f"**{middle:.2f}** ({low:.2f} to {high:.2f})"
    target = f"{row.target}: {MET[row.target.met(middle)]}" if row.target else ""
    return f"| {row.what} | {row.beside} | {ours} | {theirs} | {ratio} | {target} |"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= A_HUNDRED else f"{value:.3g}"


def spread(values: Iterable[float]) -> tuple[float, float, float]:
    """Give the median, the least and the largest."""
    values = list(values)
    return statistics.median(values), min(values), max(values)


def as_json(found: dict[str, list[Found]], about: dict[str, str]) -> dict[str, object]:
    """Give everything as what JSON can hold: every value of every round."""
    rows = [{"benchmark": name} | _record(row) for name, rows in found.items() for row in rows]
    return {"schema": 1, "machine": about, "rows": rows}


def _record(row: Found) -> dict[str, object]:
    if isinstance(row, Left):
        return {"what": row.what, "left_out": row.reason}
    if not row.measured:
        return {"what": row.what, "left_out": NOT_COUNTED}
    middle, low, high = spread(row.ratios)
    record = {
        "what": row.what,
        "beside": row.beside,
        "unit": row.unit,
        "ours": row.ours,
        "theirs": row.theirs,
        "ratio": {"median": middle, "min": low, "max": high},
    }
    if row.target is not None:
        return record | {"target": str(row.target), "met": row.target.met(middle)}
    return record
