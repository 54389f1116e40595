"""`grader batch`: a class graded, kept as it comes, and shown."""

import argparse
import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from grader.batch.folder import BatchFolder
from grader.batch.jobs import role_of, setting_of
from grader.batch.run import Batch, Workers, describe
from grader.batch.snapshot import Snapshot, take
from grader.cli.exits import COULD_NOT, EVERYONE_GRADED, INTERRUPTED
from grader.cli.interrupts import deferred, interruptible
from grader.cli.output import console, tell_where
from grader.cli.progress import progress
from grader.course import Assignment, assignment_of_course, find_course, names_of_course
from grader.errors import UsageError, mark
from grader.gradebook import About, Gradebook
from grader.grades import called
from grader.lms.intake import Handed, Handing, open_submissions
from grader.lms.mixed import only_for, students_by_assignment
from grader.locales import choose
from grader.report.language import translate
from grader.report.summary import class_lines, intake_lines, mixed_line
from grader.submission import require_readable
from grader.workers.local import LocalWorkers, cores

A_GLANCE = 1  # KiB of each file: only names are looked at


def run(options: argparse.Namespace) -> int:
    """Grade a class."""
    lang = choose(options.lang, os.environ)
    screen = console(sys.stdout, quiet=options.quiet)
    try:
        with interruptible():
            return _grade_class(options, lang, screen)
    except KeyboardInterrupt:
        said = mark("Stopped. What is graded so far is kept: the same command goes on from there.")
        print(f"\n{translate(said, lang)}", file=sys.stderr)
        return INTERRUPTED


def _grade_class(options: argparse.Namespace, lang: str, screen: Console) -> int:
    submissions, out = (
        Path(os.path.abspath(path))  # noqa: PTH100 - keeps links and . out of it
        for path in (options.submissions, options.out)
    )
    require_readable(submissions)
    _require_apart(submissions, out)
    _require_submissions(submissions)
    assignment = _assignment(options, submissions)
    snapshot = take(assignment)
    about = describe(assignment, snapshot, options.seed, lang)
    folder, limits = BatchFolder(out), assignment.settings.limits
    with folder.locked(), Gradebook.create(folder.gradebook) as book:
        room = folder.room("handed-in")
        with open_submissions(submissions, room, limits.submission_kib) as opened:
            handing = _told_apart(submissions, opened, assignment, screen, lang)
            handed = _wanted(handing, options.only)
            here = {h.entry.student for h in handing.handed}
            absent = [student for student in book.students() if student not in here]
            about = msgspec.structs.replace(about, students=len(here) + len(absent))
            _describe(book, about, out, options.lang)
            if options.fresh:
                book.outdate(h.entry.student for h in handed)
            with deferred() as look:
                batch = Batch(folder, book, look)
                count = min(options.jobs or len(cores()), max(1, len(handed)))
                with (
                    _workers(options, snapshot, batch.about, folder, count, screen) as workers,
                    progress(screen, translate("grading", lang), lang) as watch,
                ):
                    batch.grade(assignment, handed, workers, watch)
                    batch.show(workers, lambda _step: None, absent)
        whole = batch.conclude()
    for told in class_lines(whole, absent, batch.unshown, lang):
        screen.print(told)
    graded = translate("Graded now: {count}", lang).format(count=batch.graded)
    screen.print(graded)
    tell_where(screen, out, lang)
    mine = {h.entry.student for h in handed}
    missing = [s for s in whole.standings if s.entry.student in mine and s.grade.final is None]
    return COULD_NOT if missing or batch.unshown else EVERYONE_GRADED


def _assignment(options: argparse.Namespace, submissions: Path) -> Assignment:
    course = options.course.resolve() if options.course else None
    working = Path.cwd()
    if working.is_relative_to(submissions):  # whose folders may look like a course
        working = submissions.parent
    names = names_of_course(working, course)
    name: str | None = options.assignment
    if name is None and len(names) > 1 and not set(names) & set(working.parts):
        name = _recognised(submissions, names, options)
    return assignment_of_course(name, working, course)


