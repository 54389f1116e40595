"""A report as a notebook shows it: small, with the rest on the feedback page."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from grader.report.language import points, show, translate
from grader.report.pages import environment
from grader.report.terminal import MARKS, next_step
from grader.results import (
    WRONG,
    CheckResult,
    Location,
    Report,
    Text,
    diagnoses_of,
    max_score,
    next_check,
    score,
)
from grader.sandbox.words import broken_off, missing

Bundle = dict[str, str]  # what to display, by MIME type

MOST_SHOWN = 8
BROKEN_OFF = broken_off("", "", missing("")).template
UNDEFINED = (missing("").template, BROKEN_OFF)


class Item(NamedTuple):
    """A check that was lost: its mark, title and message, and where in the student's code."""

    mark: str
    title: str
    message: str
    place: str


class Cell(NamedTuple):
    """All that is shown, in the reader's language. What is empty is not shown.

    Args:
        title: of the assignment.
        result: the score, or why there is none.
        undone: a sentence that names the functions not written yet.
        items: the checks that were lost, the first of them.
        more: how many others there are, in a sentence.
        notes: worth knowing.
        following: the one thing to do next.
        explained: what shows the mistake that is to be put right next, and where to look.
        page: the name of the feedback page.
    """

    title: str
    result: str
    undone: str = ""
    items: tuple[Item, ...] = ()
    more: str = ""
    notes: tuple[str, ...] = ()
    following: str = ""
    explained: tuple[str, ...] = ()
    page: str = ""


def sentence(text: str, lang: str) -> Bundle:
    """Show that nothing could be graded, and why."""
    return _bundle(Cell("grader", text), lang)


def result(report: Report, lang: str, page: str, unwritable: Text | None) -> Bundle:
    """Show a report.

    Args:
        report: what the student may see.
        lang: one of `locales.LANGUAGES`.
        page: the name of the feedback page, which lies beside the notebook.
        unwritable: why it doesn't, or None.
    """
    page = "" if unwritable else page
    title = show(report.title, lang)
    notes = tuple(show(note, lang) for note in (*report.notes, unwritable) if note is not None)
    if report.status == "not_graded":
        excuse = translate("This could not be graded, and that is not your fault.", lang)
        reason = show(report.reason, lang) if report.reason else ""
        return _bundle(Cell(title, f"{excuse} {reason}".strip(), notes=notes, page=page), lang)
    items = () if report.cause else tuple(_items(report, lang))
    label = _("Score", lang) if report.unseen is None else _("Visible points", lang)
    earned = _(
        "{points} of {most}", lang, points=points(score(report)), most=points(max_score(report))
    )
    undone = _undone(report)
    return _bundle(
        Cell(
            title,
            f"{label} {earned}",
            _("Still to do: {names}", lang, names=", ".join(undone)) if undone else "",
            items[:MOST_SHOWN],
            _("... and {count} more", lang, count=len(items) - MOST_SHOWN)
            if len(items) > MOST_SHOWN
            else "",
            notes[:MOST_SHOWN],
            _following(report, lang),
            _explained(report, lang),
            page,
        ),
        lang,
    )


def _bundle(cell: Cell, lang: str) -> Bundle:
    page = environment(lang).get_template("cell.html.j2").render(cell=cell)
    return {"text/html": page, "text/plain": "\n".join(_lines(cell, lang))}


def _lines(cell: Cell, lang: str) -> Iterator[str]:
    yield f"{cell.title}: {cell.result}"
    if cell.undone:
        yield cell.undone
    for item in cell.items:
        yield f"{item.mark} {item.title}"
        yield f"    {item.message}" + (f" ({item.place})" if item.place else "")
    if cell.more:
        yield cell.more
    for note in cell.notes:
        yield translate("Note: ", lang) + note
    if cell.following:
        yield translate("Do this next: ", lang) + cell.following
    for line in cell.explained:
        yield f"    {line}"
    if cell.page:
        yield f"{translate('Feedback page:', lang)} {cell.page}"


def _is_undone(check: CheckResult) -> bool:
    """Tell a function that is not there yet, or a stub, from one that is wrong."""
    message = check.message
    return message is not None and (
        message.en in UNDEFINED or message.params.get("kind") == NotImplementedError.__name__
    )


def _undone(report: Report) -> dict[str, Text]:
    """Find the names that checks asked for in vain, in the checks' order, and what was said."""
    said = [c.message for c in report.checks if c.message is not None and _is_undone(c)]
    return {str(message.params["name"]): message for message in said}


def _lost(report: Report) -> tuple[CheckResult, ...]:
    return tuple(c for c in report.checks if c.outcome in WRONG and not _is_undone(c))


def _following(report: Report, lang: str) -> str:
    """Say what to do next: repair what is there before something new is begun."""
    if report.cause is not None:
        return next_step(report, lang)
    lost = _lost(report)
    if lost:
        return next_step(msgspec.structs.replace(report, checks=lost), lang)
    for name, message in _undone(report).items():
        broken = message.en == BROKEN_OFF  # it may be there, in a cell that did not run
        return show(message, lang) if broken else _("Write {name}.", lang, name=name)
    return next_step(report, lang)


def _explained(report: Report, lang: str) -> tuple[str, ...]:
    """Explain the misconception behind what is to be done next, if one was recognised."""
    check = next_check(msgspec.structs.replace(report, checks=_lost(report)))
    if check is None or report.cause is not None:
        return ()
    found = diagnoses_of(report, check)
    told = (*(one.evidence for one in found), *(one.nudge for one in found))
    return tuple(dict.fromkeys(show(text, lang) for text in told if text is not None))


def _items(report: Report, lang: str) -> Iterator[Item]:
    for check in _lost(report):
        message = show(check.message, lang) if check.message else ""
        place = _place(check.trace, report, lang)
        yield Item(MARKS[check.outcome], show(check.title, lang), message, place)


def _place(trace: tuple[Location, ...], report: Report, lang: str) -> str:
    if not trace or trace[-1].part >= len(report.code):
        return ""
    part = report.code[trace[-1].part].name
    return _("{part}, line {line}", lang, part=part, line=trace[-1].line)


def _(template: str, lang: str, **fields: object) -> str:
    return translate(template, lang).format(**fields)
