"""Moodle takes grades back as its grading worksheet, and feedback as a zip of folders."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from grader.errors import UsageError, mark
from grader.grades import Entry, Overview
from grader.lms.sheet import Filled, Place, Sheet, at, fill, number, read_sheet, scaled
from grader.packing import pack

LOCKED = mark("For {name} Moodle lets nobody change the grade.")
TOO_MUCH = mark("For {name} the grade is more than the most that Moodle takes.")

_PARTICIPANT = re.compile(r"\D*(\d+)")
# What stands below 'Grade can be changed', in the languages that Moodle is used in most.
_NO = frozenset(
    "no non nein não nie nee nej nei ne нет ні hayır 否 いいえ 아니오 아니요 لا".split()
)
# Moodle looks for the number and the plugin's name between underscores.
_FOLDER = re.compile(r"[^_/\\]*_\d+_[a-z]+_[a-z]+_?")


def fill_worksheet(text: str, overview: Overview) -> Filled:
    """Fill a class's grades into a grading worksheet that Moodle made.

    Nothing changes but the grades: Moodle takes feedback from the same sheet, and holds the
    time of the last change against its own to see which grades are newer.

    Args:
        text: the worksheet, decoded so that a byte order mark is still there.
        overview: students are found by their participant number.

    Returns:
        The worksheet to upload. Grades are out of its 'Maximum grade'.

    Raises:
        UsageError: this is no such worksheet.
    """
    sheet = read_sheet(text)
    most = _find_most(sheet)
    return fill(sheet, _places(sheet, most, overview), most - 1, overview)


def _find_most(sheet: Sheet) -> int:
    """Find the column of the most points. Left of it is the grade, right of it the lock.

    The names are in the language of whoever downloaded the sheet; in others than English the
    column is known by its cells: always the same number, beside a column that holds grades.
    """
    rows = [row for row in sheet.rows[1:] if any(row)]
    if rows and all(_PARTICIPANT.fullmatch(at(row, 0)) for row in rows):
        names = [name.casefold() for name in sheet.header]
        fitting = [
            column
            for column in range(2, len(names))
            if len({at(row, column) for row in rows}) == 1
            and number(at(rows[0], column))
            and all(_may_be_grade(at(row, column - 1)) for row in rows)
        ]
        named = [c for c in fitting if names[c - 1 : c + 1] == ["grade", "maximum grade"]]
        for columns in (named, fitting):
            if len(columns) == 1:
                return columns[0]
    raise UsageError(
        "This is not a grading worksheet that Moodle made, or the assignment's grades are not "
        "points. In Moodle, set your language to English, open the assignment's submissions and "
        "choose Download grading worksheet."
    )


def _may_be_grade(cell: str) -> bool:
    return not cell or number(cell) is not None


def _places(sheet: Sheet, column: int, overview: Overview) -> Iterator[Place]:
    ours = {s.entry.ref: s for s in overview.standings if s.entry.source == "moodle"}
    for row in sheet.rows[1:]:
        participant = _PARTICIPANT.fullmatch(at(row, 0))
        if participant is None:  # an empty line
            continue
        standing = ours.get(participant[1])
        most = number(at(row, column))
        points = None if standing is None else scaled(standing.grade, most)
        locked = any(at(row, i).casefold() in _NO for i in (column + 1, column + 2))
        too_much = points is not None and most is not None and points > most
        yield Place(
            row=row,
            name=f"{at(row, 0)} ({at(row, 1)})",  # blind sheets have the status there
            standing=standing,
            most=most,
            refused=LOCKED if locked else TOO_MUCH if too_much else "",
        )


def write_feedback_zip(
    file: Path | BinaryIO, overview: Overview, page: Callable[[str], bytes | None]
) -> int:
    """Write the pages as a zip that Moodle takes as 'multiple feedback files in a zip'.

    Same pages, same bytes. One page at a time is held in memory.

    Args:
        file: where to.
        overview: the class. Students from elsewhere than Moodle get a folder called like them.
        page: a student's feedback page by the student's id, or None to leave it out.

    Returns:
        How many pages it holds.
    """
    written = 0
    with zipfile.ZipFile(file, "w") as archive:
        for standing in overview.standings:
            entry = standing.entry
            data = page(entry.student)
            if data is not None:
                pack(archive, f"{_folder(entry)}/feedback.html", data)
                written += 1
    return written


def _folder(entry: Entry) -> str:
    if entry.source != "moodle" or not entry.ref:
        return entry.student
    if _FOLDER.fullmatch(entry.folder) and entry.folder.isprintable():
        return entry.folder
    return f"{entry.student.replace('_', '-')}_{entry.ref}_assignsubmission_file_"
