"""Epochs as lines for a terminal: a table that grows while a training goes on, and its loss."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text as Line

from grader.report.language import show, translate
from grader.results import Epoch, shown_measures

BARS, BROKEN_DOWN = "▁▂▃▄▅▆▇█", "✗"
FEWEST_BARS, MOST_BARS = 2, 40


def epoch_heading(epoch: Epoch, lang: str, width: int) -> Line:
    """Name the columns of `epoch_line`."""
    return _columns(((head, head) for head, _cell in _epoch_columns(epoch, lang)), width)


def epoch_line(epoch: Epoch, lang: str, width: int) -> Line:
    """Say how an epoch went, in as many columns of the table as the terminal has room for."""
    return _columns(_epoch_columns(epoch, lang), width)


def _epoch_columns(epoch: Epoch, lang: str) -> Iterator[tuple[str, str]]:
    yield _("epoch", lang), str(epoch.epoch)
    yield _("loss", lang), f"{epoch.loss:.4f}"
    yield _("training", lang), f"{epoch.train_accuracy:.1%}"
    if epoch.heldout_accuracy is not None:
        yield _("held-out", lang), f"{epoch.heldout_accuracy:.1%}"
    for title, value in shown_measures(epoch):
        yield show(title, lang), f"{value:g}" if isinstance(value, float) else str(value)


def loss_line(epochs: Sequence[Epoch], lang: str, width: int, *, ascii_only: bool = False) -> Line:
    """Draw the loss of two epochs or more as bars, between its first value and its last.

    Args:
        epochs: as they were told.
        lang: one of `locales.LANGUAGES`.
        width: of the terminal, in columns. One that is narrow has fewer bars, or none.
        ascii_only: whether there are no bars to draw with.
    """
    losses = [epoch.loss for epoch in epochs]
    values = f"{losses[0]:.3g} -> {losses[-1]:.3g}"
    if not all(map(math.isfinite, losses)):
        values = _("{values}, diverged", lang).format(values=values)
    label = _("loss", lang)
    room = width - cell_len(f"    {label}    {values}")
    bars = "" if ascii_only or room < FEWEST_BARS else _bars(losses, min(room, MOST_BARS)) + "  "
    return Line.assemble("    ", (label, "dim"), "  " if bars else " ", bars, values)


def _bars(values: Sequence[float], most: int) -> str:
    """Draw values as bars: means of neighbours, if there are more than `most`."""
    count = min(len(values), most)
    ends = [len(values) * number // count for number in range(count + 1)]
    parts = [values[start:end] for start, end in itertools.pairwise(ends)]
    halves = [sum(value / len(part) / 2 for value in part) for part in parts]
    finite = list(filter(math.isfinite, halves))
    low, high = min(finite, default=0.0), max(finite, default=0.0)  # halved, they can't overflow
    return "".join(
        BARS[round((len(BARS) - 1) * ((half - low) / (high - low or 1.0)))]
        if math.isfinite(half)
        else BROKEN_DOWN
        for half in halves
    )


def _columns(columns: Iterable[tuple[str, str]], width: int) -> Line:
    """Put cells, each below a heading, into columns that are as wide as the headings."""
    row = "  "
    for head, cell in columns:
        wide = max(cell_len(head), 7)
        if cell_len(row) + 2 + wide > width:
            break
        row += "  " + " " * (wide - cell_len(cell)) + cell
    return Line(row, style="dim")


def _(template: str, lang: str) -> str:
    return translate(template, lang)
