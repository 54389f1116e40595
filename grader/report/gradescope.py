"""A report as the results.json of a Gradescope autograder.

What a student may see at once and what only later is said for each test. Hidden checks, and
all that could tell of them, wait until the grades are published: students hand in again and
again on Gradescope, and would learn the hidden checks by trying. Gradescope does not show the
total before everything is shown.
"""

import json
from collections.abc import Iterator
from typing import Any

from grader.errors import mark
from grader.grades import Grade
from grader.report.language import points, show, translate
from grader.results import CheckResult, Outcome, Report, Text, feedback, score

AT_ONCE, LATER, NEVER = "visible", "after_published", "hidden"

NOT_GRADED = mark(
    "This was not graded, and that is not your fault. Tell the course team: they see the reason."
)
REASON = mark("Not graded: the reason, for the course team")
NOT_RUN = mark("Your work could not be run, so no check could pass:")
PASSED = mark("{passed} of {all} visible checks passed.")
MORE = mark("{count} more checks are shown when the grades are published.")
NOTES = mark("Notes")


def render(report: Report, grade: Grade | None, lang: str) -> str:
    """Write a report as results.json.

    Args:
        report: whole, or what a student may see: nothing that is withheld is written.
        grade: what the student gets, or None for what the checks gave.
        lang: one of `LANGUAGES`.

    Returns:
        JSON in ASCII. It has no score if the work was not graded, by nobody.
    """
    report = feedback(report)
    graded = report.status == "graded"
    final = grade.final if grade is not None else score(report) if graded else None
    hidden = {show(c.title, lang) for c in report.checks if c.visibility == "hidden"}
    content: dict[str, Any] = {} if final is None else {"score": round(final, 2)}
    content |= {
        "output": "\n".join(_said(report, grade, lang)),
        # Gradescope's default would read markup in what students wrote.
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": NEVER,
        "tests": [_test(check, report, hidden, lang) for check in report.checks],
    }
    if report.reason is not None:
        content["tests"].append(_note(REASON, (report.reason,), NEVER, lang))
    if report.notes:
        # A warning may come from what only a hidden check tried.
        seen = LATER if hidden else AT_ONCE
        content["tests"].append(_note(NOTES, report.notes, seen, lang))
    return json.dumps(content, indent=2) + "\n"


def _said(report: Report, grade: Grade | None, lang: str) -> Iterator[str]:
    """What is said above the tests. It is shown at once, so it counts no hidden check."""
    if report.status == "not_graded" and (grade is None or grade.final is None):
        yield translate(NOT_GRADED, lang)
        return
    if report.cause is not None:
        yield translate(NOT_RUN, lang)
        yield show(report.cause.message, lang)
    visible = [check for check in report.checks if check.visibility == "visible"]
    if visible:
        passed = sum(check.outcome is Outcome.PASSED for check in visible)
        yield _(PASSED, lang, passed=passed, all=len(visible))
    later = len(report.checks) - len(visible)
    if later:
        yield _(MORE, lang, count=later)
    if grade is not None:
        yield from _decided(report, grade, lang)


def _decided(report: Report, grade: Grade, lang: str) -> Iterator[str]:
    """What people and the calendar changed about the score."""
    titles = {group.name: show(group.title, lang) for group in report.groups}
    for correction in grade.corrections:
        if correction.points is not None:
            yield _(
                mark("A person gave {group} {points} points. {comment}"),
                lang,
                group=titles.get(correction.group, correction.group),
                points=points(correction.points),
                comment=correction.comment,
            ).strip()
        elif correction.comment:
            yield correction.comment
    if grade.late is not None and grade.late.percent:
        yield _(
            mark("Handed in late: {percent} % of the points are taken off."),
            lang,
            percent=points(grade.late.percent),
        )


def _test(check: CheckResult, report: Report, hidden: set[str], lang: str) -> dict[str, Any]:
    titles = {group.name: show(group.title, lang) for group in report.groups}
    quoted = check.message is not None and _quotes(check.message, hidden, lang)
    seen = LATER if check.visibility == "hidden" or quoted else AT_ONCE
    return {
        "name": f"{titles.get(check.group, check.group)}: {show(check.title, lang)}",
        "score": check.points,
        "max_score": check.max_points,
        "status": "passed" if check.outcome is Outcome.PASSED else "failed",
        "output": "\n".join(_lines(check, report, lang)),
        "visibility": seen,
    }


def _quotes(message: Text, hidden: set[str], lang: str) -> bool:
    """Tell whether a message names a hidden check: 'not run, because ... is not so yet'."""
    return any(isinstance(p, Text) and show(p, lang) in hidden for p in message.params.values())


def _lines(check: CheckResult, report: Report, lang: str) -> Iterator[str]:
    if check.message is not None and report.cause is None:  # the cause is told once
        yield show(check.message, lang)
    if check.evidence is not None:
        for label, text in (
            (mark("call"), check.evidence.call),
            (mark("got"), check.evidence.got),
            (mark("expected"), check.evidence.expected),
        ):
            if text:
                yield f"{translate(label, lang)}: {text}"
    for place in check.trace:
        if report.cause is None and place.part < len(report.code):
            part = report.code[place.part].name
            yield _(mark("{part}, line {line}"), lang, part=part, line=place.line)
    if check.hint is not None:
        yield translate(mark("Hint: "), lang) + show(check.hint, lang)


def _note(title: str, texts: tuple[Text, ...], seen: str, lang: str) -> dict[str, Any]:
    """A test that gives nothing and takes nothing."""
    return {
        "name": translate(title, lang),
        "output": "\n".join(show(text, lang) for text in texts),
        "visibility": seen,
    }


def _(template: str, lang: str, **fields: object) -> str:
    return translate(template, lang).format_map(fields)
