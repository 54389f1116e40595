"""`grader override`: a person's decision about a grade, which survives every new grading."""

import argparse
import contextlib
import datetime as dt
import functools
import getpass
import os
import sys
from collections.abc import Collection

from grader.batch.folder import BatchFolder
from grader.cli.exits import EVERYONE_GRADED
from grader.cli.output import console
from grader.cli.report import show_again
from grader.errors import UsageError
from grader.foreign import clean
from grader.gradebook import About, Gradebook
from grader.grades import Correction, Grade, Standing, called
from grader.locales import choose
from grader.report.language import points, translate

MAX_COMMENT = 2000
TIME = "time"


def run(options: argparse.Namespace) -> int:
    """Write down the decisions, show them, and say what the grade is now."""
    lang = choose(options.lang, os.environ)
    folder = BatchFolder(options.folder)
    with Gradebook.read(folder.gradebook) as book:
        before = find_student(book, options.student)
    with folder.locked(), Gradebook.create(folder.gradebook) as book:
        about = book.about()
        assert about is not None, "there are students"
        for correction in _corrections(options, before.entry.student, about):
            book.correct(correction)
    screen = console(sys.stdout, quiet=options.quiet)
    if options.submitted and about.late is None:
        screen.print(translate("This assignment has no late policy: the time costs nothing.", lang))
    whole, _ = show_again(options.folder, 1, None, quiet=True)
    after = next(s for s in whole.standings if s.entry.student == before.entry.student)
    template = translate("{name}: {before} before, {after} now, of {most} points", lang)
    line = template.format(
        name=after.entry.name,
        before=_said(before.grade, lang),
        after=_said(after.grade, lang),
        most=points(after.grade.max_score),
    )
    screen.print(line)
    return EVERYONE_GRADED


def find_student(book: Gradebook, wanted: str) -> Standing:
    """Find a student by id, name or the platform's number.

    Raises:
        UsageError: nobody, or more than one, is called so.
    """
    found = called(book.overview().standings, wanted, lambda s: s.entry)
    if not found:
        raise UsageError("There is no student {student} in this gradebook.", student=wanted)
    if len(found) > 1:
        raise UsageError(
            "More than one student is called {student}. Name one by id: {ids}",
            student=wanted,
            ids=", ".join(s.entry.student for s in found),
        )
    return found[0]


def _corrections(options: argparse.Namespace, student: str, about: About) -> list[Correction]:
    """Make the corrections that were asked for.

    Raises:
        UsageError: one names no group, or no number of points that the group can give.
    """
    if not (options.points or options.submitted or options.remove):
        raise UsageError(
            "Say what is to be corrected: --points GROUP=N, --submitted TIME or --remove GROUP."
        )
    correction = functools.partial(
        Correction,
        student=student,
        comment=clean(options.comment, MAX_COMMENT),
        by=clean(options.by or _user()),
        at=dt.datetime.now(dt.UTC).replace(microsecond=0),
    )
    most = {g.name: g.points for g in about.groups}
    found = []
    for word in options.points:
        group, _, number = word.partition("=")
        found.append(
            correction(group=_known(group, most), points=_number(word, number, most[group]))
        )
    if options.submitted:
        found.append(correction(submitted=_time(options.submitted)))
    taken_back = ["" if group == TIME else _known(group, most) for group in options.remove]
    return [*found, *(correction(group=group) for group in taken_back)]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UsageError("Say who decides: --by NAME.") from error


def _known(group: str, groups: Collection[str]) -> str:
    if group not in groups:
        raise UsageError(
            "There is no group {group}. The groups are {names}.",
            group=group,
            names=", ".join(groups),
        )
    return group


def _number(word: str, number: str, most: float) -> float:
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= most:
        raise UsageError(
            "{word} is not from 0 to {most} points. Write --points GROUP=N.",
            word=word,
            most=points(most),
        )
    return value


def _time(text: str) -> dt.datetime:
    time = None
    if ":" in text:  # a date alone would be its first minute, which nobody means
        with contextlib.suppress(ValueError):
            time = dt.datetime.fromisoformat(text)
    if time is None:
        raise UsageError("{time} is no time. Write it like 2026-11-30T23:59+08:00.", time=text)
    return time


def _said(grade: Grade, lang: str) -> str:
    return translate("not graded", lang) if grade.final is None else points(grade.final)
