"""Canvas's gradebook and Moodle's worksheet come back as they were, with the grades in."""

import contextlib
import csv
import io
import string
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms.canvas import fill_sheet
from grader.lms.moodle import fill_worksheet, write_feedback_zip
from grader.lms.sheet import NOBODY, read_sheet, value, write_sheet
from grader.results import Text
from tests.standings import a_class, standing

SHEETS = Path(__file__).parent / "sheets"
GRADEBOOK = (SHEETS / "canvas.csv").read_bytes().decode()
WORKSHEET = (SHEETS / "moodle.csv").read_bytes().decode()
COLUMN = "Cross-entropy loss and softmax (5501)"
READ_ONLY = ("Homework", "Current", "Unposted", "Final")


def cells(text, delimiter=","):
    """What a spreadsheet reads."""
    file = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return list(csv.reader(file, delimiter=delimiter))


def canvas(student, final=100.0, ref=""):
    return standing(student, final, source="canvas", ref=ref, name=student)


def moodle(student, final=100.0, ref="", **more):
    return standing(student, final, source="moodle", ref=ref, name=student, **more)


CANVAS_CLASS = a_class(
    canvas("lilei-101", 87.5, "101"),
    canvas("bob-102", None, "102"),
    canvas("eve-103", 12.0, "103"),
    canvas("hanmeimei-104", 100.0, "104"),
    canvas("gone-105", 60.0, "105"),
)


class Canvas:
    """What Canvas does with a gradebook that is imported: it writes every column that it knows."""

    def __init__(self, text, delimiter=","):
        self.grades = {}  # (user id, assignment id) -> grade
        self.columns, self.made = set(), []
        self.take(text, delimiter)
        self.made = []

    def take(self, text, delimiter=","):
        header, *rows = cells(text, delimiter)
        assert header[:2] == ["Student", "ID"]
        start = header.index("Section") + 1
        for column in range(start, len(header)):
            name, _, rest = header[column].rpartition(" (")
            number = rest.rstrip(")")
            if name.startswith(READ_ONLY) or header[column] in ("Notes", *READ_ONLY):
                continue
            if not number.isdigit() or (self.columns and number not in self.columns):
                self.made.append(header[column])
            self.columns.add(number)
            for row in rows:
                if row[1]:
                    self.grades[row[1], number] = row[column]


def test_an_import_changes_one_column():
    """What Canvas holds after the import differs in our assignment's grades alone."""
    live = Canvas(GRADEBOOK)
    live.grades["101", "5502"] = "19.75"  # given after the export
    before = dict(live.grades)
    filled = fill_sheet(GRADEBOOK, CANVAS_CLASS)
    live.take(filled.text)
    changed = {key: new for key, new in live.grades.items() if new != before[key]}
    assert changed == {("101", "5501"): "87.5", ("104", "5501"): "100"}
    assert live.made == []


def test_what_is_left_of_canvas_is_as_it_was():
    """Every cell of the columns that are kept is as it was, but for the two grades."""
    filled = fill_sheet(GRADEBOOK, CANVAS_CLASS)
    old, new = cells(GRADEBOOK), cells(filled.text)
    assert [row[:5] for row in new] == [row[:5] for row in old]
    assert [row[5] for row in new] == [
        *(COLUMN, "Manual Posting", "100.00", "87.5", "55.00", "EX", "100", ""),
    ]
    assert {len(row) for row in new} == {6}


def test_who_got_nothing_in_canvas_is_told():
    """Rows without a grade are told with the reason, and so are students without a row."""
    filled = fill_sheet(GRADEBOOK, CANVAS_CLASS)
    assert filled.filled == 2
    assert filled.missing == ("gone-105",)
    assert [str(left) for left in filled.left] == [
        'O\'Brien "Bob", Rob was not graded.',
        'For ="=2+5, Eve" the sheet says EX, and so it stays.',
        "Student, Test is in the sheet and not among the students who were graded here.",
    ]


