"""Canvas takes grades back as the gradebook that it exported, a CSV, with a column filled in."""

import re
from collections.abc import Iterator

from grader.errors import UsageError, mark
from grader.foreign import clean
from grader.grades import Overview, Standing
from grader.lms.sheet import Filled, Place, Sheet, at, fill, number, read_sheet

STAYS = mark("For {name} the sheet says {value}, and so it stays.")
ANONYMOUS = "anon"  # what Canvas calls everyone while grading is anonymous

_COLUMN = re.compile(r"(?P<name>.*) \((?P<id>\d+)\)", re.DOTALL)
# Columns that Canvas works out itself and skips when it imports.
_TOTALS = re.compile(r"(?:Current|Final) (?:Score|Points|Grade)|Override (?:Score|Grade|Status)")
_SKIPPED = ("EX", "N/A")  # excused; not assigned to this student
_LAST = "Section"  # of the columns that say who a student is


def fill_sheet(text: str, overview: Overview, column: str | None = None) -> Filled:
    """Fill a class's grades into a gradebook that Canvas exported.

    What comes back holds the columns that say who a student is and the assignment's own,
    nothing else: Canvas writes every column that it is given, so grades of other assignments
    that were given since the export would be overwritten with older ones.

    Args:
        text: the exported CSV, decoded so that a byte order mark is still there.
        overview: students who came from Canvas are found by their id there, others by their
            login or SIS id, if that is what they are called here.
        column: the assignment's, as the header says it, or without the id, or the id alone;
            None for the one whose name holds the assignment's title or name.

    Returns:
        The sheet to import. Grades are out of the column's 'Points Possible', if it says so.

    Raises:
        UsageError: this is no such sheet, or it isn't clear which column is meant.
    """
    sheet = read_sheet(text)
    header = sheet.header
    who = header[: header.index(_LAST)] if _LAST in header else []
    if header[0] not in ("Student", "LastName") or "ID" not in who:
        raise UsageError(
            "This is not a gradebook that Canvas exported: it has no columns Student, ID and "
            "Section. In Canvas, choose Grades, Export, Export Entire Gradebook."
        )
    kept = [*range(header.index(_LAST) + 1), _find_column(header, overview, column)]
    narrow = sheet._replace(rows=[[row[i] for i in kept if i < len(row)] for row in sheet.rows])
    grades = len(kept) - 1
    return fill(narrow, _places(narrow, grades, overview), grades, overview)


def _find_column(header: list[str], overview: Overview, wanted: str | None) -> int:
    matches = {
        column: match
        for column, name in enumerate(header)
        if (match := _COLUMN.fullmatch(name)) and not _TOTALS.search(name)
    }
    if not matches:
        raise UsageError(
            "The sheet has no column for an assignment. Make the assignment in Canvas, then "
            "export the gradebook again."
        )
    ours = (overview.title.en, overview.title.zh, overview.assignment)
    fitting = [
        column
        for column, match in matches.items()
        if (
            any(name.casefold() in match["name"].casefold() for name in ours if name)
            if wanted is None
            else wanted.strip() in (match[0], match["name"], match["id"])
        )
    ]
    if len(fitting) != 1:
        raise UsageError(
            "Which column of the sheet is this assignment's? It has {names}. Name one with "
            "--column, by its name or by the number in brackets.",
            names=", ".join(clean(match[0]) for match in matches.values()),
        )
    return fitting[0]


def _places(sheet: Sheet, grades: int, overview: Overview) -> Iterator[Place]:
    header = sheet.header
    id_column = header.index("ID")
    logins = [header.index(name) for name in ("SIS Login ID", "SIS User ID") if name in header]
    points_rows = [row for row in sheet.rows[1:] if "Points Possible" in at(row, 0)]
    most = number(at(points_rows[0], grades)) if points_rows else None
    by_id, by_login = _keys(overview)
    for row in sheet.rows[1:]:
        user = at(row, id_column)
        if row in points_rows or not user:
            continue
        standings = (by_id.get(user), *(by_login.get(at(row, i).casefold()) for i in logins))
        yield Place(
            row=row,
            name=at(row, 0),
            standing=next((s for s in standings if s is not None), None),
            most=most,
            refused=STAYS if at(row, grades).upper() in _SKIPPED else "",
        )


def _keys(overview: Overview) -> tuple[dict[str, Standing], dict[str, Standing]]:
    """Students by their id on Canvas, and those from elsewhere by what could be a login."""
    by_id, by_login = {}, {}
    for standing in overview.standings:
        entry = standing.entry
        if entry.source == "canvas":
            if entry.name != ANONYMOUS:  # whose number is nobody's id
                by_id[entry.ref] = standing
        else:
            login = entry.ref if entry.source == "blackboard" else ""
            by_login[(login or entry.student).casefold()] = standing
    return by_id, by_login
