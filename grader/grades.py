"""The records of a class: who handed in what, what people decided, and the grade that follows.

A raw score is what the checks gave, and nothing else ever changes it. What is shown and
handed back is a `Grade`: the raw score with people's corrections and the late policy applied,
worked out anew each time by `grade_of`.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Literal, TypeVar

import msgspec

from grader.results import Epoch, Text, Visibility

DAY = dt.timedelta(days=1)
Whose = TypeVar("Whose")
Percent = Annotated[float, msgspec.Meta(ge=0.0, le=100.0)]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One student who handed something in.

    Args:
        student: an id, unique in the class whatever the letters' case, fit for a file's name.
        name: as the learning platform or the folder says it, cleaned.
        source: which platform's download it came from.
        ref: what the platform calls the student or the submission: Moodle's participant
            number, Canvas's user id, Gradescope's submission id, Blackboard's user name.
        folder: the folder to give feedback back in, in the platform's own spelling, or "".
        file: the file that is graded, as it was handed in, cleaned; "" if there is none.
        submitted: when, if the platform says so. Without an offset it is local time there.
        late: whether the platform says that it was late, without saying how late.
        others: files that were handed in, too, and are not graded: earlier attempts and such.
    """

    student: str
    name: str
    source: Literal["moodle", "canvas", "gradescope", "blackboard", "plain"] = "plain"
    ref: str = ""
    folder: str = ""
    file: str = ""
    submitted: dt.datetime | None = None
    late: bool = False
    others: tuple[str, ...] = ()


class LatePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `late` of an assignment.toml.

    Args:
        due: with an offset from UTC.
        grace_minutes: after `due`, in which nothing is late yet.
        percent_per_day: of the points earned, for each day begun after `due`.
        most_percent: however late.
        free_days: late days that cost a student nothing.
    """

    due: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    percent_per_day: Percent
    grace_minutes: Annotated[int, msgspec.Meta(ge=0)] = 0
    most_percent: Percent = 100.0
    free_days: Annotated[int, msgspec.Meta(ge=0)] = 0


class Late(msgspec.Struct, frozen=True):
    """How late something was handed in.

    Args:
        days: begun after the due date; None if only the platform knows.
        free: of these, days that cost nothing.
        percent: of the points that it costs.
    """

    days: int | None
    free: int = 0
    percent: float = 0.0


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about a student. The newest one counts.

    Args:
        group: of checks, or "" if it is about the time.
        points: that the group gives from now on. None, with no `submitted` either, takes an
            earlier correction back.
        submitted: when the work counts as handed in.
        comment: why, for the student to read.
        by: who decided.
        at: when.
    """

    student: str
    group: str = ""
    points: float | None = None
    submitted: dt.datetime | None = None
    comment: str = ""
    by: str = ""
    at: dt.datetime


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """What a student gets, and how it came about. None stands for 'not graded'.

    Args:
        raw: what the checks gave.
        corrected: with people's corrections.
        final: with the late policy, too, to two decimals.
        max_score: the most there is.
        corrections: those that count, in the order of the groups.
        late: or None if it was in time, or nobody knows.
    """

    raw: float | None
    corrected: float | None
    final: float | None
    max_score: float
    corrections: tuple[Correction, ...] = ()
    late: Late | None = None


class GroupInfo(msgspec.Struct, frozen=True):
    """A group of checks: its title, and what all its checks give together."""

    name: str
    title: Text
    points: float


