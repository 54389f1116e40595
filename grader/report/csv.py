"""grades.csv: a class in a spreadsheet, a row for each student, safe to open."""

import csv
import io
import re

from grader.foreign import clean
from grader.grades import Overview, Standing
from grader.report.language import points, show
from grader.results import Text

BOM = "\ufeff"  # without it, Excel takes UTF-8 for something else
LATE = Text("It is known to be late, but not how late.")
MOST = 2000  # characters of a cell

# A spreadsheet takes a cell that starts like this for a formula. Where lists are separated by
# semicolons, it cuts cells at those that are in them, quoted or not.
_FORMULA = re.compile(r'(?:^|(?<=;))(?=[\s"]*[=+\-@＝＋－＠])')


def render(overview: Overview, lang: str) -> str:
    """Write a class as CSV, with a byte order mark and the ends of lines that Excel writes.

    Args:
        overview: the class.
        lang: of the notes. Columns and statuses are for programs, too, and stay English.
    """
    file = io.StringIO(newline="")
    file.write(BOM)
    writer = csv.writer(file)
    groups = [group.name for group in overview.groups]
    writer.writerow(
        [
            *("student", "name", "ref", "file", "status", "score", "corrected"),
            *("late_days", "late_percent", "final", "max_score"),
            *(f"points_{name}" for name in groups),
            *("diagnoses", "note"),
        ]
    )
    writer.writerows(_row(standing, groups, lang) for standing in overview.standings)
    return file.getvalue()


def _row(standing: Standing, groups: list[str], lang: str) -> list[str]:
    entry, grade, late = standing.entry, standing.grade, standing.grade.late
    notes = [note for note in (standing.reason, standing.cause) if note]
    if late and late.days is None:
        notes.append(LATE)
    return [
        *(_text(word) for word in (entry.student, entry.name, entry.ref, entry.file)),
        standing.status,
        _number(grade.raw),
        _number(grade.corrected),
        _number(late.days if late else None),
        _number(late.percent if late else None),
        _number(grade.final),
        _number(grade.max_score),
        *(_number(standing.points.get(name)) for name in groups),
        _text(" ".join(standing.diagnoses)),
        _text(" ".join(show(note, lang) for note in notes)),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else points(value)


def _text(text: str) -> str:
    """A cell of text in one line, which no spreadsheet takes for a formula."""
    return _FORMULA.sub("'", clean(text, MOST))
