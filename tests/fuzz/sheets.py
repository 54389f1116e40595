"""Sheets: the CSV files of Canvas and Moodle, into which grades are filled."""

import contextlib
from pathlib import Path

from grader.errors import UsageError
from grader.lms.canvas import fill_sheet
from grader.lms.moodle import fill_worksheet
from grader.lms.sheet import Filled, at, read_sheet, value, write_sheet
from tests.standings import a_class, standing

FOLDER = Path(__file__).parents[1] / "sheets"
CANVAS = a_class(
    *(standing(f"lilei-{n}", 80.0 + n / 7, source="canvas", ref=str(n)) for n in range(101, 106)),
    standing("han", 1e-9),
)
MOODLE = a_class(
    *(standing(f"lilei-{n}", n / 3, source="moodle", ref=str(n)) for n in range(1, 300, 7)),
    standing("han", None, source="moodle", ref="2"),
)
SEEDS = (
    (FOLDER / "canvas.csv").read_bytes(),
    (FOLDER / "moodle.csv").read_bytes(),
    (FOLDER / "canvas.csv").read_bytes().replace(b",", b";"),
    b'a;"b;""c""\r\n"x"\r"unclosed;\n1',
    b"Identifier,Status,Grade,Maximum Grade,Grade can be changed\nParticipant 1,x,,100,Yes\n",
    b"Student,ID,Section,softmax (7)\n    Points Possible,,,10\nLi,101,A,EX\n",
)


def check(data: bytes) -> None:
    """A sheet comes back to the byte, and filling it in changes no more than it says.

    Args:
        data: the file.
    """
    text = data.decode("utf-8", "ignore")
    with contextlib.suppress(UsageError):
        sheet = read_sheet(text)
        assert write_sheet(sheet) == text
        assert all(isinstance(value(cell), str) for row in sheet.rows for cell in row)
    for fill, overview in ((fill_sheet, CANVAS), (fill_worksheet, MOODLE)):
        with contextlib.suppress(UsageError):
            filled = fill(text, overview)
            assert all(str(left).isprintable() for left in filled.left)
            if fill is fill_worksheet:
                one_column(text, filled)


def one_column(text: str, filled: Filled) -> None:
    """Only cells of one column have changed, no more than were filled."""
    before, after = read_sheet(text), read_sheet(filled.text)
    assert (before.ends, before.delimiter, before.bom) == (after.ends, after.delimiter, after.bom)
    changed = [
        column
        for old, new in zip(before.rows, after.rows, strict=True)
        for column in range(max(len(old), len(new)))
        if at(old, column) != at(new, column)
    ]
    assert len(changed) <= filled.filled
    assert len(set(changed)) <= 1
