"""One report as one web page: self-contained, without scripts, made to be read and printed.

All markup stands in `templates/`. This module prepares what a template can't work out well:
numbers as text, the order of the checks, the lines of the code and the charts' geometry.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from grader.grades import Correction, Grade
from grader.report.code import MOST_COLOURED, coloured_lines, plain_lines
from grader.report.drawing import Axis, columns, exponent, spaced, upward
from grader.report.pages import encodable, environment
from grader.results import (
    WRONG,
    CheckResult,
    Diagnosis,
    Epoch,
    Gradient,
    Group,
    Outcome,
    Report,
    Text,
    Training,
    diagnoses_of,
    max_score,
    next_check,
    score,
    shown_measures,
)

_LISTED_EPOCHS = 24
_MOST_BARS = 2  # for each epoch

# A larger loss is drawn at the end of its axis: a round number above it may not be finite.
_DRAWABLE = 1e300

CAUSE = 0


class Row(msgspec.Struct, frozen=True):
    """A check as the page shows it.

    Args:
        number: its place on the page, counted from 1.
        twin: number of the first check that went wrong in the very same way, or None.
        diagnoses: the misconception that explains it, or several, one of which does.
        nudged: whether an earlier check's row has their nudges already.
    """

    number: int
    check: CheckResult
    twin: int | None
    diagnoses: tuple[Diagnosis, ...]
    nudged: bool


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


class Bars(msgspec.Struct, frozen=True):
    """One of the epochs' measures as bars.

    Args:
        total: of all epochs.
        values: (epoch, value) of the listed ones.
    """

    title: Text
    total: float
    values: tuple[tuple[int, float], ...]


class Charts(msgspec.Struct, frozen=True):
    """A training run's charts: one horizontal axis, three vertical ones.

    Args:
        listed: the epochs that the table and the bars show, at most `_LISTED_EPOCHS`.
        broken: those whose loss is not finite.
        bars: of the epochs' measures, side by side.
    """

    epoch: Axis
    loss: Axis
    accuracy: Axis
    counts: Axis
    listed: tuple[Epoch, ...]
    broken: tuple[Epoch, ...]
    bars: tuple[Bars, ...]


class Decision(msgspec.Struct, frozen=True):
    """A person's correction, and what it changed.

    Args:
        group: that it is about, or None if it is about the time.
        before: points that the checks gave in this group, or None if it was not graded.
        most: points that there are in this group.
    """

    correction: Correction
    group: Group | None
    before: float | None
    most: float


def render(report: Report, lang: str, grade: Grade | None = None) -> str:
    """Make the page of one report.

    Args:
        report: what the reader may see: the page shows all that it holds, so withheld things
            have to be gone from it already.
        lang: one of `language.LANGUAGES`.
        grade: shown apart from the score, if people or the late policy had a say in it.

    Returns:
        A whole HTML document that loads nothing and runs nothing; UTF-8 can encode it.
    """
    sections = _sections(report)
    rows = [row for section in sections for row in section.rows]
    page = environment(lang).get_template("page.html.j2")
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
        grade=grade if grade and _differs(grade) else None,
        decisions=_decisions(report, grade) if grade else (),
    )
    return encodable(text)


def _sections(report: Report) -> tuple[Section, ...]:
    """Number the checks in the order in which they are shown; nothing counts if not graded."""
    if report.status == "not_graded":
        return ()
    known = {group.name for group in report.groups}
    stray = dict.fromkeys(c.group for c in report.checks if c.group not in known)
    groups = (*report.groups, *map(_untitled, stray))
    rows: list[Row] = []
    for group in groups:
        for check in (check for check in report.checks if check.group == group.name):
            found = diagnoses_of(report, check)
            nudged = any(row.diagnoses == found for row in rows)
            rows.append(Row(len(rows) + 1, check, _twin(check, rows), found, nudged))
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


def _untitled(name: str) -> Group:
    return Group(name, Text("{name}", "", {"name": name}))


def _twin(check: CheckResult, earlier: Iterable[Row]) -> int | None:
    def told(check: CheckResult) -> tuple[object, ...]:
        said = check.message, check.hint, check.diagnosis
        return check.outcome, said, check.evidence, check.trace

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


def _differs(grade: Grade) -> bool:
    """Tell whether a grade is anything else than what the checks gave."""
    raw, final = (None if p is None else round(p, 2) for p in (grade.raw, grade.final))
    return bool(grade.corrections or grade.late) or raw != final


def _decisions(report: Report, grade: Grade) -> tuple[Decision, ...]:
    titled = {group.name: group for group in report.groups}
    return tuple(
        Decision(
            correction,
            titled.get(correction.group, _untitled(correction.group)) if correction.group else None,
            score(report, correction.group) if report.status == "graded" else None,
            max_score(report, correction.group),
        )
        for correction in grade.corrections
    )


def _charts(training: Training) -> Charts:
    epochs = training.epochs
    losses = [e.loss for e in epochs if abs(e.loss) < _DRAWABLE]
    accuracies = [e.train_accuracy for e in epochs]
    accuracies += [e.heldout_accuracy for e in epochs if e.heldout_accuracy is not None]
    bars = _bars(epochs) if training.figure else ()
    counts = [value for each in bars for _, value in each.values]
    return Charts(
        epoch=columns([e.epoch for e in epochs]),
        loss=upward(min([0.0, *losses]), max([training.most_loss or 0.0, *losses])),
        accuracy=upward(min([0.9, training.threshold, *accuracies]), 1.0),
        counts=upward(0.0, max([4, *counts])),
        listed=spaced(epochs, _LISTED_EPOCHS),
        broken=tuple(e for e in epochs if not math.isfinite(e.loss)),
        bars=bars,
    )


def _bars(epochs: Sequence[Epoch]) -> tuple[Bars, ...]:
    numbers = [e.epoch for e in epochs]
    found = []
    for measure in zip(*map(shown_measures, epochs), strict=True):
        values = [value for _, value in measure]
        listed = spaced(tuple(zip(numbers, values, strict=True)), _LISTED_EPOCHS)
        found.append(Bars(measure[0][0], sum(values), listed))
    return tuple(found[:_MOST_BARS])


def _magnitude(gradient: Gradient) -> Axis:
    """Make a logarithmic axis that holds the error and its tolerance; ticks are exponents."""
    exponents = [exponent(gradient.max_relative_error), exponent(gradient.tolerance)]
    low, high = min(-10, math.floor(min(exponents))), max(0, math.ceil(max(exponents)))
    step = math.ceil((high - low) / 6)
    return Axis(low, high, 20.0, 340.0, tuple(float(n) for n in range(high, low - 1, -step)))
