"""What a template can't work out well of a training run: axes, bars, ways, tiles and shades."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from grader.report.drawing import (
    BOTTOM,
    LEFT,
    RIGHT,
    Axis,
    columns,
    exponent,
    rightward,
    spaced,
    upward,
)
from grader.report.png import data_uri
from grader.results import (
    Confusion,
    Epoch,
    Gallery,
    Gradient,
    Plot,
    Spot,
    Text,
    Training,
    shown_measures,
)

_LISTED_EPOCHS = 24
_MOST_BARS = 2  # for each epoch
_MOST_COMPARED = 2  # as many as have a dash and a mark of their own

# A larger loss is drawn at the end of its axis: a round number above it may not be finite.
_DRAWABLE = 1e300

_LINE, _WORDS = 15.0, 100.0  # height of a label, and about its width
_SHADES = 4
_CERTAIN = 0.999  # what rounds to 100 % is not that certain


class Bars(msgspec.Struct, frozen=True):
    """One of the epochs' measures as bars.

    Args:
        total: of all epochs.
        values: (epoch, value) of the listed ones.
    """

    title: Text
    total: float
    values: tuple[tuple[int, float], ...]


class Mark(msgspec.Struct, frozen=True):
    """A marked point of a plot, in pixels.

    Args:
        beyond: -1 or 1 if it lies beyond the left or the right end of what is drawn; else 0.
        label: where its words begin, or end if they are `before` it.
    """

    x: float
    y: float
    beyond: int
    label: tuple[float, float]
    before: bool
    title: Text


class Sketch(msgspec.Struct, frozen=True):
    """A plot's geometry.

    Args:
        way: points of the curve from the first mark to the last one.
    """

    plot: Plot
    across: Axis
    upward: Axis
    way: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]


class Tile(msgspec.Struct, frozen=True):
    """A sample of a gallery: its picture as a data: URI, and what is said of it."""

    picture: str
    width: int
    height: int
    truth: str
    said: str
    certainty: str


class Cell(msgspec.Struct, frozen=True):
    """A count of a confusion table.

    Args:
        right: whether it counts what was right, and there is such.
        shade: of a mistake, 1 to 4, the most frequent ones having 4; 0 for none.
    """

    count: int
    right: bool
    shade: int


class Charts(msgspec.Struct, frozen=True):
    """A training run's charts: one horizontal axis, three vertical ones.

    Args:
        listed: the epochs that the table and the bars show, at most `_LISTED_EPOCHS`.
        broken: those whose loss is not finite.
        bars: of the epochs' measures, side by side.
        sketch: of the run's plot.
        tiles: of the run's gallery.
        cells: of the run's confusion table: a row for each true class.
    """

    epoch: Axis
    loss: Axis
    accuracy: Axis
    counts: Axis
    listed: tuple[Epoch, ...]
    broken: tuple[Epoch, ...]
    bars: tuple[Bars, ...]
    sketch: Sketch | None
    tiles: tuple[Tile, ...]
    cells: tuple[tuple[str, tuple[Cell, ...]], ...]


def charts_of(training: Training) -> Charts:
    """Prepare the charts of a run of at least one epoch."""
    epochs = training.epochs
    others = training.comparisons[:_MOST_COMPARED]
    numbers = {e.epoch for e in epochs}.union(*(other.epochs for other in others))
    losses = [e.loss for e in epochs if abs(e.loss) < _DRAWABLE]
    losses += [value for other in others for value in other.losses]
    accuracies = [e.train_accuracy for e in epochs]
    accuracies += [e.heldout_accuracy for e in epochs if e.heldout_accuracy is not None]
    accuracies += [value for other in others for value in other.accuracies]
    bars = _bars(epochs) if training.figure else ()
    counts = [value for each in bars for _, value in each.values]
    return Charts(
        epoch=columns(sorted(numbers)),
        loss=upward(min([0.0, *losses]), max([training.most_loss or 0.0, *losses])),
        accuracy=upward(min([0.9, training.threshold, *accuracies]), 1.0),
        counts=upward(0.0, max([4, *counts])),
        listed=spaced(epochs, _LISTED_EPOCHS),
        broken=tuple(e for e in epochs if not math.isfinite(e.loss)),
        bars=bars,
        sketch=_sketch(training.plot) if training.plot else None,
        tiles=tuple(_tiles(training.worst)) if training.worst else (),
        cells=tuple(_cells(training.confusion)) if training.confusion else (),
    )


def _bars(epochs: Sequence[Epoch]) -> tuple[Bars, ...]:
    numbers = [e.epoch for e in epochs]
    found = []
    for measure in zip(*map(shown_measures, epochs), strict=True):
        values = [value for _, value in measure]
        listed = spaced(tuple(zip(numbers, values, strict=True)), _LISTED_EPOCHS)
        found.append(Bars(measure[0][0], sum(values), listed))
    return tuple(found[:_MOST_BARS])


def _sketch(plot: Plot) -> Sketch:
    ends = plot.curve[0][0], plot.curve[-1][0]
    heights = [y for _, y in plot.curve]
    across, up = rightward(*ends), upward(min(0.0, *heights), max(heights))
    return Sketch(plot, across, up, _way(plot), tuple(_marks(plot.path, across, up)))


def _way(plot: Plot) -> tuple[tuple[float, float], ...]:
    """Follow the curve from spot to spot, forth or back."""
    way = [(spot.x, spot.y) for spot in plot.path[:1]]
    for start, end in pairwise(plot.path):
        low, high = sorted((start.x, end.x))
        between = [point for point in plot.curve if low < point[0] < high]
        way += between if start.x < end.x else reversed(between)
        way.append((end.x, end.y))
    return tuple(way)


def _marks(path: Sequence[Spot], across: Axis, up: Axis) -> Iterator[Mark]:
    """Place the spots and their words: beside a spot where the way leads, under it at the end.

    Words that would stand on those of an earlier spot are lifted above them.
    """
    taken: list[tuple[float, float]] = []
    for spot in path:
        x, y = across.at(spot.x), up.at(spot.y)
        back = spot.x < path[0].x and x - LEFT > _WORDS / 2
        before = back or x > (LEFT + RIGHT) / 2
        if back:
            at = x - 7.0, y - 7.0
        elif before:
            at = x, y + 20.0
        else:
            at = x + 9.0, min(y + 4.0, BOTTOM - 6.0)
        while any(abs(at[0] - a) < _WORDS and abs(at[1] - b) < _LINE for a, b in taken):
            at = at[0], at[1] - _LINE
        taken.append(at)
        beyond = (spot.x > across.high) - (spot.x < across.low)
        label = round(at[0], 1), round(at[1], 1)
        yield Mark(x, y, beyond, label, before, spot.title)


def _tiles(gallery: Gallery) -> Iterator[Tile]:
    for sample in gallery.samples:
        sure = sample.certainty
        yield Tile(
            picture=data_uri(sample.picture),
            width=sample.picture.width,
            height=sample.picture.height,
            truth=sample.truth,
            said=sample.said,
            certainty=f"{sure:.1%}" if sure < _CERTAIN else f"> {_CERTAIN:.1%}",
        )


def _cells(confusion: Confusion) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    rows = list(enumerate(confusion.counts))
    most = max((n for i, row in rows for j, n in enumerate(row) if i != j), default=0)
    for i, row in rows:
        yield (
            confusion.labels[i],
            tuple(
                Cell(n, i == j and n > 0, math.ceil(_SHADES * n / most) if n and i != j else 0)
                for j, n in enumerate(row)
            ),
        )


def magnitude(gradient: Gradient) -> Axis:
    """Make a logarithmic axis that holds the error and its tolerance; ticks are exponents."""
    exponents = [exponent(gradient.max_relative_error), exponent(gradient.tolerance)]
    low, high = min(-10, math.floor(min(exponents))), max(0, math.ceil(max(exponents)))
    step = math.ceil((high - low) / 6)
    return Axis(low, high, 20.0, 340.0, tuple(float(n) for n in range(high, low - 1, -step)))
