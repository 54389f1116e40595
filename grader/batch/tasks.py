"""What is to be done for one student: to grade, to show again, or nothing.

Decided from what was handed in and what stands in the gradebook, and from nothing else. So a
batch goes on where it was stopped, whatever stopped it.
"""

import hashlib
from typing import NamedTuple

import msgspec

from grader.batch.folder import BatchFolder
from grader.batch.jobs import Job, not_graded, setting_of
from grader.batch.snapshot import own_digest
from grader.course import Assignment
from grader.errors import NotGraded, UsageError
from grader.gradebook import About, Gradebook, Kept
from grader.grades import Entry
from grader.lms.intake import Handed
from grader.results import pack_report
from grader.sandbox.words import said
from grader.submission import choose, read

MOST_NAMES = 5


class Task(NamedTuple):
    """A job, and what is to be kept beside its result.

    Args:
        key: digest of all that the report depends on; "" if it is to be made again next time.
        rules: what it is or was graded by.
        shown: digest of all that the pages depend on.
    """

    job: Job
    key: str
    rules: str
    shown: str


def to_grade(
    handed: Handed, assignment: Assignment, about: About, book: Gradebook, folder: BatchFolder
) -> Task | None:
    """Decide what is to be done with what a student handed in; None if nothing is."""
    corrections = book.corrections(handed.entry.student)
    try:
        entry, data = work_of(handed, assignment)
        job = Job(entry, corrections, data)
        key = _digest(about.rules, entry.file, hashlib.sha256(data).hexdigest())
    except UsageError as error:
        report = pack_report(not_graded(setting_of(about), handed.entry, said(error), None))
        job, key = Job(handed.entry, corrections, report=report), _digest(about.rules, report)
    kept = book.kept(handed.entry.student)
    if kept is None or kept.key != key:
        return _task(job, key, about.rules, about)
    return _unless_shown(job, kept, about, book, folder)


def to_show(student: str, about: About, book: Gradebook, folder: BatchFolder) -> Task | None:
    """Decide whether a student's pages are to be made again; None if they are as they should be."""
    kept = book.kept(student)
    assert kept is not None, "a student of the gradebook"
    return _unless_shown(Job(kept.entry, book.corrections(student)), kept, about, book, folder)


def to_show_failure(task: Task, about: About, error: NotGraded) -> Task:
    """Make the task that shows why another one could not be done. Next time it is tried again."""
    job, setting = task.job, setting_of(about)
    report = pack_report(not_graded(setting, job.entry, said(error), job.data))
    job = msgspec.structs.replace(job, data=None, report=report)
    return _task(job, "", task.rules, about)


def _unless_shown(
    job: Job, kept: Kept, about: About, book: Gradebook, folder: BatchFolder
) -> Task | None:
    task = _task(job, kept.key, kept.rules, about)
    digest, _, sizes = kept.shown.partition(" ")
    if digest == task.shown and sizes == folder.sizes(job.entry.student):
        return None
    report = book.packed_report(job.entry.student)
    return task._replace(job=msgspec.structs.replace(job, data=None, report=report))


def _task(job: Job, key: str, rules: str, about: About) -> Task:
    shown = _digest(key, about.lang, about.late, job.entry, job.corrections, own_digest())
    return Task(job, key, rules, shown)


def work_of(handed: Handed, assignment: Assignment) -> tuple[Entry, bytes]:
    """Find the one file of a student that is graded, and read it.

    Raises:
        UsageError: there is none, or it isn't clear which one it is.
    """
    if handed.problem is not None:
        raise UsageError(handed.problem.en, **handed.problem.params)
    settings = assignment.settings
    most = settings.limits.submission_kib
    found = choose(handed.files, settings.files, most, settings.given)
    names = [name for name, _ in found]
    if not found:
        raise UsageError("There is nothing but files that came with the assignment.")
    if len(found) > 1:
        raise UsageError(
            "It isn't clear which file is meant: {names}. Leave one of them, and grade again.",
            names=", ".join(names[:MOST_NAMES]) + (", ..." if names[MOST_NAMES:] else ""),
        )
    rest = (name for name, _ in handed.files if name not in (*names, *settings.given))
    others = (*handed.entry.others, *rest)
    entry = msgspec.structs.replace(handed.entry, file=names[0], others=others)
    return entry, read(found[0][1], most)


def _digest(*parts: object) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
