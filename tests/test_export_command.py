"""`grader export` and `grader check --gradescope`, from a platform's download and back to it."""

import csv
import io
import json
import shutil
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from tests.command import Ran, run
from tests.minicourse import FILE, NAME, RIGHT, WRONG, write_course

CANVAS = f"""\
Student,ID,SIS User ID,SIS Login ID,Section,Old lab (11),{NAME} (12),Final Score
    Points Possible,,,,,10.00,20.00,(read only)
"Li, Lei",501,s501,lilei,A,7.00,,35.0
"Han, Mei",502,s502,hanmei,A,8.00,,40.0
"Student, Test",599,,x,A,,,
"""
MOODLE = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 501,Li Lei,s501,l@x.cn,Submitted for grading,,5.00,Yes,-,-,
Participant 502,Han Mei,s502,h@x.cn,Submitted for grading,,5.00,Yes,-,-,
Participant 777,Wei Hua,s777,w@x.cn,No submission,,5.00,Yes,-,-,
"""
DOWNLOADS = {
    "canvas": {
        f"lilei_501_9001_{FILE}": RIGHT,
        f"hanmei_LATE_502_9002_{NAME}-1.py": WRONG,
    },
    "moodle": {
        f"Li Lei_501_assignsubmission_file_/{FILE}": RIGHT,
        f"Han Mei_502_assignsubmission_file_/{FILE}": WRONG,
    },
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module", params=sorted(DOWNLOADS))
def batch(request, course, tmp_path_factory):
    """A platform's download, graded: the platform, and the batch's folder."""
    folder = tmp_path_factory.mktemp(request.param)
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for name, source in DOWNLOADS[request.param].items():
            archive.writestr(name, source)
    ran = run("batch", folder / "submissions.zip", "--out", folder / "out", "--course", course,
              "--lang", "en")  # fmt: skip
    assert ran.code == 0, ran.err
    return request.param, folder / "out"


def export(out: Path, kind: str, to: Path, *options: object, code: int = 0) -> Ran:
    ran = run("export", out, "--format", kind, "--out", to, "--lang", "en", *options)
    assert ran.code == code, ran.err
    return ran


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_grades_go_back_into_the_platforms_sheet(batch, tmp_path):
    """The exported sheet comes back with this assignment's grades, scaled to its points."""
    platform, out = batch
    sheet, filled = tmp_path / "sheet.csv", tmp_path / "filled.csv"
    sheet.write_text({"canvas": CANVAS, "moodle": MOODLE}[platform], encoding="utf-8")
    ran = export(out, platform, filled, "--sheet", sheet)
    assert "Grades filled in: 2" in ran.out
    heads, *students = rows(filled.read_text(encoding="utf-8"))
    column = heads.index(f"{NAME} (12)" if platform == "canvas" else "Grade")
    grades = {row[1]: row[column] for row in students}
    if platform == "canvas":
        assert (grades["501"], grades["502"], grades["599"]) == ("20", "12", "")
        assert "Old lab (11)" not in heads
    else:
        assert (grades["Li Lei"], grades["Han Mei"], grades["Wei Hua"]) == ("5", "3", "")


def test_the_sheet_itself_is_never_overwritten(batch, tmp_path):
    """--out may not be the sheet, which can hold columns that are not written."""
    platform, out = batch
    sheet = tmp_path / "sheet.csv"
    sheet.write_text({"canvas": CANVAS, "moodle": MOODLE}[platform], encoding="utf-8")
    before = sheet.read_bytes()
    assert "would be lost" in export(out, platform, sheet, "--sheet", sheet, code=2).words
    assert sheet.read_bytes() == before


WRONG_SHEETS = (
    ("none", None, "--sheet FILE"),
    ("not there", "nowhere.csv", "can't be read"),
    ("not UTF-8", "Identifier,Full name\n李雷\n".encode("gbk"), "not UTF-8"),
    ("no sheet", b"a,b\n1,2\n", "This is not"),
    ("empty", b"", "This is not"),
)


@pytest.mark.parametrize(("sheet", "says"), [w[1:] for w in WRONG_SHEETS],
                         ids=[w[0] for w in WRONG_SHEETS])  # fmt: skip
