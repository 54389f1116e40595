"""`grader report`: the pages of a batch made again from its gradebook."""

import argparse
import os
import sys
from pathlib import Path

import msgspec

from grader.batch.folder import BatchFolder
from grader.batch.local import LocalWorkers, cores
from grader.batch.run import Batch, setting_of
from grader.cli.exits import EVERYONE_GRADED
from grader.cli.output import console
from grader.cli.progress import progress
from grader.gradebook import Gradebook
from grader.grades import Overview
from grader.report.language import choose, translate
from grader.report.summary import class_lines

SECONDS = 60.0


def run(options: argparse.Namespace) -> int:
    """Make every page again."""
    lang = choose(options.lang, os.environ)
    whole = show_again(options.folder, options.jobs, lang, quiet=options.quiet)
    screen = console(sys.stdout, quiet=options.quiet)
    for line in class_lines(whole, 0, lang):
        screen.print(line)
    return EVERYONE_GRADED


def show_again(path: Path, jobs: int | None, lang: str | None, *, quiet: bool) -> Overview:
    """Make the pages of a batch that are not as they should be, and those of the class.

    Args:
        path: the batch's folder.
        jobs: cores to use, or None for all.
        lang: that all pages are to be in from now on; None leaves it.
        quiet: whether no progress is shown.

    Raises:
        UsageError: there is no gradebook, or a page can't be written.
    """
    Gradebook.read(path / BatchFolder(path).gradebook.name).close()  # before a lock is left there
    folder = BatchFolder(path)
    with folder.locked(), Gradebook.create(folder.gradebook) as book:
        batch = Batch(folder, book)
        if lang is not None:
            book.describe(msgspec.structs.replace(batch.about, lang=lang))
            batch = Batch(folder, book)
        students = book.students()
        count = min(jobs or len(cores()), max(1, len(students)))
        workers = LocalWorkers(setting_of(batch.about), count, SECONDS)
        try:
            what = translate("making pages", batch.about.lang)
            with progress(console(sys.stdout, quiet=quiet), what, batch.about.lang) as watch:
                batch.show(workers, watch, students)
        finally:
            workers.close()
        return batch.conclude()
