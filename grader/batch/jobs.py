"""One student's share of a batch as plain data: what a worker is asked, and what it answers."""

import msgspec

from grader.batch.snapshot import versions
from grader.grades import Correction, Entry, GroupInfo, LatePolicy
from grader.results import Origin, Report, Text

# How often one student's work is graded at most, until it is sure who killed a process.
MOST_GRADINGS = 6


class Setting(msgspec.Struct, frozen=True):
    """What is the same for every job of a batch.

    Args:
        course: the folder in which the worker finds the assignment.
        original: the folder that it was read from, for messages.
        assignment: its name.
        title: for people.
        groups: all of them, with their points.
        late: the late policy, or None.
        seed: of every random number.
        lang: that the students' pages are in.
        unsafe: whether to grade even where students' code can't be confined well.
    """

    course: str
    original: str
    assignment: str
    title: Text
    groups: tuple[GroupInfo, ...]
    late: LatePolicy | None
    seed: int
    lang: str
    unsafe: bool = False


class Job(msgspec.Struct, frozen=True):
    """Grade one student's work and show the result; or only show it again.

    Args:
        entry: who handed it in.
        corrections: that people made to this student's grade, oldest first.
        data: the bytes of `entry.file`; None if there is a report already.
        report: as `pack_report` made it, or None if it is still to be made.
    """

    entry: Entry
    corrections: tuple[Correction, ...] = ()
    data: bytes | None = None
    report: bytes | None = None


class Done(msgspec.Struct, frozen=True):
    """What became of a job.

    Args:
        report: as `pack_report` made it.
        fingerprints: of the code, little-endian numbers, to compare it with others'.
        result: results/<student>.json.
        feedback: feedback/<student>.json.
        page: feedback/<student>.html.
    """

    report: bytes
    fingerprints: bytes
    result: bytes
    feedback: bytes
    page: bytes


def not_graded(setting: Setting, entry: Entry, reason: Text) -> Report:
    """Make the report of what could not be graded at all."""
    return Report(
        assignment=setting.assignment,
        title=setting.title,
        student=entry.student,
        submission=Origin(entry.file, ""),
        status="not_graded",
        reason=reason,
        seed=setting.seed,
        groups=(),
        versions=versions(),
    )
