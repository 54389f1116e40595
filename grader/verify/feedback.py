"""Finding secrets in what a student is shown of a grading."""

import io
from collections.abc import Iterator

from rich.console import Console

from grader.locales import LANGUAGES
from grader.release.leaks import MIN_TELLING, Secret, Secrets, leaks
from grader.report import html, json
from grader.report.terminal import check_lines, summary_lines
from grader.results import CheckResult, Outcome, Report, handed_back

WIDE = 200  # columns: no single word is longer, and line breaks count as blanks


def found_in_feedback(report: Report, secrets: Secrets) -> tuple[str, ...]:
    """Search a student's page, JSON and terminal, in each language.

    Args:
        report: all that is known; what a student sees of it is made here.
        secrets: of the assignment. What this report withholds is added.

    Returns:
        What was found and where, sorted: 'page (en): solutions/.../test_hidden.py, line 12'.
    """
    own = [part.source for part in report.code]
    all_of_them = secrets._replace(texts=(*secrets.texts, *withheld_values(report)))
    found = {
        f"{place}: {leak.place}"
        for place, text in _feedback(handed_back(report))
        for leak in leaks(text, all_of_them, own)
    }
    return tuple(sorted(found))


def withheld_values(report: Report) -> tuple[Secret, ...]:
    """List the inputs and expected values that hidden checks saw and others did not."""
    seen = {value for check in report.checks if check.shows for value in _values(check)}
    return tuple(
        Secret(" ".join(value.split()), f"a value in {check.id}", 0)
        for check in report.checks
        if not check.shows
        for value in _values(check)
        if value not in seen and len(value) >= MIN_TELLING
    )


def _values(check: CheckResult) -> tuple[str, ...]:
    return (check.evidence.call, check.evidence.expected) if check.evidence else ()


def _feedback(seen: Report) -> Iterator[tuple[str, str]]:
    for lang in LANGUAGES:
        yield f"page ({lang})", html.render(seen, lang)
        yield f"JSON ({lang})", json.render(seen, lang)
        screen = io.StringIO()
        console = Console(file=screen, width=WIDE, markup=False, highlight=False)
        lost = (c for c in seen.checks if c.outcome is not Outcome.PASSED)
        for check in lost:  # of the others there is a title alone
            for line in check_lines(check, seen.code, lang):
                console.print(line)
        for line in summary_lines(seen, lang, WIDE):
            console.print(line)
        yield f"terminal ({lang})", screen.getvalue()
