"""A class as JUnit XML: a suite for each student, a case for each check."""

from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from grader.grades import CheckInfo, Overview, Standing
from grader.report.language import show
from grader.report.xml import holdable
from grader.results import Report, Text

_WORDS = {"failed": "failure", "error": "error", "skipped": "skipped"}


def render(overview: Overview, reports: Callable[[str], Report] | None, lang: str) -> Iterator[str]:
    """Write a class as JUnit XML, piece by piece.

    Args:
        overview: the class.
        reports: a student's report by id, for the messages of the checks; None to leave them
            out. One at a time is asked for, and none of those who were not graded.
        lang: one of `LANGUAGES`.

    Yields:
        Pieces of one document in UTF-8. One that was not graded is a suite with one error.
    """
    root = ET.Element(
        "testsuites", {"name": holdable(overview.assignment)} | _sums(overview.standings)
    )
    start = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield start.removesuffix("</testsuites>") + "\n"
    for standing in overview.standings:
        graded = standing.status == "graded"
        report = reports(standing.entry.student) if reports and graded else None
        yield ET.tostring(_suite(overview, standing, report, lang), encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _suite(overview: Overview, standing: Standing, report: Report | None, lang: str) -> ET.Element:
    student = holdable(standing.entry.student)
    known = {"name": student, "time": f"{standing.seconds:.3f}"}
    suite = ET.Element("testsuite", known | _sums((standing,)))
    if standing.status == "not_graded":
        case = ET.SubElement(suite, "testcase", classname=student, name="graded")
        reason = _said(standing.reason, lang)
        ET.SubElement(case, "error", type="not_graded", message=reason)
        return suite
    messages = {c.id: c.message for c in report.checks} if report is not None else {}
    for check in overview.checks:
        if check.id in standing.outcomes:
            outcome = standing.outcomes[check.id]
            suite.append(_case(student, check, outcome, messages.get(check.id), lang))
    return suite


def _case(
    student: str, check: CheckInfo, outcome: str, message: Text | None, lang: str
) -> ET.Element:
    case = ET.Element(
        "testcase", classname=f"{student}.{holdable(check.group)}", name=_said(check.title, lang)
    )
    if outcome in _WORDS:
        ET.SubElement(case, _WORDS[outcome], type=outcome, message=_said(message, lang))
    return case


def _sums(standings: tuple[Standing, ...]) -> dict[str, str]:
    """How many cases there are, and of each kind. The work of one who was not graded is one."""
    outcomes = Counter(
        outcome
        for standing in standings
        for outcome in (standing.outcomes.values() if standing.status == "graded" else ("error",))
    )
    return {
        "tests": str(outcomes.total()),
        "failures": str(outcomes["failed"]),
        "errors": str(outcomes["error"]),
        "skipped": str(outcomes["skipped"]),
    }


def _said(text: Text | None, lang: str) -> str:
    return holdable(show(text, lang)) if text is not None else ""