def _recognised(submissions: Path, names: list[str], options: argparse.Namespace) -> str | None:
    """Find the one assignment that files are called like; None if there is none.

    Raises:
        UsageError: there are several.
    """
    with (
        tempfile.TemporaryDirectory() as room,
        open_submissions(submissions, Path(room), A_GLANCE) as handing,
    ):
        _require_students(submissions, handing, names)
        found = students_by_assignment(handing.handed, names)
    if len(found) < 2:  # noqa: PLR2004 - one, or none
        return next(iter(found), None)
    command = ("grader", "batch", str(submissions), "--assignment")
    course = ("--course", str(options.course)) if options.course else ()
    raise UsageError(
        "{path} holds work for several assignments, from so many students each: {counts}. Grade "
        "one after the other: {commands}",
        path=str(submissions),
        counts=", ".join(f"{name} ({found[name]})" for name in sorted(found)),
        commands="; ".join(
            shlex.join([*command, name, "--out", f"{options.out}-{name}", *course])
            for name in sorted(found)
        ),
    )


def _require_students(submissions: Path, handing: Handing, names: list[str]) -> None:
    """Refuse a folder whose own folders are the course's assignments, and not students."""
    found = sorted({one.entry.student for one in handing.handed} & set(names))
    if found and submissions.is_dir():
        raise UsageError(
            "{path} is sorted by assignment. Give the folder of one of them: {folders}",
            path=str(submissions),
            folders=", ".join(str(submissions / name) for name in found),
        )


def _told_apart(
    submissions: Path, handing: Handing, assignment: Assignment, screen: Console, lang: str
) -> Handing:
    """Say what was handed in, and put aside what is for other assignments."""
    names = names_of_course(assignment.folder, None)
    _require_students(submissions, handing, names)
    others = students_by_assignment(handing.handed, names)
    del others[assignment.name]
    for line in intake_lines(handing.source, handing.handed, handing.ignored, lang):
        screen.print(line)
    if others:
        screen.print(mixed_line(others, lang))
    return handing._replace(
        handed=tuple(only_for(assignment, one, names) for one in handing.handed)
    )


def _require_apart(submissions: Path, out: Path) -> None:
    if out.is_relative_to(submissions):
        raise UsageError(
            "{out} is in the folder of submissions, and would be taken for one. Choose another "
            "place with --out DIR.",
            out=str(out),
        )


def _require_submissions(path: Path) -> None:
    """Refuse the folders that are easily taken for the one with the submissions."""
    if BatchFolder(path).gradebook.is_file():
        raise UsageError("{path} is a batch's own folder, with its results.", path=str(path))
    if find_course(path) == path:
        raise UsageError(
            "{path} is a course. Name the folder or archive with what students handed in.",
            path=str(path),
        )


def _describe(book: Gradebook, about: About, out: Path, lang: str | None) -> None:
    """Write down what is graded here now; the pages' language stays, unless one is asked for."""
    before = book.about()
    if before is not None and before.assignment != about.assignment:
        raise UsageError(
            "{out} holds a batch of {before}, and this is {now}. Choose another place with "
            "--out DIR.",
            out=str(out),
            before=before.assignment,
            now=about.assignment,
        )
    if before is not None and lang is None:
        about = msgspec.structs.replace(about, lang=before.lang)
    book.describe(about)


def _wanted(handing: Handing, only: str | None) -> tuple[Handed, ...]:
    if only is None:
        return handing.handed
    found = called(handing.handed, only, lambda h: h.entry)
    if not found:
        raise UsageError("Nobody called {student} has handed anything in.", student=only)
    return tuple(found)


@contextlib.contextmanager
def _workers(
    options: argparse.Namespace,
    snapshot: Snapshot,
    about: About,
    folder: BatchFolder,
    count: int,
    screen: Console,
) -> Iterator[Workers]:
    """Start workers, here or on a cluster, and end them whatever happens."""
    setting = msgspec.structs.replace(setting_of(about), unsafe=options.unsafe)
    if options.scheduler:
        from grader.batch.cluster import ClusterWorkers  # noqa: PLC0415

        cluster = ClusterWorkers(options.scheduler, snapshot, setting)
        if cluster.nobody:
            template = translate("Waiting for workers to join {address}.", about.lang)
            screen.print(template.format(address=options.scheduler))
        workers: LocalWorkers | ClusterWorkers = cluster
    else:
        course = folder.room("course")
        snapshot.unpack(course)
        here = msgspec.structs.replace(setting, course=str(course))
        workers = LocalWorkers(role_of(here), count)
    try:
        yield workers
    finally:
        workers.close()
