"""A class as lines for a terminal."""

import itertools
import statistics
from collections.abc import Collection, Iterator, Mapping

from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from grader.errors import mark
from grader.foreign import clean
from grader.grades import Overview, Standing
from grader.report.language import points, show, translate

PLATFORMS = {
    "moodle": mark("Submissions from Moodle: {count}"),
    "canvas": mark("Submissions from Canvas: {count}"),
    "gradescope": mark("Submissions from Gradescope: {count}"),
    "blackboard": mark("Submissions from Blackboard: {count}"),
    "plain": mark("Submissions: {count}"),
}
MOST_LISTED = 20
MOST_IGNORED = 5
SLOWEST = 3
NOTICED = 0.1  # seconds
MAX_NAME = 40


def intake_lines(
    source: str, students: Collection[object], ignored: Collection[str], lang: str
) -> Iterator[Line]:
    """Say what was found, and which files are nobody's."""
    yield Line(translate(PLATFORMS[source], lang).format(count=len(students)))
    if ignored:
        text = translate("Nobody's, and not graded: {names}", lang).format(names=_some(ignored))
        yield Line(text, style="dim")


def mixed_line(others: Mapping[str, int], lang: str) -> Line:
    """Say for which other assignments something was handed in, and by how many students."""
    counts = ", ".join(f"{name} ({count})" for name, count in sorted(others.items()))
    text = translate("For other assignments, and not graded here: {counts}", lang)
    return Line(text.format(counts=counts), style="dim")


def class_lines(
    whole: Overview, absent: Collection[str], unshown: Collection[str], lang: str
) -> Iterator[Line | Table | Padding]:
    """Say how a class did: who is not graded and why, the mean, the slowest.

    Args:
        whole: the class.
        absent: ids of those who did not hand in this time and were graded before.
        unshown: names of students whose pages could not be made.
        lang: one of `locales.LANGUAGES`.
    """
    finals = [s.grade.final for s in whole.standings if s.grade.final is not None]
    without = [s for s in whole.standings if s.grade.final is None]
    counts = _("{graded} of {total} graded", lang, graded=len(finals), total=len(whole.standings))
    if without:
        counts += _(", {count} not graded", lang, count=len(without))
    title = show(whole.title, lang)
    yield Line(_("{title}: {counts}", lang, title=title, counts=counts), style="bold")
    yield from _notices(whole, absent, unshown, lang)
    if finals:
        text = _(
            "Mean {mean}, median {median}, of {most} points",
            lang,
            mean=points(round(statistics.fmean(finals), 1)),
            median=points(round(statistics.median(finals), 1)),
            most=points(whole.standings[0].grade.max_score),
        )
        yield Line(text)
    if without:
        yield Line(_("Not graded:", lang), style="bold")
        yield Padding.indent(_reasons(without[:MOST_LISTED], lang), 2)
        if len(without) > MOST_LISTED:
            yield Line("  " + _("... and {count} more", lang, count=len(without) - MOST_LISTED))
    slowest = sorted(whole.standings, key=lambda s: (-s.seconds, s.entry.student))[:SLOWEST]
    named = [f"{_short(s)} ({s.seconds:.1f} s)" for s in slowest if s.seconds >= NOTICED]
    if named:
        yield Line(_("Slowest: {names}", lang, names=", ".join(named)))


def _notices(
    whole: Overview, absent: Collection[str], unshown: Collection[str], lang: str
) -> Iterator[Line]:
    """Say what a person ought to know of some students."""
    if whole.missing:
        text = mark("Not graded yet: {count} more. Give the same batch command again.")
        yield Line(_(text, lang, count=whole.missing), style="bold red")
    standings = whole.standings
    for template, names, style in (
        (mark("Graded before, and not here now, {count}: {names}"), absent, ""),
        (
            mark("Late, {count}: {names}"),
            [_short(s) for s in standings if s.entry.late or s.grade.late],
            "",
        ),
        (
            mark("Several files or attempts, one of them graded, {count}: {names}"),
            [_short(s) for s in standings if s.entry.others and s.entry.file],
            "",
        ),
        (
            mark(
                "Graded by earlier checks or an earlier grader, {count}: {names}. These points "
                "and the others' can't be compared. Grade everyone again."
            ),
            [_short(s) for s in standings if s.outdated],
            "bold red",
        ),
        (mark("These pages could not be made: {names}"), unshown, "bold red"),
    ):
        if names:
            yield Line(_(template, lang, count=len(names), names=_some(names)), style=style)


def _(template: str, lang: str, **fields: object) -> str:
    return translate(template, lang).format(**fields)


def _short(standing: Standing) -> str:
    return clean(standing.entry.name, MAX_NAME)


def _some(names: Collection[str]) -> str:
    """List the first of some names."""
    first = [clean(name, MAX_NAME) for name in itertools.islice(names, MOST_IGNORED)]
    return ", ".join(first) + (", ..." if len(names) > MOST_IGNORED else "")


def _reasons(standings: list[Standing], lang: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for standing in standings:
        reason = show(standing.reason, lang) if standing.reason else ""
        table.add_row(_short(standing), reason)
    return table
