"""`grader report`: the pages of a batch made again from its gradebook."""

import argparse
import os
import sys
from pathlib import Path

import msgspec

from grader.batch.folder import BatchFolder
from grader.batch.jobs import role_of, setting_of
from grader.batch.run import Batch
from grader.cli.exits import COULD_NOT, EVERYONE_GRADED
from grader.cli.interrupts import deferred, interruptible
from grader.cli.output import console, tell_where
from grader.cli.progress import progress
from grader.gradebook import Gradebook
from grader.grades import Overview
from grader.locales import choose
from grader.report.language import translate
from grader.report.summary import class_lines
from grader.workers.local import LocalWorkers, cores


def run(options: argparse.Namespace) -> int:
    """Make every page again."""
    whole, unshown = show_again(options.folder, options.jobs, options.lang, quiet=options.quiet)
    screen = console(sys.stdout, quiet=options.quiet)
    lang = choose(options.lang, os.environ)
    for line in class_lines(whole, (), unshown, lang):
        screen.print(line)
    tell_where(screen, options.folder.absolute(), lang)
    return COULD_NOT if unshown else EVERYONE_GRADED


def show_again(
    path: Path, jobs: int | None, lang: str | None, *, quiet: bool
) -> tuple[Overview, list[str]]:
    """Make the pages of a batch that are not as they should be, and those of the class.

    Args:
        path: the batch's folder.
        jobs: cores to use, or None for all.
        lang: that all pages are to be in from now on; None leaves it.
        quiet: whether no progress is shown.

    Returns:
        The class, and the names of students whose pages could not be made.

    Raises:
        UsageError: there is no gradebook, or a page can't be written.
    """
    folder = BatchFolder(path)
    Gradebook.read(folder.gradebook).close()  # where there is none, no lock is left either
    with (
        interruptible(),
        folder.locked(),
        Gradebook.create(folder.gradebook) as book,
        deferred() as look,
    ):
        about = book.about()
        if about is not None and lang is not None:
            book.describe(msgspec.structs.replace(about, lang=lang))
        batch = Batch(folder, book, look)
        students = book.students()
        count = min(jobs or len(cores()), max(1, len(students)))
        workers = LocalWorkers(role_of(setting_of(batch.about)), count)
        try:
            what = translate("making pages", batch.about.lang)
            with progress(console(sys.stdout, quiet=quiet), what, batch.about.lang) as watch:
                batch.show(workers, watch, students)
        finally:
            workers.close()
        return batch.conclude(), batch.unshown
