"""One student's share of a batch as plain data: what a worker is asked, and what it answers."""

import hashlib

import msgspec

from grader.gradebook import About
from grader.grades import Correction, Entry, GroupInfo, LatePolicy
from grader.results import Origin, Report, Text
from grader.versions import versions
from grader.workers.process import Role

# How often one student's work is graded at most, until it is sure who killed a process.
MOST_GRADINGS = 9


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
        seconds: that one grading may take at most, wall clock.
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
    seconds: float
    unsafe: bool = False


def setting_of(about: About) -> Setting:
    """Say what a worker needs to know to show reports; to grade, also where the course is."""
    return Setting(
        course="",
        original=about.course,
        assignment=about.assignment,
        title=about.title,
        groups=about.groups,
        late=about.late,
        seed=about.seed,
        lang=about.lang,
        seconds=about.seconds,
    )


def role_of(setting: Setting) -> Role:
    """Say what a worker of a batch is for."""
    seconds = setting.seconds * MOST_GRADINGS
    return Role("grader.batch.worker", msgspec.msgpack.encode(setting), seconds)


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


def not_graded(setting: Setting, entry: Entry, reason: Text, data: bytes | None) -> Report:
    """Make the report of what could not be graded at all.

    Args:
        setting: what is the same for everyone.
        entry: who handed it in.
        reason: why.
        data: what was to be graded; None if there is nothing that could be.
    """
    return Report(
        assignment=setting.assignment,
        title=setting.title,
        student=entry.student,
        submission=Origin(entry.file, "" if data is None else hashlib.sha256(data).hexdigest()),
        status="not_graded",
        reason=reason,
        seed=setting.seed,
        groups=(),
        versions=versions(),
    )
