"""What is read off a proof the same way wherever it is shown."""

import math
from collections.abc import Iterable

from grader.proof import Catch, Proof, Room
from grader.report.language import decimal, round_percent
from grader.results import MarginKind


def enough(room: Room) -> bool:
    """Tell whether right answers had as much room as is asked for. Not-a-number is none."""
    return room.left >= room.asked


def tightest(rooms: Iterable[Room]) -> tuple[Room, ...]:
    """Sort margins: too small ones first, then by how many times more is left than is asked."""
    return tuple(sorted(rooms, key=_slack))


def _slack(room: Room) -> tuple[bool, float, float]:
    left = -math.inf if math.isnan(room.left) else room.left
    times = left / room.asked if room.asked else math.copysign(math.inf, left)
    return enough(room), times, left


def amount(value: float, kind: MarginKind) -> str:
    """Write a share of a tolerance in percent, and what a bar is cleared by in its own unit."""
    share = kind == "tolerance" and math.isfinite(value)
    return round_percent(value) if share else decimal(value)


def idle(proof: Proof) -> tuple[Catch, ...]:
    """List the checks that caught nothing: whatever they say, nothing shows that they work."""
    return tuple(c for c in proof.catches if not c.mistakes and not c.mutants)