@pytest.mark.parametrize(
    ("possible", "written"),
    [
        ("10.00", "8.75"),
        ("30.00", "26.25"),
        ("7.50", "6.56"),
        ("200,00", "175"),
        ("", "87.5"),
        ("0.00", "87.5"),
    ],
)
def test_canvas_counts_in_its_own_points(possible, written):
    """A grade is scaled to Points Possible; where that is nothing, it is written as it is."""
    quoted = f'"{possible}"' if "," in possible else possible
    filled = fill_sheet(GRADEBOOK.replace("100.00,20.00", f"{quoted},20.00"), CANVAS_CLASS)
    assert cells(filled.text)[3][5] == written


@pytest.mark.parametrize("wanted", ["5502", 'Essay, "long"', ' Essay, "long" (5502)'])
def test_a_column_is_named(wanted):
    """The column is found by its header, its name or its number."""
    filled = fill_sheet(GRADEBOOK, CANVAS_CLASS, wanted)
    assert cells(filled.text)[0][5] == 'Essay, "long" (5502)'
    assert cells(filled.text)[3][5] == "17.5"


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        (GRADEBOOK, "Quiz", "It has Quiz 1 (5500), Cross-entropy loss and softmax (5501), Essay"),
        (GRADEBOOK.replace("Cross-entropy", "Entropy"), None, "Which column"),
        (GRADEBOOK.replace("Quiz 1", "NewCross_softmax"), None, "Which column"),
        (GRADEBOOK, "Current Score", "Which column"),
        ("Student,ID,SIS Login ID,Section,Final Score (2026)\nA,1,a,S,9\n", None, "no column"),
        (GRADEBOOK.replace("Student,ID", "Name,ID"), None, "not a gradebook"),
        (GRADEBOOK.replace(",Section,", ",Group,"), None, "not a gradebook"),
        ("", None, "not a gradebook"),
        (GRADEBOOK + "a,b" * 20 + "\n", None, "Row 9 of the sheet has 21 cells"),
    ],
)  # fmt: skip
def test_another_sheet_is_refused(text, wanted, said):
    """What is no gradebook, or has no column that is clearly meant, ends in a usage error."""
    with pytest.raises(UsageError) as error:
        fill_sheet(text, CANVAS_CLASS, wanted)
    assert said in str(error.value)


def test_first_and_last_names_apart():
    """A gradebook with LastName and FirstName is a gradebook, too."""
    text = f"LastName,FirstName,ID,SIS Login ID,Section,{COLUMN}\nLi,Lei,101,lilei,A,\n"
    filled = fill_sheet(text, CANVAS_CLASS)
    assert filled.text == text.replace("A,\n", "A,87.5\n")


def test_separators_marks_and_line_ends_are_kept():
    """A gradebook with semicolons, a byte order mark and Windows' line ends keeps them."""
    text = (
        f"\ufeffStudent;ID;SIS Login ID;Section;{COLUMN}\r\n"
        "    Points Possible;;;;100,00\r\nLi, Lei;101;lilei;A;12,5\r\n"
    )
    assert fill_sheet(text, CANVAS_CLASS).text == text.replace("12,5", "87.5")


def test_a_short_row_gets_its_grade():
    """A row whose empty cells at the end were cut off is filled all the same."""
    text = f"Student,ID,SIS Login ID,Section,{COLUMN}\nLi,101,lilei\n"
    assert fill_sheet(text, CANVAS_CLASS).text == text.replace("lilei", "lilei,,87.5")


def test_students_from_elsewhere_are_found_by_login():
    """A folder called like a login, or a Blackboard user, gets a grade; a number alone doesn't."""
    ours = a_class(
        standing("LiLei", 80.0),
        standing("han", 70.0, source="blackboard", ref="hanmm"),
        moodle("someone", 60.0, "102"),
        standing("s-2", 50.0),
    )
    filled = fill_sheet(GRADEBOOK, ours)
    assert [row[5] for row in cells(filled.text)[3:]] == ["80", "50", "EX", "70", ""]
    assert filled.missing == ("someone",)


def test_an_anonymous_number_is_no_id():
    """Students who were downloaded anonymously are nobody in the gradebook."""
    ours = a_class(standing("anon-101", 80.0, source="canvas", ref="101", name="anon"))
    assert fill_sheet(GRADEBOOK, ours).filled == 0


