"""One report as one web page: self-contained, without scripts, made to be read and printed.

All markup stands in `templates/`. This module prepares what a template can't work out well:
numbers as text, the order of the checks, the lines of the code and the charts' geometry.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, partial

import jinja2
import msgspec

from grader.report import language
from grader.report.code import MOST_COLOURED, coloured_lines, plain_lines
from grader.results import (
    WRONG,
    CheckResult,
    Epoch,
    Gradient,
    Group,
    Outcome,
    Report,
    Text,
    Training,
    max_score,
    next_check,
    score,
)

# Numbers of the charts' drawing area in SVG units, shared with charts.svg.j2.
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 352.0, 16.0, 172.0

_LISTED_EPOCHS = 24

# A larger loss is drawn at the end of its axis: a round number above it may not be finite.
_DRAWABLE = 1e300
_THINNEST = 1e-9

CAUSE = 0


class Row(msgspec.Struct, frozen=True):
    """A check as the page shows it.

    Args:
        number: its place on the page, counted from 1.
        twin: number of the first check that went wrong in the very same way, or None.
    """

    number: int
    check: CheckResult
    twin: int | None


class Section(msgspec.Struct, frozen=True):
    """A group, its checks and its subtotal."""

    group: Group
    rows: tuple[Row, ...]
    score: float
    max_score: float


class Line(msgspec.Struct, frozen=True):
    """A line of the student's code.

    Args:
        tokens: (class, text) of each piece; "" is plain text.
        marks: numbers of the checks that raised here, `CAUSE` for the report's cause.
    """

    tokens: tuple[tuple[str, str], ...]
    marks: tuple[int, ...]


class Source(msgspec.Struct, frozen=True):
    """A part of the submission, cut into lines."""

    name: str
    lines: tuple[Line, ...]


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


class Charts(msgspec.Struct, frozen=True):
    """A training run's charts: one horizontal axis, three vertical ones.

    Args:
        listed: the epochs that the table and the bars show, at most `_LISTED_EPOCHS`.
        broken: those whose loss is not finite.
    """

    epoch: Axis
    loss: Axis
    accuracy: Axis
    updates: Axis
    listed: tuple[Epoch, ...]
    broken: tuple[Epoch, ...]


def render(report: Report, lang: str) -> str:
    """Make the page of one report.

    Args:
        report: what the reader may see: the page shows all that it holds, so withheld things
            have to be gone from it already.
        lang: one of `language.LANGUAGES`.

    Returns:
        A whole HTML document that loads nothing and runs nothing; UTF-8 can encode it.
    """
    sections = _sections(report)
    rows = [row for section in sections for row in section.rows]
    page = _environment(lang).get_template("page.html.j2")
    text = page.render(
        report=report,
        sections=sections,
        rows={row.number: row for row in rows},
        next_row=_next(report, rows),
        passed=sum(row.check.outcome is Outcome.PASSED for row in rows),
        score=score(report),
        max_score=max_score(report),
        code=_sources(report, rows),
        charts=_charts(report.training) if report.training and report.training.epochs else None,
        magnitude=_magnitude(report.gradient) if report.gradient else None,
    )
    # File names that are not UTF-8 reach Python as lone surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _environment(lang: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds this method at run time.
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        language.catalogue(lang), newstyle=True
    )
    environment.globals.update(lang=lang, CAUSE=CAUSE, Outcome=Outcome, path=_path)
    environment.filters.update(
        say=partial(language.show, lang=lang),
        points=language.points,
        percent=language.percent,
        round_percent=language.round_percent,
        decimal=language.decimal,
        scientific=language.scientific,
        zip=zip,
        exponent=_exponent,
        power_of_ten=language.power_of_ten,
        finite=math.isfinite,
    )
    return environment


def _sections(report: Report) -> tuple[Section, ...]:
    """Number the checks in the order in which they are shown; nothing counts if not graded."""
    if report.status == "not_graded":
        return ()
    known = {group.name for group in report.groups}
    stray = dict.fromkeys(c.group for c in report.checks if c.group not in known)
    groups = (*report.groups, *(Group(name, Text("{name}", "", {"name": name})) for name in stray))
    rows: list[Row] = []
    for group in groups:
        for check in (check for check in report.checks if check.group == group.name):
            rows.append(Row(len(rows) + 1, check, _twin(check, rows)))
    sections = (
        Section(
            group,
            tuple(row for row in rows if row.check.group == group.name),
            score(report, group.name),
            max_score(report, group.name),
        )
        for group in groups
    )
    return tuple(section for section in sections if section.rows)


def _twin(check: CheckResult, earlier: Iterable[Row]) -> int | None:
    def told(check: CheckResult) -> tuple[object, ...]:
        return check.outcome, check.message, check.hint, check.evidence, check.trace

    if check.outcome not in WRONG:
        return None
    return next((row.number for row in earlier if told(row.check) == told(check)), None)


def _next(report: Report, rows: Sequence[Row]) -> Row | None:
    """Find the check to look at first. Where nothing went wrong, it is one that was skipped."""
    chosen = next_check(report)
    return next(
        (row for row in rows if row.check is chosen),
        next((row for row in rows if row.check.outcome is Outcome.SKIPPED), None),
    )


def _sources(report: Report, rows: Iterable[Row]) -> tuple[Source, ...]:
    """Cut every part into lines, and mark those where a check raised or the cause lies."""
    marks: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    traces = [(CAUSE, report.cause.trace)] if report.cause else []
    # With one cause for all, every check's trace would only repeat it.
    traces += [(row.number, row.check.trace) for row in rows if not report.cause]
    for number, trace in traces:
        for place in dict.fromkeys((location.part, location.line) for location in trace):
            marks[place].append(number)
    size = sum(len(part.source) for part in report.code)
    cut = coloured_lines if size <= MOST_COLOURED else plain_lines
    return tuple(
        Source(
            part.name,
            tuple(
                Line(tokens, tuple(marks.get((index, number), ())))
                for number, tokens in enumerate(cut(part.source.removesuffix("\n")), 1)
            ),
        )
        for index, part in enumerate(report.code)
    )


def _charts(training: Training) -> Charts:
    epochs = training.epochs
    first, last = epochs[0].epoch, epochs[-1].epoch
    losses = [e.loss for e in epochs if abs(e.loss) < _DRAWABLE]
    accuracies = [e.train_accuracy for e in epochs]
    accuracies += [e.heldout_accuracy for e in epochs if e.heldout_accuracy is not None]
    updates = max(max(e.updates_too_large, e.updates_too_small) for e in epochs)
    return Charts(
        epoch=_epoch_axis(first, last),
        loss=_axis(min([0.0, *losses]), max([0.0, *losses])),
        accuracy=_axis(min([0.9, training.threshold, *accuracies]), 1.0),
        updates=_axis(0.0, max(updates, 4)),
        listed=_spaced(epochs),
        broken=tuple(e for e in epochs if not math.isfinite(e.loss)),
    )


def _spaced(epochs: tuple[Epoch, ...]) -> tuple[Epoch, ...]:
    """Choose the epochs to list: all if they are few, else the first, the last and between."""
    if len(epochs) <= _LISTED_EPOCHS:
        return epochs
    step = (len(epochs) - 1) / (_LISTED_EPOCHS - 1)
    return tuple(epochs[round(step * n)] for n in range(_LISTED_EPOCHS))


def _axis(low: float, high: float) -> Axis:
    """Make a vertical axis that ends on round numbers, with about five ticks."""
    high = high if high - low > _THINNEST else low + 1.0
    step = _round_step((high - low) / 4)
    low, high = math.floor(low / step + _THINNEST) * step, math.ceil(high / step - _THINNEST) * step
    ticks = tuple(low + step * n for n in range(round((high - low) / step) + 1))
    return Axis(low, high, _BOTTOM, _TOP, ticks)


def _epoch_axis(first: int, last: int) -> Axis:
    """Make the horizontal axis: every epoch has a column of the same width."""
    step = max(1, round(_round_step((last - first) / 7)))
    ticks = tuple(float(n) for n in range(first, last + 1) if n % step == 0)
    return Axis(first - 0.5, last + 0.5, _LEFT, _RIGHT, ticks)


def _round_step(least: float) -> float:
    """Find the smallest of 1, 2, 5, 10, ... times a power of ten that is not below `least`."""
    if not least > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _path(points: Iterable[tuple[float, float | None]], x: Axis, y: Axis) -> str:
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


def _exponent(value: float) -> float:
    """Tell the power of ten that a number is, as far as a drawing needs it."""
    if value <= 0:
        return -16.0
    return math.log10(value) if math.isfinite(value) else 2.0


def _magnitude(gradient: Gradient) -> Axis:
    """Make a logarithmic axis that holds the error and its tolerance; ticks are exponents."""
    exponents = [_exponent(gradient.max_relative_error), _exponent(gradient.tolerance)]
    low, high = min(-10, math.floor(min(exponents))), max(0, math.ceil(max(exponents)))
    step = math.ceil((high - low) / 6)
    return Axis(low, high, 20.0, 340.0, tuple(float(n) for n in range(high, low - 1, -step)))
