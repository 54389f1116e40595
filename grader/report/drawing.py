"""The geometry of charts: axes that end on round numbers, and paths through points."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec

# Numbers of the charts' drawing area in SVG units, shared with charts.svg.j2.
LEFT, RIGHT, TOP, BOTTOM = 46.0, 352.0, 16.0, 172.0

_THINNEST = 1e-9

T = TypeVar("T")


class Axis(msgspec.Struct, frozen=True):
    """Maps `low` to the pixel `start` and `high` to `end`; ticks are values between them."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Tell the pixel of a value; what lies outside the axis is put at its end."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)


def upward(low: float, high: float) -> Axis:
    """Make a vertical axis that ends on round numbers, with about five ticks."""
    high = high if high - low > _THINNEST else low + 1.0
    step = round_step((high - low) / 4)
    low, high = math.floor(low / step + _THINNEST) * step, math.ceil(high / step - _THINNEST) * step
    ticks = tuple(low + step * n for n in range(round((high - low) / step) + 1))
    return Axis(low, high, BOTTOM, TOP, ticks)


def rightward(low: float, high: float) -> Axis:
    """Make a horizontal axis that ends just where its values do, with about eight round ticks."""
    step = round_step((high - low) / 8)
    first, last = math.ceil(low / step), math.floor(high / step)
    return Axis(low, high, LEFT, RIGHT, tuple(step * n for n in range(first, last + 1)))


def columns(epochs: Sequence[int]) -> Axis:
    """Make a horizontal axis of epochs, in order: every one has a column of the same width."""
    first, last = epochs[0], epochs[-1]
    step = max(1, round(round_step((last - first) / 7)))
    ticks = tuple(float(n) for n in range(first, last + 1) if n % step == 0)
    half = min((after - before for before, after in pairwise(epochs)), default=1) / 2
    return Axis(first - half, last + half, LEFT, RIGHT, ticks)


def round_step(least: float) -> float:
    """Find the smallest of 1, 2, 5, 10, ... times a power of ten that is not below `least`."""
    if not least > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def exponent(value: float) -> float:
    """Tell the power of ten that a number is, as far as a drawing needs it."""
    if value <= 0:
        return -16.0
    return math.log10(value) if math.isfinite(value) else 2.0


def path(points: Iterable[tuple[float, float | None]], x: Axis, y: Axis) -> str:
    """Write SVG path data through the points, with a gap wherever a value is not finite."""
    steps: list[str] = []
    pen = "M"
    for across, up in points:
        if up is None or not math.isfinite(up):
            pen = "M"
            continue
        steps.append(f"{pen}{x.at(across)} {y.at(up)}")
        pen = "L"
    return "".join(steps)


def spaced(items: Sequence[T], most: int) -> tuple[T, ...]:
    """Choose what to list: all if they are few, else the first, the last and some between."""
    if len(items) <= most:
        return tuple(items)
    step = (len(items) - 1) / (most - 1)
    return tuple(items[round(step * n)] for n in range(most))