class CheckInfo(msgspec.Struct, frozen=True):
    """What is the same about a check for everyone."""

    id: str
    group: str
    title: Text
    visibility: Visibility
    max_points: float


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One student's line in whatever shows a class.

    Args:
        reason: why it is not graded, or None.
        cause: why no check could pass, or None.
        points: raw points by group; empty if not graded.
        outcomes: by the check's id: 'passed', 'failed', 'error' or 'skipped'.
        diagnoses: named misconceptions, each once.
        seconds: that the grading took, wall clock.
        epochs: of the training run.
        converged: whether it did; None if there was none.
        protections: what confined the student's code; empty if none of it was run.
        unsafe: whether it was graded with `--unsafe`.
        outdated: whether it was graded by other checks, by another grader or with another seed
            than the class was graded last, and not again since.
    """

    entry: Entry
    status: Literal["graded", "not_graded"]
    grade: Grade
    reason: Text | None = None
    cause: Text | None = None
    points: dict[str, float] = {}
    outcomes: dict[str, str] = {}
    diagnoses: tuple[str, ...] = ()
    seconds: float = 0.0
    epochs: tuple[Epoch, ...] = ()
    converged: bool | None = None
    protections: tuple[str, ...] = ()
    unsafe: bool = False
    outdated: bool = False


class Pair(msgspec.Struct, frozen=True):
    """Two submissions that are suspiciously alike beyond the template.

    Args:
        first: a student's id, sorted before `second`.
        second: the other one's.
        shared: fingerprints that both have and few others do.
        share: of the smaller submission's fingerprints, rare ones counting more, in [0, 1].
    """

    first: str
    second: str
    shared: int
    share: float


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A whole class, graded with one assignment.

    Args:
        standings: sorted by student id.
        pairs: the most alike first.
        threshold: the training accuracy in [0, 1] that counts as converged, or None.
        missing: students who handed something in and have not been graded yet.
        misconceptions: titles of the diagnoses, by id.
    """

    assignment: str
    title: Text
    seed: int
    groups: tuple[GroupInfo, ...]
    checks: tuple[CheckInfo, ...]
    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...] = ()
    threshold: float | None = None
    missing: int = 0
    misconceptions: dict[str, Text] = {}


def called(
    everyone: Sequence[Whose], wanted: str, entry_of: Callable[[Whose], Entry]
) -> list[Whose]:
    """Find the student with an id, or else all with that name or number of the platform's.

    Args:
        everyone: to look among.
        wanted: an id, a name or a number, in letters of any case.
        entry_of: says who one of them is.
    """
    name = wanted.casefold()
    entries = [(one, entry_of(one)) for one in everyone]
    return [one for one, e in entries if e.student.casefold() == name] or [
        one for one, e in entries if name in (e.name.casefold(), e.ref.casefold())
    ]


def lateness(entry: Entry, submitted: dt.datetime | None, policy: LatePolicy) -> Late | None:
    """Work out how late something was handed in, and what that costs.

    Args:
        entry: what the platform says.
        submitted: what a person decided instead, or None.
        policy: the assignment's.
    """
    when = submitted or entry.submitted
    if when is None:
        return Late(None) if entry.late else None
    if when.tzinfo is None:
        when = when.replace(tzinfo=policy.due.tzinfo)
    over = when - policy.due
    if over <= dt.timedelta(minutes=policy.grace_minutes):
        return None
    days = math.ceil(over / DAY)
    free = min(days, policy.free_days)
    return Late(days, free, min(policy.most_percent, (days - free) * policy.percent_per_day))


def grade_of(
    entry: Entry,
    points: dict[str, float] | None,
    groups: Iterable[GroupInfo],
    corrections: Iterable[Correction],
    policy: LatePolicy | None,
) -> Grade:
    """Work out a grade.

    Args:
        entry: who, and when.
        points: raw ones by group; None if not graded.
        groups: all of the assignment's.
        corrections: this student's, oldest first.
        policy: the assignment's, or None if it has none.

    Returns:
        The grade. One that is not graded by the checks is a person's as soon as every group
        has been given points.
    """
    groups = tuple(groups)
    latest = {c.group: c for c in corrections}
    newest = {name: c for name, c in latest.items() if (c.points, c.submitted) != (None, None)}
    decided = {name: c.points for name, c in newest.items() if c.points is not None}
    counting = tuple(newest[name] for name in (*(g.name for g in groups), "") if name in newest)
    raw = None if points is None else sum(points.values())
    given = {g.name: decided.get(g.name, (points or {}).get(g.name)) for g in groups}
    if points is None and None in given.values():
        corrected = None
    else:
        corrected = sum(value or 0.0 for value in given.values())
    submitted = newest[""].submitted if "" in newest else None
    late = lateness(entry, submitted, policy) if policy else None
    kept = 1.0 - late.percent / 100.0 if late else 1.0
    final = None if corrected is None else round(corrected * kept, 2)
    return Grade(
        raw=raw,
        corrected=corrected,
        final=final,
        max_score=sum(g.points for g in groups),
        corrections=counting,
        late=late,
    )
