"""A grading as lines for a terminal: each function turns a record into lines, in a language.

Marks tell the outcomes apart without colour. Foreign text is put in as plain text, never as
markup, so nothing in it can colour, move or hide what is printed.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from grader.errors import mark
from grader.report.language import show, translate
from grader.report.paragraph import Paragraph
from grader.results import (
    Cause,
    CheckResult,
    Diagnosis,
    Location,
    Outcome,
    Part,
    Report,
    Step,
    all_passed,
    diagnoses_of,
    max_score,
    next_check,
    score,
    well_confined,
)

BEFORE_HANDING_IN = mark(
    "Every visible check passes. The hidden ones also try other sizes, extreme values and "
    "whether arguments are changed: read the handout once more, then hand your work in."
)

Lines = Iterator[Line | Padding | Table]

STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.ERROR: "red",
    Outcome.SKIPPED: "dim",
}
MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "!", Outcome.SKIPPED: "-"}
FEWEST_DOTS = 3
ASCII_MARKS = MARKS | {Outcome.PASSED: "+", Outcome.FAILED: "x"}


def check_lines(
    check: CheckResult, code: Sequence[Part], lang: str, *, ascii_only: bool = False
) -> Lines:
    """Say a check's outcome: a mark, the title and the points; message and hint below."""
    marks = ASCII_MARKS if ascii_only else MARKS
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(width=3, justify="right", no_wrap=True)
    row.add_column(ratio=1, overflow="fold")
    row.add_column(justify="right", no_wrap=True)
    points = Line(f"{check.points:g}/{check.max_points:g}", style="dim")
    symbol = Line(marks[check.outcome], style=f"bold {STYLES[check.outcome]}")
    row.add_row(symbol, Paragraph(show(check.title, lang)), points)
    yield row
    if check.message is not None:
        yield _indented(show(check.message, lang), style="" if check.hint else "dim")
    if check.evidence is not None:
        yield from _evidence(check, lang)
    yield from _trace(check.trace, code, lang)
    if check.hint is not None:
        hint = Paragraph.assemble((_("Hint: ", lang), "bold"), show(check.hint, lang))
        yield Padding.indent(hint, 6)


def same_lines(count: int, points: float, lang: str) -> Lines:
    """Say that more checks have the message that was just told."""
    template = (
        mark("... and the same for 1 more check, {points} points.")
        if count == 1
        else mark("... and the same for {count} more checks, {points} points.")
    )
    text = _(template, lang).format(count=count, points=f"{points:g}")
    yield _indented(text, style="dim")


def cause_lines(cause: Cause, code: Sequence[Part], lang: str) -> Lines:
    """Say, once, what is wrong with the whole submission."""
    yield Line(_("Your work could not be run, so no check could pass:", lang), style="bold red")
    yield _indented(show(cause.message, lang))
    yield from _trace(cause.trace, code, lang)


def summary_lines(report: Report, lang: str, width: int) -> Lines:
    """Say each group's points, the notes, the score and the one thing to do next."""
    yield Line("")
    if report.status == "not_graded":
        yield Line(_("NOT GRADED. This is not the student's fault.", lang), style="bold red")
        if report.reason is not None:
            yield _indented(show(report.reason, lang))
        return
    for note in report.notes:
        line = Paragraph.assemble((_("Note: ", lang), "bold"), show(note, lang))
        yield line
    if report.notes:
        yield Line("")
    if report.protections and not well_confined(report.protections):
        yield Line(
            _("Protections in force on this machine: {names}. See `grader doctor`.", lang).format(
                names=", ".join(report.protections)
            ),
            style="yellow",
        )
        yield Line("")
    yield from _diagnoses(report, lang)
    for group in report.groups:
        yield _row(show(group.title, lang), score(report, group.name),
                   max_score(report, group.name), lang, width)  # fmt: skip
    label = _("Score", lang) if report.unseen is None else _("Visible points", lang)
    total = _row(label, score(report), max_score(report), lang, width)
    total.stylize("bold")
    yield total
    if report.unseen is not None:
        yield Line("")
        yield Paragraph(_visible(report, lang), style="bold")
    following = next_step(report, lang)
    if following:
        yield Line("")
        yield Paragraph.assemble((_("Do this next: ", lang), "bold"), following)