MOODLE_CLASS = a_class(
    moodle("li-lei-8801", 87.5, "8801"),
    moodle("han-meimei-8802", None, "8802"),
    moodle("wang-fang-8803", 90.0, "8803"),
    moodle("gone-8805", 30.0, "8805"),
    canvas("zhang-wei-8804", 99.0, "8804"),
)


def test_a_worksheet_changes_in_one_cell():
    """The worksheet comes back to the byte, with the one grade in that can be written."""
    filled = fill_worksheet(WORKSHEET, MOODLE_CLASS)
    assert filled.text == WORKSHEET.replace('grading - ",,100.00', 'grading - ",87.5,100.00')
    assert filled.filled == 1


def test_who_got_nothing_in_moodle_is_told():
    """A locked grade, one that is none, and a student of nobody's are told with the reason."""
    filled = fill_worksheet(WORKSHEET, MOODLE_CLASS)
    assert filled.missing == ("gone-8805", "zhang-wei-8804")
    assert [str(left) for left in filled.left] == [
        "Participant 8802 (Han Meimei) was not graded.",
        "For Participant 8803 (Wang Fang) Moodle lets nobody change the grade.",
        str(Text(NOBODY, params={"name": "Participant 8804 (Zhang Wei)"})),
    ]


@pytest.mark.parametrize(
    ("most", "written"), [("10.00", "8.75"), ('"20,00"', "17.5"), ("100", "87.5")]
)
def test_moodle_counts_in_its_own_points(most, written):
    """A grade is scaled to the sheet's Maximum Grade, whatever its decimal sign."""
    low = WORKSHEET.replace("55.00", "").replace("40.00", "").replace("100.00", most)
    filled = fill_worksheet(low, MOODLE_CLASS)
    assert cells(filled.text)[1][5] == written


def test_more_than_moodle_takes_is_told():
    """Moodle drops a grade above its maximum without a word, so it is not written."""
    filled = fill_worksheet(WORKSHEET, a_class(moodle("li", 105.0, "8801")))
    assert filled.filled == 0
    assert str(filled.left[0]).endswith("the grade is more than the most that Moodle takes.")


HEADS = {
    "blind": "Identifier,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)",
    "blind, sentence case": "Identifier,Status,Grade,Maximum grade,Grade can be changed,Last",
    "Chinese": "标识符,状态,成绩,最高分,允许更改成绩,最后修改 (成绩)",
    "German": "ID,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert",
}
ROWS = {
    "blind": "Participant {},Submitted,{},100.00,{},-",
    "blind, sentence case": "Participant {},Submitted,{},100.00,{},-",
    "Chinese": "参与者{},已提交,{},100.00,{},-",
    "German": 'Teilnehmer/in {},Abgegeben,"{}","100,00",{},-',
}
NO = {"Chinese": "否", "German": "Nein"}


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_worksheets_in_other_languages(kind, delimiter):
    """Blind sheets, other languages and other separators are read by where things stand."""
    rows = [ROWS[kind].format(*row) for row in (("1", "", "?"), ("2", "", NO.get(kind, "No")))]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows(cells("\n".join([HEADS[kind], *rows]) + "\n"))
    filled = fill_worksheet(out.getvalue(), a_class(moodle("a", 50.0, "1"), moodle("b", 60.0, "2")))
    assert [row[2] for row in cells(filled.text, delimiter)[1:]] == ["50", ""]
    assert "lets nobody change" in str(filled.left[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        WORKSHEET.splitlines(keepends=True)[0],
        WORKSHEET.replace("100.00", "Good"),
        WORKSHEET.replace("Participant 8802", "Han"),
        WORKSHEET.replace("100.00,No", "90.00,No"),
        "Teilnehmer,Rolle,Gruppe,A,B,C\nP 1,x,,5,5,Ja\nP 2,x,,5,5,Ja\n",
        GRADEBOOK,
    ],
    ids="empty header scale names two-maxima ambiguous canvas".split(),
)
def test_another_worksheet_is_refused(text):
    """What is no grading worksheet, or has no one column of the most points, is refused."""
    with pytest.raises(UsageError, match="not a grading worksheet"):
        fill_worksheet(text, MOODLE_CLASS)


