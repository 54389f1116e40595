"""gradebook.sqlite: its schema, its versions, who may read it, and what can go wrong with it."""

import datetime as dt
import re
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from grader import gradebook
from grader.errors import UsageError
from grader.gradebook import FILE, SCHEMA, VERSION, About, Gradebook
from grader.grades import Correction, Entry, GroupInfo
from grader.results import Origin, Text, pack_report, without_seconds
from tests import reports as samples

AT = dt.datetime(2026, 12, 9, 8, 0, tzinfo=dt.UTC)
ENTRY = Entry(
    student="李雷-17",
    name="李雷 'Robert'); DROP TABLE students;--",
    source="moodle",
    ref="17",
    folder="李雷_17_assignsubmission_file_",
    file="a/NewCross_softmax.py",
    submitted=AT,
    late=True,
    others=("old.py", 'b",[].py'),
)


def about(*groups):
    return About("X", Text("X", "某"), "course", "rules", groups, None, 0.94, 7, "en", 180.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / FILE


@pytest.fixture
def book(path):
    with Gradebook.create(path) as book:
        yield book


REPORTS = (
    samples.full_marks, samples.failed, samples.untouched, samples.diverged, samples.broken,
    samples.notebook, samples.not_graded, samples.no_epoch,
)  # fmt: skip


@pytest.fixture(params=REPORTS, ids=lambda make: make.__name__)
def report(request):
    # Names are cleaned where they enter a class: half a surrogate pair does not get this far.
    return replace(request.param(), submission=Origin("a.py", "0" * 64))


def keep(book, report, entry=ENTRY, key="k"):
    book.keep(entry, key, "s", "rules", pack_report(report), b"12345678")


def test_what_is_kept_is_read_back(book, report):
    """A report of any kind, and who handed it in, come back as they were."""
    keep(book, report)
    assert book.kept(ENTRY.student) == ("k", "rules", "s", ENTRY)
    assert pack_report(book.report(ENTRY.student)) == pack_report(report)
    assert list(book.fingerprints()) == [(ENTRY.student, b"12345678")]


def test_the_class_is_what_was_kept(book, report):
    """Points, outcomes, epochs and reasons of the overview are those of the reports."""
    book.describe(about(*(GroupInfo(g.name, g.title, 50.0) for g in report.groups)))
    keep(book, report)
    (standing,) = book.overview().standings
    assert standing.entry == ENTRY
    assert standing.outcomes == {c.id: c.outcome for c in report.checks}
    assert sum(standing.points.values()) == (standing.grade.raw or 0.0)
    assert standing.epochs == (report.training.epochs if report.training else ()) or any(
        epoch.loss != epoch.loss for epoch in standing.epochs
    )
    assert (standing.grade.raw is None) == (report.status == "not_graded")


def test_a_later_report_takes_the_place_of_an_earlier_one(book):
    """A student has one row, and the checks of one report."""
    other = samples.failed()
    for report in (samples.full_marks(), other):
        keep(book, report)
    assert book.students() == [ENTRY.student]
    assert without_seconds(book.report(ENTRY.student)) == without_seconds(other)


def test_corrections_are_only_added(book, path):
    """Every decision stays in the file, the oldest first, with its times and zones."""
    made = [
        Correction(student="a", group="delta", points=1.5, comment="'; --", by="x", at=AT),
        Correction(student="a", submitted=AT.astimezone(dt.timezone(dt.timedelta(hours=8))), at=AT),
        Correction(student="a", group="delta", at=AT),
    ]
    for correction in made:
        book.correct(correction)
    assert book.corrections("a") == tuple(made)
    assert book.corrections("b") == ()


def test_readers_read_while_a_batch_writes(book, path):
    """Another program sees what is kept, while the writer is in the middle of the next row."""
    keep(book, samples.full_marks())
    with book._writing():
        book._connection.execute("UPDATE students SET name = 'half done'")
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as reader:
            assert reader.execute("SELECT name FROM students").fetchone() == (ENTRY.name,)
        reader.close()


def test_nothing_but_the_one_file_is_left(path):
    """After closing, the gradebook is one file that can be copied."""
    with Gradebook.create(path) as book:
        keep(book, samples.full_marks())
    assert [p.name for p in path.parent.iterdir()] == [FILE]


def test_the_schema_is_documented():
    """Every table's columns have a comment, or a name that README's result format explains."""
    columns = re.findall(
        r"^    (\w+) (?:TEXT|REAL|INTEGER|BLOB)(.*)$", SCHEMA.read_text(), re.MULTILINE
    )
    known = {"student", "points", "max_points", "diagnosis", "seconds", "comment", "by", "at",
             "number", "about"}  # fmt: skip
    assert {name for name, rest in columns if "--" not in rest} <= known
    assert len(columns) > 25


def test_an_older_gradebook_is_brought_up_to_date(path, monkeypatch):
    """A file of the version before gets what is new, and keeps every row."""
    with Gradebook.create(path) as book:
        keep(book, samples.full_marks())
    later = (*gradebook.MIGRATIONS, "ALTER TABLE students ADD COLUMN mood TEXT DEFAULT 'good'")
    monkeypatch.setattr(gradebook, "MIGRATIONS", later)
    monkeypatch.setattr(gradebook, "VERSION", VERSION + 1)
    with Gradebook.read(path) as book:
        row = book._connection.execute("SELECT student, mood FROM students").fetchone()
        assert row == (ENTRY.student, "good")
        assert book._connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)