def _diagnoses(report: Report, lang: str) -> Lines:
    """Name each misconception once; those that can't be told apart stand together."""
    for ids in dict.fromkeys(frozenset((d.id, *d.alternatives)) for d in report.diagnoses):
        those = [d for d in report.diagnoses if d.id in ids]
        yield Paragraph(_named(those, lang), style="bold")
        told = (
            *(show(one.evidence, lang) for one in those if one.evidence is not None),
            *(show(one.nudge, lang) for one in those),
            *(_step(one.derivation, lang) for one in those if one.derivation is not None),
        )
        for text in dict.fromkeys(told):
            yield _indented(text)
        yield Line("")


def _step(step: Step, lang: str) -> str:
    template = _("Step {number} of the lesson: {title}", lang)
    return template.format(number=step.number, title=show(step.title, lang))


def _named(found: Sequence[Diagnosis], lang: str) -> str:
    titles = (show(one.title, lang) for one in found)
    return f" {_('Or:', lang)} ".join(titles)


def _row(title: str, points: float, most: float, lang: str, width: int) -> Line:
    value = _("{points} of {most}", lang).format(points=f"{points:g}", most=f"{most:g}")
    dots = width - cell_len(title) - cell_len(value) - 2
    if dots < FEWEST_DOTS:
        return Line.assemble(title, "\n", " " * (width - cell_len(value)), value)
    return Line.assemble(title, " ", ("." * dots, "dim"), " ", value)


def _visible(report: Report, lang: str) -> str:
    assert report.unseen is not None
    passed = sum(check.outcome is Outcome.PASSED for check in report.checks)
    return _(
        "visible checks: {passed} of {all} passed; {hidden} hidden checks, worth {points} "
        "points, run when your work is graded",
        lang,
    ).format(
        passed=passed,
        all=len(report.checks),
        hidden=report.unseen.checks,
        points=f"{report.unseen.points:g}",
    )


def next_step(report: Report, lang: str) -> str:
    """The one thing to do next, or an empty string if nothing is left to do."""
    if report.status == "not_graded":
        return ""
    if all_passed(report):
        return _(BEFORE_HANDING_IN, lang) if report.unseen else ""
    if report.cause is not None:
        return _with_place(show(report.cause.message, lang), report.cause.trace, report, lang)
    check = next_check(report)
    if check is None:
        skipped = (c for c in report.checks if c.outcome is Outcome.SKIPPED and c.message)
        return next((show(c.message, lang) for c in skipped if c.message), "")
    titles = {group.name: show(group.title, lang) for group in report.groups}
    told = check.message if check.outcome is Outcome.ERROR else check.hint
    named = _named(diagnoses_of(report, check), lang)
    text = named or show(told or check.title, lang)
    said = _("{group}. {advice}", lang).format(group=titles[check.group], advice=text)
    return _with_place(said, check.trace, report, lang)


def _with_place(text: str, trace: Sequence[Location], report: Report, lang: str) -> str:
    if not trace or trace[-1].part >= len(report.code):
        return text
    part, line = report.code[trace[-1].part].name, trace[-1].line
    return f"{text} ({_('{part}, line {line}', lang).format(part=part, line=line)})"


def _evidence(check: CheckResult, lang: str) -> Lines:
    evidence = check.evidence
    assert evidence is not None
    rows = [
        (_("call", lang), evidence.call),
        (_("got", lang), evidence.got),
        (_("expected", lang), evidence.expected),
    ]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows:
        if value:
            table.add_row(label, Line(value))
    yield Padding.indent(table, 8)


def _trace(trace: Sequence[Location], code: Sequence[Part], lang: str) -> Lines:
    for place in trace[-3:]:
        if place.part >= len(code):
            continue
        part = code[place.part]
        lines = part.source.split("\n")
        text = lines[place.line - 1].strip() if 0 < place.line <= len(lines) else ""
        where = _("{part}, line {line}", lang).format(part=part.name, line=place.line)
        yield Padding.indent(Line.assemble((where + ": ", "dim"), text[:200]), 8)


def _indented(text: str, style: str = "") -> Padding:
    return Padding.indent(Paragraph(text, style=style), 6)


def _(template: str, lang: str) -> str:
    return translate(template, lang)