def test_an_english_sheet_is_read_by_its_names():
    """Where the numbers alone could mean two columns, the English names decide."""
    text = "Identifier,Marker,Grade,Maximum grade,Grade can be changed\nParticipant 1,,5,5,Yes\n"
    filled = fill_worksheet(text, a_class(moodle("a", 40.0, "1")))
    assert filled.text == text.replace("5,5", "2,5")


def test_a_number_beside_a_name_is_no_maximum():
    """In a sheet of one student, an ID number is no maximum: no grade stands left of it."""
    text = "标识符,全名,学号,状态,成绩,最高分,允许更改成绩\n参与者1,李雷,2024,已提交,,100.00,是\n"
    filled = fill_worksheet(text, a_class(moodle("a", 40.0, "1")))
    assert filled.text == text.replace(",,", ",40,")


# csv.writer leaves a lone carriage return without quotes.
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_a_sheet_is_what_csv_reads(rows, delimiter, end, quoting):
    """Cells with separators, quotes and line ends in them are read as CSV says."""
    rows = [["a", "b"], *rows]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    sheet = read_sheet(out.getvalue())
    assert [[value(cell) for cell in row] for row in sheet.rows[: len(rows)]] == rows


@given(st.text('",;\t\r\n\ufeffab', max_size=40) | st.text(max_size=40))
def test_a_sheet_is_given_back_to_the_byte(text):
    """Whatever it is: taken apart and put together again, it is the same; or it is refused."""
    try:
        sheet = read_sheet(text)
    except UsageError:
        return
    assert write_sheet(sheet) == text


@given(st.text(string.printable + "李雷\ufeff", max_size=300))
def test_no_text_breaks_the_readers(text):
    """Any text at all ends in a filled sheet or a usage error."""
    for fill, ours in ((fill_sheet, CANVAS_CLASS), (fill_worksheet, MOODLE_CLASS)):
        with contextlib.suppress(UsageError):
            assert fill(text, ours).filled >= 0


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def feedback_zip(ours, page):
    file = io.BytesIO()
    return write_feedback_zip(file, ours, page), file.getvalue()


def test_folders_are_as_moodle_takes_them_back():
    """The platform's own folder is used where Moodle can read it, else one that it can."""
    ours = a_class(
        moodle("a-1", ref="1", folder="Li Lei_1_assignsubmission_file_"),
        moodle("b-2", ref="2", folder="韩 梅梅_2_assignsubmission_file"),
        moodle("c_c-3", ref="3", folder="../x_3_assignsubmission_file_"),
        moodle("d-4", ref="4", folder="J_R_4_assignsubmission_file_"),
        moodle("e-5", ref="5"),
        standing("f", folder="elsewhere"),
        standing("g", source="gradescope", ref="7", folder="submission_7"),
    )
    count, data = feedback_zip(ours, lambda student: student.encode())
    assert count == 7
    assert unzipped(data) == {
        "Li Lei_1_assignsubmission_file_/feedback.html": b"a-1",
        "韩 梅梅_2_assignsubmission_file/feedback.html": b"b-2",
        "c-c-3_3_assignsubmission_file_/feedback.html": b"c_c-3",
        "d-4_4_assignsubmission_file_/feedback.html": b"d-4",
        "e-5_5_assignsubmission_file_/feedback.html": b"e-5",
        "f/feedback.html": b"f",
        "g/feedback.html": b"g",
    }


def test_moodle_finds_the_participant_in_every_folder():
    """Cut at its first four underscores, as Moodle does, a folder gives number and plugin."""
    ours = a_class(*(moodle(f"a_b-{n}", ref=str(n), folder=f"a_b_{n}_x") for n in range(3)))
    _, data = feedback_zip(ours, lambda _: b"")
    for number, name in enumerate(unzipped(data)):
        assert name.split("_", 4)[1:4] == [str(number), "assignsubmission", "file"]


def test_same_pages_same_zip():
    """The zip is the same bytes each time, and asks for one page after the other."""
    ours, asked = a_class(standing("b"), standing("a"), standing("c")), []

    def page(student):
        asked.append(student)
        return None if student == "c" else student.encode()

    assert feedback_zip(ours, page) == feedback_zip(ours, page)
    assert asked == ["a", "b", "c"] * 2
    assert list(unzipped(feedback_zip(ours, page)[1])) == ["a/feedback.html", "b/feedback.html"]