def test_a_migration_that_fails_changes_nothing(path, monkeypatch):
    """A file that can't be brought up to date is as it was, version and rows."""
    with Gradebook.create(path) as book:
        keep(book, samples.full_marks())
    bad = (*gradebook.MIGRATIONS, "DELETE FROM students; ALTER TABLE nowhere ADD COLUMN x")
    with monkeypatch.context() as patch:
        patch.setattr(gradebook, "MIGRATIONS", bad)
        patch.setattr(gradebook, "VERSION", VERSION + 1)
        with pytest.raises(UsageError):
            Gradebook.create(path)
    with Gradebook.read(path) as book:
        assert book.students() == [ENTRY.student]


def a_newer_one(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


BROKEN = (
    ("not there", lambda path: None, "There is no gradebook"),
    ("no database", lambda path: path.write_bytes(b"x" * 5000), "not a database"),
    ("a newer grader's", a_newer_one, "newer grader"),
)


@pytest.mark.parametrize(("make", "says"), [r[1:] for r in BROKEN], ids=[r[0] for r in BROKEN])
def test_what_is_no_gradebook(path, make, says):
    """What can't be opened is said, with its path, and nothing about Python."""
    make(path)
    with pytest.raises(UsageError) as raised:
        Gradebook.read(path)
    assert says in str(raised.value)
    assert str(path.parent) in str(raised.value)


def test_a_damaged_report_is_not_graded_and_the_others_are(book, path):
    """A report that can't be read any more costs nobody else the grade."""
    report = samples.full_marks()
    book.describe(about(*(GroupInfo(g.name, g.title, 50.0) for g in report.groups)))
    keep(book, report)
    keep(book, report, Entry(student="other", name="other"))
    book._connection.execute("UPDATE students SET report = zeroblob(20) WHERE student = 'other'")
    one, other = sorted(book.overview().standings, key=lambda s: s.entry.student == "other")
    assert (one.status, other.status) == ("graded", "not_graded")
    assert "can't be read" in str(other.reason)


def test_what_was_graded_by_other_rules_is_outdated(book):
    """A row of an earlier grading, and its checks, are told apart, whatever groups it has."""
    book.describe(about(GroupInfo("renamed", Text("x"), 100.0)))
    keep(book, samples.full_marks())
    book.keep(Entry(student="b", name="b"), "k", "s", "old", pack_report(samples.failed()), b"")
    standings = {s.entry.student: s for s in book.overview().standings}
    assert [standings[name].outdated for name in (ENTRY.student, "b")] == [False, True]


def test_a_damaged_report_is_told(book, path):
    """A report that another version wrote, or a disk has damaged, is told with the file's path."""
    keep(book, samples.full_marks())
    book._connection.execute("UPDATE students SET report = zeroblob(20)")
    with pytest.raises(UsageError, match=re.escape(str(path))):
        book.report(ENTRY.student)


def test_a_full_disk_keeps_what_was_kept(book, path):
    """When a row doesn't fit any more, that is said, and the rows before it stay."""
    keep(book, samples.full_marks())
    pages = book._connection.execute("PRAGMA page_count").fetchone()[0]
    book._connection.execute(f"PRAGMA max_page_count = {pages}")
    students = [Entry(student=f"s{number}", name="x") for number in range(50)]
    with pytest.raises(UsageError, match="full"):
        [keep(book, samples.failed(), student) for student in students]
    assert ENTRY.student in book.students()
