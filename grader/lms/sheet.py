"""A learning platform's own sheet: CSV in which nothing changes but the cells that are filled.

Cells are kept as they are written, quotes and all, and so are the separators and the ends of
lines: what is not touched is given back to the byte.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from grader.errors import UsageError, mark
from grader.foreign import clean
from grader.grades import Grade, Overview, Standing
from grader.results import Text

BOM = "\ufeff"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

NOBODY = mark("{name} is in the sheet and not among the students who were graded here.")
NOT_GRADED = mark("{name} was not graded.")


class Sheet(NamedTuple):
    r"""A CSV text in pieces.

    Args:
        rows: of cells as they are written; the first one is the header.
        ends: of the lines, one for each row: '\n', '\r\n' or, at the text's end, ''.
        delimiter: between the cells.
        bom: the byte order mark, or ''.
    """

    rows: list[list[str]]
    ends: list[str]
    delimiter: str
    bom: str

    @property
    def header(self) -> list[str]:
        """The columns' names."""
        return [at(self.rows[0], column) for column in range(len(self.rows[0]))]


class Place(NamedTuple):
    """A row of a sheet that is for a student.

    Args:
        row: its cells.
        name: what the sheet calls the student.
        standing: the student's, or None if it is nobody of ours.
        most: points that the platform counts in, or None if it doesn't say.
        refused: why the platform takes no grade here, a template over `name` and `value`, what
            is in the cell; or "".
    """

    row: list[str]
    name: str
    standing: Standing | None
    most: float | None
    refused: str = ""


class Filled(NamedTuple):
    """A sheet, filled in.

    Args:
        text: the whole sheet, with a byte order mark if it had one.
        filled: rows that got a grade.
        missing: ids of students of ours who are not in the sheet.
        left: one sentence for each row that stays as it was, and why.
    """

    text: str
    filled: int
    missing: tuple[str, ...]
    left: tuple[Text, ...]


def read_sheet(text: str) -> Sheet:
    """Take a CSV text apart.

    Args:
        text: the file's, decoded so that a byte order mark and the ends of lines are still
            there.

    Raises:
        UsageError: it has no rows, or a row with more cells than there are columns.
    """
    body = text.removeprefix(BOM)
    delimiter = max(",;\t", key=lambda mark: len(_take_apart(body, mark, most=1)[0][0]))
    rows, ends = _take_apart(body, delimiter)
    for number, row in enumerate(rows, 1):
        if len(row) > len(rows[0]):
            raise UsageError(
                "Row {row} of the sheet has {cells} cells, but there are {columns} columns. "
                "Export the sheet again and don't edit it.",
                row=number,
                cells=len(row),
                columns=len(rows[0]),
            )
    return Sheet(rows, ends, delimiter, text[: len(text) - len(body)])


def _take_apart(
    body: str, delimiter: str, most: int | None = None
) -> tuple[list[list[str]], list[str]]:
    token = re.compile(
        rf'((?:"[^"]*+(?:""[^"]*+)*+")?[^{delimiter}\r\n]*)({delimiter}|\r\n|\r|\n|\Z)'
    )
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    for match in token.finditer(body):
        cell, separator = match.groups()
        rows[-1].append(cell)
        if separator != delimiter:
            ends.append(separator)
            if len(ends) == most or match.end() == len(body):
                break
            rows.append([])
    return rows, ends


def fill(sheet: Sheet, places: Iterable[Place], column: int, overview: Overview) -> Filled:
    """Write each student's grade into a column of the sheet. What is not graded stays as it is.

    Args:
        sheet: its rows are written to.
        places: the rows that are for students.
        column: where the grade goes.
        overview: the class.
    """
    found: set[str] = set()
    left: list[Text] = []
    filled = 0
    for place in places:
        standing = place.standing
        points = None if standing is None else scaled(standing.grade, place.most)
        if standing is not None:
            found.add(standing.entry.student)
        if points is not None and not place.refused:
            put(place.row, column, written(points))
            filled += 1
        else:
            reason = NOBODY if standing is None else NOT_GRADED if points is None else place.refused
            cell = clean(at(place.row, column))
            left.append(Text(reason, params={"name": clean(place.name), "value": cell}))
    students = (s.entry.student for s in overview.standings)
    missing = tuple(student for student in students if student not in found)
    return Filled(write_sheet(sheet), filled, missing, tuple(left))


def write_sheet(sheet: Sheet) -> str:
    """Put a sheet together again."""
    lines = (sheet.delimiter.join(row) for row in sheet.rows)
    return sheet.bom + "".join(line + end for line, end in zip(lines, sheet.ends, strict=True))


def value(cell: str) -> str:
    """What a cell says, without its quotes."""
    if len(cell) > 1 and cell.startswith('"'):
        inner, _, rest = cell[1:].rpartition('"')
        return inner.replace('""', '"') + rest
    return cell


def at(row: list[str], column: int) -> str:
    """What a row says in a column; nothing if the row is shorter."""
    return value(row[column]).strip() if column < len(row) else ""


def put(row: list[str], column: int, text: str) -> None:
    """Write a number into a row, however short the row is."""
    row.extend([""] * (column + 1 - len(row)))
    row[column] = text


def number(text: str) -> float | None:
    """Read a number with a point or a comma before the decimals; None if it isn't one."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def scaled(grade: Grade, most: float | None) -> float | None:
    """A grade, out of the points that a platform counts in; None if it is not graded.

    Args:
        grade: out of `grade.max_score`.
        most: points there are on the platform. Nothing is scaled if it says none, or 0.
    """
    if grade.final is None or not most or not grade.max_score:
        return grade.final
    return round(grade.final * most / grade.max_score, 2)


def written(points: float) -> str:
    """Write points as platforms round them: two decimals at most, with a point."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