def test_what_is_no_sheet(batch, tmp_path, sheet, says):
    """A sheet that can't be filled is told, with what to do, and nothing is written."""
    platform, out = batch
    options = []
    if sheet is not None:
        path = tmp_path / "sheet.csv"
        if isinstance(sheet, bytes):
            path.write_bytes(sheet)
        options = ["--sheet", path]
    ran = export(out, platform, tmp_path / "filled.csv", *options, code=2)
    assert says in ran.words
    assert not (tmp_path / "filled.csv").exists()


def test_a_sheet_of_another_class_is_told(batch, tmp_path):
    """Where no grade finds a place, nothing is written."""
    platform, out = batch
    sheet = tmp_path / "sheet.csv"
    text = {"canvas": CANVAS, "moodle": MOODLE}[platform].replace("50", "90")
    sheet.write_text(text.replace("lilei", "x").replace("hanmei", "y"), encoding="utf-8")
    ran = export(out, platform, tmp_path / "filled.csv", "--sheet", sheet, code=2)
    assert "No grade has a place in" in ran.words
    assert not (tmp_path / "filled.csv").exists()


def test_feedback_goes_back_in_the_platforms_folders(batch, tmp_path):
    """The zip has each student's page, in folders that Moodle takes back if it was Moodle's."""
    platform, out = batch
    export(out, "feedback", tmp_path / "feedback.zip")
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        names = archive.namelist()
        pages = {archive.read(name) for name in names}
    assert pages == {path.read_bytes() for path in out.glob("feedback/*.html")}
    if platform == "moodle":
        assert names == [
            "Han Mei_502_assignsubmission_file_/feedback.html",
            "Li Lei_501_assignsubmission_file_/feedback.html",
        ]


def test_exports_are_the_same_bytes_each_time(batch, tmp_path):
    """Every format, written twice, is the same to the byte."""
    _, out = batch
    for kind in ("csv", "feedback", "gradescope", "junit"):
        first, second = tmp_path / f"1.{kind}", tmp_path / f"2.{kind}"
        export(out, kind, first)
        export(out, kind, second)
        assert first.read_bytes() == second.read_bytes() != b"", kind


def test_the_csv_is_the_batchs_own(batch, tmp_path):
    """The exported csv is what the batch wrote."""
    _, out = batch
    export(out, "csv", tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_bytes() == (out / "grades.csv").read_bytes()


def test_junit_counts_what_went_wrong(batch, tmp_path):
    """A check that a student lost is a failure in JUnit's XML."""
    _, out = batch
    export(out, "junit", tmp_path / "junit.xml")
    root = ET.parse(tmp_path / "junit.xml").getroot()
    cases = root.findall(".//testcase")
    assert len(cases) == 8
    assert len([c for c in cases if c.find("failure") is not None]) == 2


def test_gradescope_has_a_result_for_each(batch, tmp_path):
    """Each submission has a results.json with its score."""
    _, out = batch
    export(out, "gradescope", tmp_path / "gradescope.zip")
    with zipfile.ZipFile(tmp_path / "gradescope.zip") as archive:
        scores = {name: json.loads(archive.read(name))["score"] for name in archive.namelist()}
    assert scores == {"501/results.json": 10, "502/results.json": 6}


def test_an_unwritable_place_is_told(batch, tmp_path):
    """Where nothing can be written, that is said, with another way."""
    _, out = batch
    ran = export(out, "csv", tmp_path / "nowhere" / "x.csv", code=2)
    assert "Choose another place with --out FILE" in ran.words


def test_the_autograder_needs_no_batch(course, tmp_path):
    """Gradescope's autograder zip is made of the course, and holds its hidden checks."""
    export(tmp_path, "gradescope-autograder", tmp_path / "autograder.zip", "--course", course)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        names = archive.namelist()
    assert {"setup.sh", "run_autograder"} <= set(names)
    assert any(name.endswith("test_hidden.py") for name in names)


def test_check_writes_gradescopes_result(course, tmp_path):
    """Grader check --gradescope FILE writes the results.json beside everything else."""
    path = Path(shutil.copytree(course / "assignments" / NAME, tmp_path / "work")) / FILE
    path.write_text(WRONG)
    result = tmp_path / "results.json"
    ran = run("check", path, "--course", course, "--gradescope", result, "--lang", "en")
    assert ran.code == 1
    assert json.loads(result.read_text())["score"] == 6
