"""What changed between two batches: whose grade, and why."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rich.padding import Padding
from rich.text import Text as Line

from grader.errors import mark
from grader.grades import Grade, Overview, Standing
from grader.report.language import points, show, translate
from grader.results import CheckResult, Report, Text


class Change(NamedTuple):
    """A student whose grade differs.

    Args:
        before: None if there was no such student.
        after: None if there is none any more.
        why: one sentence for each reason.
    """

    name: str
    before: Grade | None
    after: Grade | None
    why: tuple[Text, ...]


def changes(
    old: Overview, new: Overview, reports: Callable[[str], tuple[Report, Report]]
) -> Iterator[Change]:
    """Find everyone whose final grade differs, sorted by student.

    Args:
        old: the class before.
        new: the class after.
        reports: reads a student's report in both.
    """
    before = {s.entry.student: s for s in old.standings}
    after = {s.entry.student: s for s in new.standings}
    for student in sorted(before.keys() | after.keys()):
        one, other = before.get(student), after.get(student)
        if one is None or other is None:
            here = one or other
            assert here is not None, "in one of the two"
            before_and_after = [s.grade if s else None for s in (one, other)]
            yield Change(here.entry.name, before_and_after[0], before_and_after[1], ())
        elif one.grade.final != other.grade.final:
            why = tuple(_reasons(one, other, *reports(student)))
            yield Change(other.entry.name, one.grade, other.grade, why)


def _reasons(one: Standing, other: Standing, old: Report, new: Report) -> Iterator[Text]:
    if old.submission.sha256 != new.submission.sha256:
        yield Text("Another file was graded: {file}", params={"file": other.entry.file})
    if one.status != other.status:
        for standing in (one, other):
            if standing.reason is not None:
                told = (
                    mark("Not graded before: {reason}")
                    if standing is one
                    else mark("Not graded now: {reason}")
                )
                yield Text(told, params={"reason": standing.reason})
    else:
        yield from _checks(old, new)
    if one.grade.corrections != other.grade.corrections:
        yield Text("A person's corrections differ.")
    if one.grade.late != other.grade.late:
        yield Text("What lateness costs differs.")
    if old.versions != new.versions:
        names = [name for name, value in new.versions.items() if old.versions.get(name) != value]
        yield Text("Other versions: {names}", params={"names": ", ".join(names)})
    if old.seed != new.seed:
        yield Text("Another seed.")


def _checks(old: Report, new: Report) -> Iterator[Text]:
    """Tell the checks that give other points."""
    before = {c.id: c for c in old.checks}
    for check in new.checks:
        was = before.pop(check.id, None)
        if was is None:
            yield Text("New check, {title}: {points}", params=_of(check))
        elif (was.points, was.max_points) != (check.points, check.max_points):
            yield Text(
                "{title}: {before} before, {points} now",
                params=_of(check) | {"before": _points(was)},
            )
    for check in before.values():
        yield Text("No longer a check, {title}: {points}", params=_of(check))


def _of(check: CheckResult) -> dict[str, int | float | str | Text]:
    return {"title": check.title, "points": _points(check)}


def _points(check: CheckResult) -> str:
    return f"{points(check.points)}/{points(check.max_points)}"


def change_lines(change: Change, lang: str) -> Iterator[Line | Padding]:
    """Say a change, and below it why."""

    def said(grade: Grade | None) -> str:
        if grade is None:
            return translate(mark("not there"), lang)
        if grade.final is None:
            return translate(mark("not graded"), lang)
        return points(grade.final)

    yield Line.assemble((change.name, "bold"), f": {said(change.before)} → {said(change.after)}")
    for reason in change.why:
        yield Padding.indent(show(reason, lang), 2)
