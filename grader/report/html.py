"""One report as one web page: self-contained, without scripts, made to be read and printed.

All markup stands in `templates/`. This module prepares what a template can't work out well:
numbers as text, the order of the checks, and the lines of the code with what is said of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from grader.grades import Correction, Grade
from grader.report.charts import charts_of, magnitude
from grader.report.code import MOST_COLOURED, coloured_lines, definitions, plain_lines
from grader.report.pages import encodable, environment
from grader.results import (
    WRONG,
    CheckResult,
    Diagnosis,
    Group,
    Location,
    Outcome,
    Report,
    Text,
    diagnoses_of,
    max_score,
    next_check,
    score,
)

CAUSE = 0

Place = tuple[int, int]
"""Index of a part of the code, and a line of it, from 1."""
Places = dict[str, Place]
Notes = dict[Place, list[int]]
"""Numbers of checks by the place that they are about."""


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
        wrong: numbers of the checks that say what is wrong with what is defined here.
        room: how many lines, this one among them, there are to put remarks beside.
    """

    tokens: tuple[tuple[str, str], ...]
    marks: tuple[int, ...]
    wrong: tuple[int, ...]
    room: int


class Source(msgspec.Struct, frozen=True):
    """A part of the submission, cut into lines."""

    name: str
    lines: tuple[Line, ...]


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
        lang: one of `locales.LANGUAGES`.
        grade: shown apart from the score, if people or the late policy had a say in it.

    Returns:
        A whole HTML document that loads nothing and runs nothing; UTF-8 can encode it.
    """
    sections = _sections(report)
    rows = [row for section in sections for row in section.rows]
    tally = Counter(row.check.outcome for row in rows)
    defined = _defined(report)
    following = _next(report, rows)
    page = environment(lang).get_template("page.html.j2")
    text = page.render(
        report=report,
        sections=sections,
        rows={row.number: row for row in rows},
        next_row=following,
        next_place=_place(following, defined) if following else None,
        explained=_explained(following, rows) if following else None,
        tally=tally,
        passed=tally[Outcome.PASSED],
        score=score(report),
        max_score=max_score(report),
        code=_sources(report, rows, defined),
        charts=charts_of(report.training) if report.training and report.training.epochs else None,
        magnitude=magnitude(report.gradient) if report.gradient else None,
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


def _explained(chosen: Row, rows: Iterable[Row]) -> tuple[int, int]:
    """Count the checks that were lost for the same reason as one, and all that were lost."""
    lost = [row for row in rows if row.check.outcome in WRONG]
    return sum(row.diagnoses == chosen.diagnoses for row in lost), len(lost)


def _defined(report: Report) -> Places:
    """Find where the functions and constants are that a check may be about, if it comes to that."""
    wrong = any(check.outcome in WRONG for check in report.checks)
    if report.cause or not wrong or _is_long(report):
        return {}
    return definitions(part.source for part in report.code)


def _is_long(report: Report) -> bool:
    return sum(len(part.source) for part in report.code) > MOST_COLOURED


def _about(row: Row, defined: Places) -> tuple[Place, ...]:
    """Find the definitions that a check is about, by its diagnosis or by its group's name."""
    names = [one.function for one in row.diagnoses] or [row.check.group]
    return tuple(dict.fromkeys(defined[name] for name in names if name in defined))


def _place(row: Row, defined: Places) -> Location | None:
    """Find the line to look at first: where the code raised, or else what the check is about."""
    if row.check.trace:
        return row.check.trace[-1]
    return next((Location(*place) for place in _about(row, defined)), None)


def _sources(report: Report, rows: Sequence[Row], defined: Places) -> tuple[Source, ...]:
    """Cut every part into lines, and note at them what the checks have to say about them."""
    cut = plain_lines if _is_long(report) else coloured_lines
    marks = _raised(report, rows)
    wrong = _wrong(rows, defined)
    sources = []
    for index, part in enumerate(report.code):
        lines: list[Line] = []
        tokens = cut(part.source.removesuffix("\n"))
        room = 0
        for number in range(len(tokens), 0, -1):
            room += 1
            raised, about = (tuple(found.get((index, number), ())) for found in (marks, wrong))
            lines.append(Line(tokens[number - 1], raised, about, room))
            room = 0 if raised or about else room
        sources.append(Source(part.name, tuple(reversed(lines))))
    return tuple(sources)


def _raised(report: Report, rows: Iterable[Row]) -> Notes:
    """Find the lines where a check raised, or where the cause lies."""
    found: Notes = defaultdict(list)
    traces = [(CAUSE, report.cause.trace)] if report.cause else []
    # With one cause for all, every check's trace would only repeat it.
    traces += [(row.number, row.check.trace) for row in rows if not report.cause]
    for number, trace in traces:
        for place in dict.fromkeys((location.part, location.line) for location in trace):
            found[place].append(number)
    return found


def _wrong(rows: Iterable[Row], defined: Places) -> Notes:
    """Find the lines that define what is wrong.

    The first of several checks speaks for all. One that raised is noted where it did, and here
    only if it has a diagnosis to tell.
    """
    found: Notes = defaultdict(list)
    for row in rows:
        told = row.nudged if row.diagnoses else row.twin or row.check.trace
        if row.check.outcome in WRONG and not told:
            for place in _about(row, defined):
                found[place].append(row.number)
    return found


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
