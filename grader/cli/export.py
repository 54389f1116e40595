"""`grader export`: grades and feedback as a learning platform takes them back."""

import argparse
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from grader.batch.folder import BatchFolder
from grader.cli.exits import EVERYONE_GRADED
from grader.cli.output import console, write, writing
from grader.course import assignment_of_course
from grader.errors import UsageError
from grader.foreign import clean
from grader.gradebook import Gradebook
from grader.grades import Overview
from grader.lms import canvas, moodle
from grader.lms.autograder import write_autograder
from grader.lms.sheet import Filled
from grader.locales import choose
from grader.packing import pack
from grader.report import csv, gradescope, junit
from grader.report.language import show, translate
from grader.results import feedback

ELSEWHERE = "--out FILE"
MOST_LISTED = 10
MOST_SHEET = 64 * 2**20


class Export(NamedTuple):
    """A batch that is to be written in some format."""

    options: argparse.Namespace
    folder: BatchFolder
    book: Gradebook
    whole: Overview
    lang: str
    screen: Console

    @property
    def out(self) -> Path:
        """What to write."""
        path: Path = self.options.out
        return path


def run(options: argparse.Namespace) -> int:
    """Write the export."""
    lang = choose(options.lang, os.environ)
    screen = console(sys.stdout, quiet=options.quiet)
    if options.format == "gradescope-autograder":
        course = options.course.resolve() if options.course else None
        assignment = assignment_of_course(options.assignment, Path.cwd(), course)
        with writing(options.out, ELSEWHERE) as file:
            write_autograder(file, assignment, lang)
    else:
        folder = BatchFolder(options.folder)
        with Gradebook.read(folder.gradebook) as book:
            whole, about = book.overview(), book.about()
            assert about is not None, "there is an overview"
            export = Export(options, folder, book, whole, options.lang or about.lang, screen)
            if whole.missing:
                template = translate(
                    "Not graded yet: {count} more. Give the same batch command again.", lang
                )
                screen.print(template.format(count=whole.missing), style="bold red")
            outdated = [s.entry.name for s in export.whole.standings if s.outdated]
            if outdated:
                template = translate(
                    "Graded by earlier checks or an earlier grader: {count}. Grade everyone again "
                    "before you hand these grades back.",
                    lang,
                )
                screen.print(template.format(count=len(outdated)), style="bold red")
            FORMATS[options.format](export)
    screen.print(f"{translate('Written:', lang)} {clean(str(options.out), 4096)}", soft_wrap=True)
    return EVERYONE_GRADED


def _csv(export: Export) -> None:
    write(export.out, csv.render(export.whole, export.lang), ELSEWHERE)


def _canvas(export: Export) -> None:
    _refill(export, lambda text: canvas.fill_sheet(text, export.whole, export.options.column))


def _moodle(export: Export) -> None:
    _refill(export, lambda text: moodle.fill_worksheet(text, export.whole))


def _refill(export: Export, fill: Callable[[str], Filled]) -> None:
    """Fill the grades into a platform's own sheet, and tell what did not find a place."""
    sheet: Path | None = export.options.sheet
    if sheet is None:
        raise UsageError(
            "Download the platform's own sheet, and name it with --sheet FILE: it comes back with "
            "the grades filled in."
        )
    if sheet.resolve() == export.out.resolve():
        raise UsageError(
            "{path} would be lost: it may hold more than is written. Name another file with --out.",
            path=str(sheet),
        )
    try:
        with sheet.open("rb") as file:
            filled = fill(file.read(MOST_SHEET).decode())
    except OSError as error:
        raise UsageError(
            "{path} can't be read: {detail}", path=str(sheet), detail=error.strerror or str(error)
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            "{path} is not UTF-8. Take the file as the platform gave it, not as a spreadsheet "
            "program saved it.",
            path=str(sheet),
        ) from error
    if not filled.filled:
        raise UsageError(
            "No grade has a place in {path}. Is it the sheet of this class and this assignment?",
            path=str(sheet),
        )
    write(export.out, filled.text, ELSEWHERE)
    lang = export.lang
    export.screen.print(translate("Grades filled in: {count}", lang).format(count=filled.filled))
    if filled.missing:
        names = ", ".join(filled.missing[:MOST_LISTED])
        more = ", ..." if len(filled.missing) > MOST_LISTED else ""
        template = translate("Not in the sheet: {names}", lang)
        export.screen.print(template.format(names=names + more))
    for text in filled.left:
        export.screen.print(show(text, lang))


def _feedback(export: Export) -> None:
    def page(student: str) -> bytes | None:
        path = export.folder.pages(student)[-1]
        return path.read_bytes() if path.is_file() else None

    with writing(export.out, ELSEWHERE) as file:
        moodle.write_feedback_zip(file, export.whole, page)


def _gradescope(export: Export) -> None:
    """One results.json for each submission."""
    with writing(export.out, ELSEWHERE) as file, zipfile.ZipFile(file, "w") as archive:
        for standing in export.whole.standings:
            report = feedback(export.book.report(standing.entry.student))
            text = gradescope.render(report, standing.grade, export.lang)
            name = standing.entry.ref or standing.entry.student
            pack(archive, f"{clean(name).replace('/', '-')}/results.json", text.encode())


def _junit(export: Export) -> None:
    with writing(export.out, ELSEWHERE) as file:
        pieces = junit.render(export.whole, export.book.report, export.lang)
        file.writelines(piece.encode() for piece in pieces)


FORMATS: dict[str, Callable[[Export], None]] = {
    "csv": _csv,
    "canvas": _canvas,
    "moodle": _moodle,
    "feedback": _feedback,
    "gradescope": _gradescope,
    "junit": _junit,
}
