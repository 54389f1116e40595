"""A class as lines for a terminal."""

import statistics
from collections.abc import Collection, Iterator

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
        names = ", ".join(list(ignored)[:MOST_IGNORED])
        more = ", ..." if len(ignored) > MOST_IGNORED else ""
        text = translate("Nobody's, and not graded: {names}", lang).format(names=names + more)
        yield Line(text, style="dim")


def class_lines(
    whole: Overview, absent: int, unshown: Collection[str], lang: str
) -> Iterator[Line | Table | Padding]:
    """Say how a class did: who is not graded and why, the mean, the slowest.

    Args:
        whole: the class.
        absent: how many of them did not hand in this time and were graded before.
        unshown: names of students whose pages could not be made.
        lang: one of `language.LANGUAGES`.
    """

    def _(template: str, **fields: object) -> str:
        return translate(template, lang).format(**fields)

    finals = [s.grade.final for s in whole.standings if s.grade.final is not None]
    without = [s for s in whole.standings if s.grade.final is None]
    total = len(whole.standings)
    counts = _("{graded} of {total} graded", graded=len(finals), total=total)
    if without:
        counts += _(", {count} not graded", count=len(without))
    title = show(whole.title, lang)
    yield Line(_("{title}: {counts}", title=title, counts=counts), style="bold")
    if absent:
        yield Line(_("Graded before, and not here now: {count}", count=absent))
    outdated = [clean(s.entry.name, MAX_NAME) for s in whole.standings if s.outdated]
    if outdated:
        names = ", ".join(outdated[:MOST_IGNORED]) + (", ..." if outdated[MOST_IGNORED:] else "")
        yield Line(
            _(
                "Graded by earlier checks or an earlier grader, {count}: {names}. These points and "
                "the others' can't be compared. Grade everyone again.",
                count=len(outdated),
                names=names,
            ),
            style="bold red",
        )
    if unshown:
        names = ", ".join(clean(name, MAX_NAME) for name in list(unshown)[:MOST_IGNORED])
        yield Line(_("These pages could not be made: {names}", names=names), style="bold red")
    if finals:
        most = points(whole.standings[0].grade.max_score)
        yield Line(
            _(
                "Mean {mean}, median {median}, of {most} points",
                mean=points(round(statistics.fmean(finals), 1)),
                median=points(round(statistics.median(finals), 1)),
                most=most,
            )
        )
    if without:
        yield Line(_("Not graded:"), style="bold")
        yield Padding.indent(_reasons(without[:MOST_LISTED], lang), 2)
        if len(without) > MOST_LISTED:
            yield Line("  " + _("... and {count} more", count=len(without) - MOST_LISTED))
    slowest = sorted(whole.standings, key=lambda s: (-s.seconds, s.entry.student))[:SLOWEST]
    named = ", ".join(
        f"{clean(s.entry.name, MAX_NAME)} ({s.seconds:.1f} s)"
        for s in slowest
        if s.seconds >= NOTICED
    )
    if named:
        yield Line(_("Slowest: {names}", names=named))


def _reasons(standings: list[Standing], lang: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for standing in standings:
        reason = show(standing.reason, lang) if standing.reason else ""
        table.add_row(clean(standing.entry.name, MAX_NAME), reason)
    return table
