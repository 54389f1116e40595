"""`grader diff`: whose grade differs between two batches, and why."""

import argparse
import os
import sys
from pathlib import Path

from grader.batch.folder import BatchFolder
from grader.cli.exits import EVERYONE_GRADED
from grader.cli.output import console
from grader.errors import UsageError
from grader.gradebook import Gradebook
from grader.locales import choose
from grader.report.changes import change_lines, changes
from grader.report.language import translate
from grader.results import Report


def run(options: argparse.Namespace) -> int:
    """Compare two batches."""
    lang = choose(options.lang, os.environ)
    screen = console(sys.stdout, quiet=options.quiet)
    with _open(options.before) as before, _open(options.after) as after:
        old, new = before.overview(), after.overview()
        if old.assignment != new.assignment:
            raise UsageError(
                "{before} is a batch of {old}, and {after} one of {new}.",
                before=str(options.before),
                old=old.assignment,
                after=str(options.after),
                new=new.assignment,
            )

        def reports(student: str) -> tuple[Report, Report]:
            return before.report(student), after.report(student)

        found = list(changes(old, new, reports))
        for change in found:
            for line in change_lines(change, lang):
                screen.print(line)
    if not found:
        screen.print(translate("Nobody's grade has changed.", lang))
    return EVERYONE_GRADED


def _open(path: Path) -> Gradebook:
    return Gradebook.read(BatchFolder(path).gradebook)
