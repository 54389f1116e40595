"""grades.csv, results.json of Gradescope and JUnit XML: what is in them, and what never is."""

import csv
import io
import json
import re
import tracemalloc
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.grades import Correction, Grade, Late
from grader.report import csv as grades_csv
from grader.report import gradescope, junit
from grader.report.language import show
from grader.results import Evidence, Outcome, Text, score
from tests.classes import CHECKS as MANY
from tests.classes import overview
from tests.command import strict_json
from tests.reports import REPORTS
from tests.standings import CHECKS, a_class, late, standing

ANY = st.text(max_size=30) | st.text("=+-@＝＋－＠;\"' \t\r\n,a1", max_size=12)
STARTS = tuple("=+-@＝＋－＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def table(text):
    """What a program reads: the header and the rows by name."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


def test_a_class_as_a_table():
    """A row for each student, with numbers as numbers and nothing where there is no grade."""
    ours = a_class(
        standing(
            "li-lei",
            87.5,
            name="李雷, Lei",
            ref="101",
            file="a.py",
            late=late(2, 20.0),
            line={"points": {"softmax": 60.0, "training": 27.5}, "diagnoses": ("x", "y-z")},
        ),
        standing("nobody", None),
        standing("unread", 0.0, line={"cause": Text("{f} is empty.", params={"f": "a.py"})}),
        standing("unsure", 100.0, late=late(None)),
    )
    rows = table(grades_csv.render(ours, "en"))
    assert ",".join(rows[0]) == (
        "student,name,ref,file,status,score,corrected,late_days,late_percent,final,max_score,"
        "points_softmax,points_training,diagnoses,note"
    )
    assert [list(row.values()) for row in rows] == [
        "li-lei/李雷, Lei/101/a.py/graded/87.5/87.5/2/20/87.5/100/60/27.5/x y-z/".split("/"),
        "nobody/nobody///not_graded//////100////A check is broken.".split("/"),
        "unread/unread///graded/0/0///0/100////a.py is empty.".split("/"),
        "unsure/unsure///graded/100/100//0/100/100////"
        "It is known to be late, but not how late.".split("/"),
    ]


def test_the_tables_lines_end_as_excel_ends_them():
    """Every line ends in CRLF, and there is one byte order mark."""
    text = grades_csv.render(overview(30), "zh")
    assert text.count("\r\n") == text.count("\n") == 31
    assert text.count("\ufeff") == 1
    assert "检查文件有错误" in text


@given(name=ANY, file=ANY, note=ANY, diagnosis=ANY)
def test_no_cell_starts_a_formula(name, file, note, diagnosis):
    """Whatever a student writes, no cell is a formula, cut at commas or at semicolons."""
    line = {"cause": Text(note), "diagnoses": (diagnosis,)}
    text = grades_csv.render(a_class(standing("a", name=name, file=file, line=line)), "en")
    text.encode()  # or it could not be written
    for separator in ",;":
        rows = csv.reader(io.StringIO(text[1:], newline=""), delimiter=separator)
        for cell in (cell for row in rows for cell in row):
            assert not cell.lstrip(' "\t\r\n').startswith(STARTS) or NUMBER.fullmatch(cell)


@given(ANY)
def test_a_name_comes_back(name):
    """A name is read back as it was: in one line, perhaps with apostrophes that defuse it."""
    (row,) = table(grades_csv.render(a_class(standing("a", name=name)), "en"))
    plain = "".join(c if c.isprintable() else " " for c in name).strip()
    assert row["name"].replace("'", "") == plain.replace("'", "")
    assert row["name"] == plain or set(plain) & set(STARTS)


ALLOWED = {
    "": {"score", "output", "output_format", "test_output_format", "test_name_format",
         "stdout_visibility", "tests"},
    "test": {"name", "score", "max_score", "status", "output", "visibility"},
}  # fmt: skip


def at_once(text):
    """All that a student sees before the grades are published."""
    content = json.loads(text)
    seen = [test for test in content["tests"] if test["visibility"] == "visible"]
    return content["output"] + json.dumps(seen, ensure_ascii=False)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", REPORTS)
def test_results_are_as_gradescope_specifies(name, lang):
    """Every report is strict JSON in ASCII, with the specified keys and values alone."""
    report = REPORTS[name]
    text = gradescope.render(report, None, lang)
    assert text.isascii()
    content = strict_json(text)
    assert set(content) <= ALLOWED[""]
    assert content["output"] or not report.checks
    for test in content["tests"]:
        assert set(test) <= ALLOWED["test"]
        assert test["visibility"] in {"visible", "after_published", "hidden"}
        assert test.get("status", "passed") in {"passed", "failed"}
        assert isinstance(test["output"], str)
    if report.status == "graded":
        assert content["score"] == score(report)
        assert sum(test.get("score", 0) for test in content["tests"]) == content["score"]
        assert {test.get("max_score") for test in content["tests"]} - {None}
    assert content["stdout_visibility"] == "hidden"
    assert content["output_format"] == content["test_output_format"] == "text"


def test_hidden_checks_wait_until_grades_are_published():
    """Before that, a student sees no title, message, outcome, score or warning of theirs."""
    report = REPORTS["failed"]
    secret = Text("SECRET {n}", params={"n": 1})
    checks = [
        replace(c, title=Text(f"SECRET {n}"), message=secret, hint=secret, diagnosis="SECRET")
        if c.visibility == "hidden"
        else c
        for n, c in enumerate(report.checks)
    ]
    quoting = Text("Not run: {title}", params={"title": checks[2].title})
    checks[-1] = replace(checks[-1], outcome=Outcome.SKIPPED, message=quoting)
    notes = (Text("SECRET warning"),)
    text = gradescope.render(replace(report, checks=tuple(checks), notes=notes), None, "en")
    assert "SECRET" not in at_once(text)
    assert json.loads(text)["output"] == (
        "3 of 7 visible checks passed.\n6 more checks are shown when the grades are published."
    )
    passing = [
        replace(c, outcome=Outcome.PASSED, points=c.max_points) if c.visibility == "hidden" else c
        for c in checks
    ]
    other = gradescope.render(replace(report, checks=tuple(passing), notes=()), None, "en")
    assert at_once(text) == at_once(other)


def test_what_is_withheld_is_not_written():
    """Evidence that an author withholds is gone, even from a whole report."""
    report = REPORTS["failed"]
    bad = replace(report.checks[3], evidence=Evidence("CALL", "GOT", "EXPECTED"), shows=False)
    text = gradescope.render(replace(report, checks=(bad,)), None, "en")
    assert not re.search("CALL|GOT|EXPECTED", text)


def test_a_visible_failure_says_all():
    """Message, call, answer, expected value, the student's own line and the hint are there."""
    tests = json.loads(gradescope.render(REPORTS["failed"], None, "en"))["tests"]
    assert tests[4]["output"].splitlines() == [
        "loss has the opposite sign: entry 0 differs.",
        "call: loss(a=array([0.7, 0.2, 0.1]), y=array([1., 0., 0.]))",
        "got: -0.35667494393873245",
        "expected: 0.35667494393873245",
        "Hint: See step 4 of the lesson: the sum has a minus before it.",
    ]
    assert "answer.py, line 19" in tests[7]["output"]
    assert "'The sign of every entry' did not pass" in tests[10]["output"]
    assert {tests[n]["visibility"] for n in (4, 7, 10)} == {"visible"}


def test_where_nothing_is_hidden_all_is_shown_at_once():
    """In a student's kit every test, and the notes, can be seen."""
    tests = json.loads(gradescope.render(REPORTS["kit"], None, "en"))["tests"]
    assert tests[-1]["name"] == "Notes"
    assert {test["visibility"] for test in tests} == {"visible"}


def test_one_cause_is_told_once():
    """What broke every check stands above the tests and in none of them."""
    report = REPORTS["broken"]
    content = json.loads(gradescope.render(report, None, "en"))
    assert show(report.cause.message, "en") in content["output"]
    assert {test["output"] for test in content["tests"]} == {""}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_was_not_graded_has_no_score(lang):
    """There is no score, the output says so, and the reason is for the course team."""
    content = json.loads(gradescope.render(REPORTS["not_graded"], None, lang))
    assert "score" not in content
    assert content["output"] == gradescope.translate(gradescope.NOT_GRADED, lang)
    (reason,) = content["tests"]
    assert reason["visibility"] == "hidden"
    assert "checks/test_loss.py" in reason["output"]


def grade(**fields):
    return Grade(**({"raw": 80.0, "corrected": 80.0, "final": 80.0, "max_score": 100.0} | fields))


CORRECTIONS = (
    Correction(student="a", group="loss", points=12.5, comment="A slip of ours.", at=None),
    Correction(student="a", submitted=None, comment="You were ill.", at=None),
)


@pytest.mark.parametrize(
    ("name", "given", "wanted", "said"),
    [
        ("failed", grade(final=63.337), 63.34, ["3 of 7 visible checks passed."]),
        ("failed", grade(corrections=CORRECTIONS), 80.0,
         ["A person gave The loss 12.5 points. A slip of ours.", "You were ill."]),
        ("failed", grade(final=72.0, late=Late(1, 0, 10.0)), 72.0,
         ["Handed in late: 10 % of the points are taken off."]),
        ("failed", grade(late=Late(1, 1, 0.0)), 80.0, ["3 of 7 visible checks passed."]),
        ("not_graded", grade(raw=None), 80.0, []),
        ("not_graded", grade(raw=None, corrected=None, final=None), None, ["not your fault"]),
    ],
)  # fmt: skip
def test_a_persons_grade_counts(name, given, wanted, said):
    """The score is the final grade, and what people and the late policy changed is told."""
    content = json.loads(gradescope.render(REPORTS[name], given, "en"))
    assert content.get("score") == wanted
    assert all(words in content["output"] for words in said)
    assert ("late" in content["output"]) is (given.late is not None and given.late.percent > 0)


def parsed(ours, reports=None, lang="en"):
    text = "".join(junit.render(ours, reports, lang))
    return ET.fromstring(text.encode())


def test_a_class_as_junit():
    """A suite for each student, a case for each check, and the counts agree."""
    outcomes = dict(zip((c.id for c in CHECKS), ("passed", "failed", "skipped"), strict=True))
    root = parsed(a_class(standing("a", 20.0, line={"outcomes": outcomes, "seconds": 1.5})))
    (suite,) = root
    counts = {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    assert root.attrib == {"name": "NewCross_softmax"} | counts
    assert suite.attrib == {"name": "a", "time": "1.500"} | counts
    assert [
        (case.get("classname"), case.get("name"), *(c.tag for c in case)) for case in suite
    ] == [
        ("a.softmax", "the sum is 1"),
        ("a.softmax", "a shift", "failure"),
        ("a.training", "the rate", "skipped"),
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_whole_class_adds_up(lang):
    """In a class in every situation, each count is that of the elements."""
    ours = overview(80)
    root = parsed(ours, None, lang)
    assert len(root) == len(ours.standings)
    for element in (root, *root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
                          ("skipped", "skipped")):  # fmt: skip
            assert int(element.get(name)) == len(element.findall(f".//{tag}")), (tag, element)
    ungraded = sum(s.status == "not_graded" for s in ours.standings)
    assert ungraded
    assert len(root.findall(".//error[@type='not_graded']")) == ungraded


def test_messages_come_from_the_reports():
    """With reports, each failed check has its message, without none; who has none is not asked."""
    report = REPORTS["failed"]
    outcomes = {check.id: str(check.outcome) for check in report.checks}
    ours = a_class(standing("a", 20.0, line={"outcomes": outcomes}), standing("b", None))
    checks = tuple(replace(MANY[0], id=check.id, group=check.group) for check in report.checks)
    ours = replace(ours, checks=checks)
    said = [e.get("message") for e in parsed(ours, {"a": report}.__getitem__).iter("failure")]
    assert said == [
        "The answer holds values that are not finite.",
        "loss has the opposite sign: entry 0 differs.",
    ]
    assert {e.get("message") for e in parsed(ours).iter("failure")} == {""}


@given(student=st.text(max_size=20), reason=st.text(max_size=40))
def test_any_text_is_well_formed_xml(student, reason):
    """What XML can't hold becomes a blank, everything else comes back as it was."""
    ours = a_class(standing(student, None, line={"reason": Text(reason)}))
    (suite,) = parsed(ours)
    for found, wanted in ((suite.get("name"), student), (suite[0][0].get("message"), reason)):
        assert len(found) == len(wanted)
        assert all(a in (b, " ") for a, b in zip(found, wanted, strict=True))


def test_a_large_class_is_written_piece_by_piece():
    """What stands in memory does not grow with the class."""

    def most(students):
        ours = overview(students)
        tracemalloc.start()
        for _piece in junit.render(ours, None, "en"):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(400) < 1.5 * most(40)
