"""`grader batch`: a class graded, kept, gone on with, corrected and shown again."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.command import Ran, command, environment, run, run_process, strict_json
from tests.minicourse import (
    BROKEN,
    FILE,
    NAME,
    QUITS,
    RAISES,
    RIGHT,
    TABLE,
    TEMPLATE,
    WRONG,
    write_class,
    write_course,
)

CLASS = {
    "ann": RIGHT,
    "bob": WRONG,
    "chris": BROKEN,
    "dora": RAISES,
    "eve": QUITS,
    "fay": TEMPLATE,
    "李雷": RIGHT.replace("x + x", "2 * x"),
}
SCORES = {"ann": 10, "bob": 6, "chris": 0, "dora": 2, "eve": 2, "fay": 0, "李雷": 10}


@pytest.fixture
def course(tmp_path):
    return write_course(tmp_path / "course")


@pytest.fixture
def submissions(tmp_path):
    return write_class(tmp_path / "submissions", **CLASS)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def batch(course, submissions, out):
    """Run a batch of the class, and hold it to an exit code."""

    def batch(*options: object, code: int = 0) -> Ran:
        ran = run("batch", submissions, "--out", out, "--course", course, "--lang", "en",
                  "--jobs", 1, *options)  # fmt: skip
        assert ran.code == code, ran.err
        return ran

    return batch


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class that was graded once: copy it before you change it."""
    folder = tmp_path_factory.mktemp("graded")
    course = write_course(folder / "course")
    submissions = write_class(folder / "submissions", **CLASS)
    ran = run("batch", submissions, "--out", folder / "out", "--course", course, "--lang", "en")
    return folder, ran


@pytest.fixture
def copied(graded, tmp_path):
    """The graded class's batch folder, to be changed."""
    return Path(shutil.copytree(graded[0] / "out", tmp_path / "copied"))


def grades(out: Path) -> dict[str, dict[str, str]]:
    text = (out / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(text.splitlines())}


def finals(out: Path) -> dict[str, float | None]:
    return {
        name: float(row["final"]) if row["final"] else None for name, row in grades(out).items()
    }


def contents(out: Path) -> dict[str, bytes | list[tuple[object, ...]]]:
    """Everything that a batch leaves, but for the seconds that gradings took."""
    found: dict[str, bytes | list[tuple[object, ...]]] = {}
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        name = str(path.relative_to(out))
        if path.suffix == ".sqlite":
            with sqlite3.connect(path) as book:
                found[name] = book.execute(
                    "SELECT student, name, file, others, sha256, status, reason, score, key"
                    " FROM students ORDER BY student"
                ).fetchall()
            book.close()
        elif name != "index.html":  # it shows the seconds
            found[name] = re.sub(rb'"seconds": [0-9.e-]+', b"", path.read_bytes())
    return found


# A class, graded


def test_everyone_has_a_grade(graded):
    """Right, wrong, broken and untouched work all have a row, with the points they earned."""
    folder, ran = graded
    assert ran.code == 0
    assert finals(folder / "out") == SCORES


def test_what_is_printed(graded):
    """The terminal tells how many, the mean, the median, and where to look."""
    _, ran = graded
    assert "Submissions: 7" in ran.out
    assert "Doubling and halving: 7 of 7 graded" in ran.out
    assert "Mean 4.3, median 2, of 10 points" in ran.out
    assert "index.html" in ran.out
    assert ran.err == ""


def test_nothing_is_left_elsewhere(course, submissions, out, tmp_path):
    """The course's folder stays as it was, and so does the folder for temporary files."""
    before, temporary = sorted(course.rglob("*")), tmp_path / "temporary"
    temporary.mkdir()
    ran = run_process("batch", submissions, "--out", out, "--course", course, TMPDIR=str(temporary))
    assert ran.code == 0
    assert sorted(course.rglob("*")) == before
    assert list(temporary.iterdir()) == []


def test_what_is_left(graded):
    """A batch folder holds what the design says, and no drafts."""
    out = graded[0] / "out"
    assert {p.name for p in out.iterdir()} == {
        *("index.html", "grades.csv", "gradebook.sqlite", "results", "feedback", ".grader.lock")
    }
    assert {p.name for p in (out / "results").iterdir()} == {f"{s}.json" for s in CLASS}
    assert {p.name for p in (out / "feedback").iterdir()} == {
        f"{s}{suffix}" for s in CLASS for suffix in (".html", ".json")
    }


def test_results_hold_all_and_feedback_what_a_student_may_see(graded):
    """A hidden check's input stands in the instructor's result, and not in the feedback."""
    out = graded[0] / "out"
    result, seen = (
        strict_json((out / part / "eve.json").read_text()) for part in ("results", "feedback")
    )
    assert "double([0. 0. 0.])" in json.dumps(result)
    assert "double([0. 0. 0.])" not in json.dumps(seen)
    assert "double([0. 0. 0.])" not in (out / "feedback" / "eve.html").read_text()
    assert result["score"] == seen["score"] == 2


def test_a_feedback_page_holds_nothing_of_others(graded):
    """No student's page or feedback has a word of another student's code or name."""
    for path in (graded[0] / "out" / "feedback").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [s for s in CLASS if s != path.stem and re.search(rf"\b{s}\b", text)], path


def test_the_same_class_in_a_zip_has_the_same_grades(graded, tmp_path, course, out):
    """A zip of a folder is graded like the folder, to the byte."""
    archive = shutil.make_archive(str(tmp_path / "class"), "zip", graded[0] / "submissions")
    run("batch", archive, "--out", out, "--course", course, "--lang", "en")
    same = contents(out)
    before = contents(graded[0] / "out")
    assert same == before


def test_jobs_change_nothing(batch, graded, out):
    """One job at a time gives what two give."""
    batch()
    assert contents(out) == contents(graded[0] / "out")


# Going on


def graded_again(batch, out, *options) -> set[str]:
    """Run the batch again; tell whose report is not the very one that was kept."""
    before = reports(out)
    batch(*options)
    return {student for student, report in reports(out).items() if before.get(student) != report}


def reports(out: Path) -> dict[str, bytes]:
    with sqlite3.connect(out / "gradebook.sqlite") as book:
        found = dict(book.execute("SELECT student, report FROM students"))
    book.close()
    return found


def test_nothing_is_graded_twice(batch, out):
    """The same command again leaves every report as it was, seconds and all, and says so."""
    assert "Graded now: 7" in batch().out
    assert graded_again(batch, out) == set()
    assert "Graded now: 0" in batch().out


def test_only_what_changed_is_graded_again(batch, submissions, out):
    """A student who hands in again is graded again, and nobody else."""
    batch()
    (submissions / "bob" / FILE).write_text(RIGHT)
    assert graded_again(batch, out) == {"bob"}
    assert finals(out) == SCORES | {"bob": 10}


def test_a_new_student_is_added(batch, submissions, out):
    """Who hands in later is added, and nobody else is graded again."""
    batch()
    write_class(submissions, zoe=RIGHT)
    assert graded_again(batch, out) == {"zoe"}


CHANGES = (
    ("a hidden check", lambda course: edit(course, HIDDEN_FILE, "zeros(3)", "zeros(4)"), True),
    ("a visible check's hint", lambda course: edit(course, VISIBLE_FILE, "Divide", "Split"), True),
    ("a limit", lambda course: edit(course, TABLE_FILE, "= 10\ncall", "= 9\ncall"), True),
    ("a comment in the toml", lambda course: edit(course, TABLE_FILE, "[limits]", "# x\n[limits]"),
     False),
    ("the handout", lambda course: edit(course, f"assignments/{NAME}/README.md", "D", "d"), False),
)  # fmt: skip
TABLE_FILE = f"assignments/{NAME}/assignment.toml"
VISIBLE_FILE = f"assignments/{NAME}/checks/test_visible.py"
HIDDEN_FILE = f"solutions/{NAME}/checks/test_hidden.py"


def edit(course: Path, name: str, old: str, new: str) -> None:
    path = course / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "matters"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_what_makes_a_grade_out_of_date(batch, course, out, change, matters):
    """A change of the checks or the rules grades everyone again; one of words around it doesn't."""
    batch()
    change(course)
    assert graded_again(batch, out) == (set(CLASS) if matters else set())


def test_another_seed_grades_again(batch, out):
    """The seed is a part of what a grade depends on."""
    batch()
    assert graded_again(batch, out, "--seed", 1) == set(CLASS)


def test_fresh_grades_everyone_again(batch, out):
    """--fresh grades again what is up to date, with the same grades."""
    batch()
    before = contents(out)
    assert len(graded_again(batch, out, "--fresh")) > 0  # seconds differ in nearly all
    assert contents(out) == before


def test_only_one_student(batch, out):
    """--only grades one student, by id or name, and leaves the others alone."""
    batch("--only", "bob")
    assert finals(out) == {"bob": 6}
    assert graded_again(batch, out, "--only", "ANN") == {"ann"}


def test_an_unfinished_batch_is_not_taken_for_a_whole_one(batch, out):
    """While some have not been graded yet, report and export say so."""
    batch("--only", "bob")
    said = "Not graded yet: 6 more. Give the same batch command again."
    assert said in run("report", out, "--lang", "en").words
    ran = run("export", out, "--format", "csv", "--out", out / "x.csv", "--lang", "en")
    assert said in ran.words
    assert "Not graded yet" not in batch().words


def test_who_is_absent_keeps_the_grade(batch, submissions, out):
    """A student who is not in the folder any more keeps the row and the page."""
    batch()
    shutil.rmtree(submissions / "ann")
    ran = batch()
    assert "Graded before, and not here now, 1: ann" in ran.words
    assert finals(out) == SCORES


def test_a_lost_page_comes_back(batch, out):
    """A page that was deleted or cut short is made again, without grading."""
    batch()
    before = contents(out)
    (out / "feedback" / "ann.html").unlink()
    (out / "results" / "bob.json").write_text("")
    assert graded_again(batch, out) == set()
    assert contents(out) == before


def test_another_language_makes_the_pages_again(batch, out):
    """Another --lang makes every page in it, without grading."""
    batch()
    assert graded_again(batch, out, "--lang", "zh") == set()
    assert "加倍" in (out / "feedback" / "ann.html").read_text(encoding="utf-8")


# What can't be graded


def test_what_is_no_submission_has_a_row(batch, submissions, out):
    """Who hands in a PDF alone is not graded, with the reason, and the code says so."""
    (submissions / "pia").mkdir()
    (submissions / "pia" / "report.pdf").write_bytes(b"%PDF")
    ran = batch(code=2)
    assert "7 of 8 graded, 1 not graded" in ran.out
    assert "pia" in ran.out
    assert grades(out)["pia"]["final"] == ""
    assert "report.pdf" in grades(out)["pia"]["note"]
    page = (out / "feedback" / "pia.html").read_text()
    assert "Hand in one file that can be graded" in page
    assert "has to be put right by the course team" not in page


def test_two_files_are_a_question_and_no_zero(batch, submissions, out):
    """Two files that could both be meant are told, and nobody's grade is guessed."""
    (submissions / "ann" / FILE).rename(submissions / "ann" / "one.py")
    (submissions / "ann" / "two.py").write_text(WRONG)
    ran = batch(code=2)
    assert "one.py, two.py" in ran.words
    assert finals(out)["ann"] is None


def test_a_file_of_the_assignment_is_nobodys_work(batch, submissions, out):
    """The untouched template beside a worked-on file of another name is not what is graded."""
    (submissions / "ann" / FILE).rename(submissions / "ann" / "mine.py")
    batch()
    assert grades(out)["ann"]["file"] == "mine.py"
    assert finals(out)["ann"] == 10


def test_a_broken_check_grades_nobody(batch, course, out):
    """A bug in a check is nobody's zero: it is told with the course's own path.

    But for whoever's work can't be run at all: no check, broken or not, could have passed.
    """
    edit(course, HIDDEN_FILE, "rng.normal(size=4)", "rng.nomral(size=4)")
    ran = batch(code=2)
    assert "1 of 7 graded, 6 not graded" in ran.out
    assert str(course / HIDDEN_FILE) in "".join(ran.out.split())
    assert {name for name, final in finals(out).items() if final is not None} == {"chris"}


def test_what_was_not_graded_is_tried_again(batch, course, out):
    """Once the course is put right, the same command grades those it could not."""
    edit(course, HIDDEN_FILE, "rng.normal(size=4)", "rng.nomral(size=4)")
    batch(code=2)
    edit(course, HIDDEN_FILE, "rng.nomral(size=4)", "rng.normal(size=4)")
    batch()
    assert finals(out) == SCORES


def made_a_batch(folder: Path) -> Path:
    (folder / "before").mkdir()
    (folder / "before" / "gradebook.sqlite").touch()
    return folder / "before"


USAGE = (
    ("no such folder", lambda s, o: ("nowhere", "--out", o), "There is no file"),
    ("out is inside", lambda s, o: (s, "--out", s / "out"), "is in the folder of submissions"),
    ("out is a file", lambda s, o: (s, "--out", __file__), "Choose another place with --out"),
    ("nobody of that name", lambda s, o: (s, "--out", o, "--only", "nobody"), "Nobody called"),
    ("no assignment of that name", lambda s, o: (s, "--out", o, "--assignment", "X"), "There is"),
    ("a course", lambda s, o: (s.parent / "course", "--out", o), "is a course"),
    ("a batch", lambda s, o: (made_a_batch(s.parent), "--out", o), "is a batch's own folder"),
    ("no jobs", lambda s, o: (s, "--out", o, "--jobs", "0"), "whole number from 1"),
    ("not a course", lambda s, o: (s, "--out", o, "--course", s), "is not in a course"),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), [u[1:] for u in USAGE], ids=[u[0] for u in USAGE])
def test_wrong_usage(course, submissions, out, arguments, says):
    """What can't be done is said in a sentence, with code 2."""
    given = arguments(submissions, out)
    ran = run("batch", "--course", course, "--lang", "en", *given)
    assert ran.code == 2
    assert says in ran.words
    assert not (submissions / "ann" / "results").exists()


def test_a_working_folder_that_is_gone(submissions, out, course, tmp_path):
    """In a folder that somebody has deleted, that is said."""
    (tmp_path / "gone").mkdir()
    line = f"rmdir {tmp_path / 'gone'} && " + " ".join(
        command("batch", submissions, "--out", out, "--course", course, "--lang", "en")
    )
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path / "gone", env=environment(),
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 2
    assert "The working folder is gone" in done.stderr


def test_another_assignments_folder_is_left_alone(batch, graded, tmp_path, out):
    """A batch of one assignment does not write into another one's folder."""
    batch()
    other = write_course(tmp_path / "other")
    for part in ("assignments", "solutions"):
        (other / part / NAME).rename(other / part / "Other")
    edit(other, "assignments/Other/assignment.toml", f'name = "{NAME}"', 'name = "Other"')
    before = contents(out)
    ran = run("batch", graded[0] / "submissions", "--out", out, "--course", other, "--lang", "en")
    assert (ran.code, "holds a batch of Doubling" in ran.words) == (2, True)
    assert contents(out) == before


def test_a_course_among_the_submissions_is_never_run(submissions, out, tmp_path):
    """Checks and an assignment.toml that were handed in are not looked at, let alone run."""
    evil = write_course(submissions / "mallory")
    edit(evil, VISIBLE_FILE, "import numpy", f"open({str(tmp_path / 'ran')!r}, 'w')\nimport numpy")
    ran = run("batch", submissions, "--out", out, "--lang", "en", cwd=evil)
    assert (ran.code, "is not in a course" in ran.words) == (2, True)
    assert not (tmp_path / "ran").exists()


MODULES = ("queue", "msgspec", "numpy", "json")


# -P is how an installed command starts: without the working folder. With -m alone, Python itself
# would take a grader.py that lies there for ours.
@pytest.mark.parametrize(("flags", "names"), [((), MODULES), (("-P",), (*MODULES, "grader"))])
def test_modules_among_the_submissions_are_never_imported(
    course, submissions, out, tmp_path, flags, names
):
    """In a folder with a student's queue.py, msgspec.py and numpy.py, none of them is run."""
    for name in names:
        (submissions / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    python, *words = command("batch", ".", "--out", out, "--course", course, "--lang", "en")
    done = subprocess.run([python, *flags, *words], cwd=submissions, env=environment(),
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert not (tmp_path / "ran").exists()
    assert done.returncode == 0, done.stderr
    assert finals(out) == SCORES | dict.fromkeys(names, 0)


def test_what_is_wrong_with_a_hidden_check_is_not_for_students(batch, course, out):
    """Why we failed is told to the course team; it may quote a hidden check."""
    edit(course, HIDDEN_FILE, "x = rng.normal(size=4)", "raise KeyError(f'SECRET {[41, 42]}')")
    batch(code=2)
    for path in (*out.glob("feedback/*.html"), *out.glob("feedback/*.json")):
        text = path.read_text(encoding="utf-8")
        assert "SECRET" not in text
        assert "test_hidden" not in text or path.stem == "chris"  # who could not be run at all
        assert str(course) not in text
    assert "SECRET [41, 42]" in (out / "results" / "ann.json").read_text(encoding="utf-8")
    assert "not your fault" in (out / "feedback" / "ann.json").read_text(encoding="utf-8")


def test_points_of_two_gradings_are_not_taken_for_the_same(batch, course, out):
    """Who was graded by earlier checks is told, also before the grades are handed back."""
    batch()
    edit(course, TABLE_FILE, 'name = "halve"', 'name = "half"')
    for file in (VISIBLE_FILE, HIDDEN_FILE):
        edit(course, file, '@check("halve"', '@check("half"')
    ran = batch("--only", "bob")
    assert "Graded by earlier checks or an earlier grader, 6: ann, chris," in ran.words
    ran = run("export", out, "--format", "csv", "--out", out / "x.csv", "--lang", "en")
    assert "Graded by earlier checks or an earlier grader: 6" in ran.words
    assert "earlier" not in batch().words
    assert finals(out) == SCORES


def test_fresh_for_nobody_changes_nothing(batch, out):
    """--fresh --only grades that student alone again, and nobody if there is none."""
    batch()
    batch("--fresh", "--only", "nobody", code=2)
    assert graded_again(batch, out) == set()
    assert graded_again(batch, out, "--fresh", "--only", "ann") <= {"ann"}


def test_checks_in_a_linked_folder_count(batch, course, out):
    """A folder of checks that is a link is used, and a change behind it grades again."""
    shared = course / "shared"
    (course / "assignments" / NAME / "checks").rename(shared)
    (course / "assignments" / NAME / "checks").symlink_to(shared)
    (shared / "round").symlink_to(shared)
    batch()
    assert finals(out) == SCORES
    edit(course, "shared/test_visible.py", "Divide", "Split")
    assert graded_again(batch, out) == set(CLASS)


def test_a_damaged_report_is_made_anew(batch, out):
    """A report that can't be read any more is told, and the same command grades it again."""
    batch()
    with sqlite3.connect(out / "gradebook.sqlite") as book:
        book.execute("UPDATE students SET report = zeroblob(9) WHERE student = 'bob'")
    book.close()
    (out / "feedback" / "bob.html").unlink()
    ran = run("report", out, "--lang", "en")
    assert (ran.code, "These pages could not be made: bob" in ran.words) == (2, True)
    batch()
    assert finals(out) == SCORES


# Corrections


def override(out: Path, *arguments: object, code: int = 0) -> Ran:
    ran = run("override", "--in", out, "--by", "Prof. Han", "--lang", "en", *arguments)
    assert ran.code == code, ran.err
    return ran


def test_a_person_corrects_a_grade(copied):
    """The corrected points count in the grade, and the raw score stays what it was."""
    ran = override(copied, "bob", "--points", "halve=3", "--comment", "Nearly <right>")
    assert ran.out == "bob: 6 before, 9 now, of 10 points\n"
    row = grades(copied)["bob"]
    assert (row["score"], row["corrected"], row["final"]) == ("6", "9", "9")
    page = (copied / "feedback" / "bob.html").read_text(encoding="utf-8")
    assert "Prof. Han" in page
    assert "Nearly &lt;right&gt;" in page
    assert strict_json((copied / "feedback" / "bob.json").read_text())["grade"]["final"] == 9


def test_a_correction_survives_a_new_grading(batch, out):
    """Graded anew or resubmitted, a person's decision still counts."""
    batch()
    override(out, "bob", "--points", "halve=3")
    batch("--fresh")
    assert finals(out) == SCORES | {"bob": 9}


def test_a_correction_is_taken_back(copied):
    """--remove brings the checks' own points back."""
    before = contents(copied)
    override(copied, "bob", "--points", "halve=3")
    override(copied, "bob", "--remove", "halve")
    assert contents(copied) == before


WRONG_CORRECTIONS = (
    ("nobody", ("nobody", "--points", "halve=1"), "There is no student nobody"),
    ("no group", ("bob", "--points", "third=1"), "The groups are double, halve"),
    ("no number", ("bob", "--points", "halve=lots"), "halve=lots is not from 0 to 4"),
    ("no value", ("bob", "--points", "halve"), "is not from 0 to 4"),
    ("not a number", ("bob", "--points", "halve=nan"), "is not from 0 to 4"),
    ("too many", ("bob", "--points", "halve=4.5"), "is not from 0 to 4"),
    ("nothing", ("bob",), "Say what is to be corrected"),
    ("no time", ("bob", "--submitted", "yesterday"), "yesterday is no time"),
    ("a date alone", ("bob", "--submitted", "2026-11-30"), "2026-11-30 is no time"),
    ("no such group to take back", ("bob", "--remove", "third"), "The groups are"),
)


@pytest.mark.parametrize(
    ("arguments", "says"), [w[1:] for w in WRONG_CORRECTIONS], ids=[w[0] for w in WRONG_CORRECTIONS]
)
def test_a_wrong_correction_changes_nothing(copied, arguments, says):
    """What makes no sense as a correction is told, and nothing is written."""
    before = contents(copied)
    assert says in override(copied, *arguments, code=2).words
    assert contents(copied) == before


def test_somebody_has_to_decide(copied, monkeypatch):
    """Where the system knows no user's name, --by is asked for."""

    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    ran = run("override", "bob", "--in", copied, "--points", "halve=1", "--lang", "en")
    assert (ran.code, "--by NAME" in ran.words) == (2, True)


def test_a_time_without_a_policy_is_told(copied):
    """Without a late policy a time is kept, and it is said that it costs nothing."""
    assert "no late policy" in override(copied, "bob", "--submitted", "2026-11-30T08:00").words


def test_a_folder_without_a_gradebook_is_left_alone(tmp_path):
    """override, report, export and diff don't make a folder into a batch."""
    for arguments in (
        ("override", "bob", "--points", "halve=1", "--in", tmp_path),
        ("report", tmp_path),
        ("export", tmp_path, "--format", "csv", "--out", tmp_path / "x.csv"),
        ("diff", tmp_path, tmp_path),
    ):
        ran = run(*arguments, "--lang", "en")
        assert (ran.code, "There is no gradebook" in ran.words) == (2, True), arguments
    assert list(tmp_path.iterdir()) == []


# The late policy

LATE = """
[late]
due = 2026-11-10T23:59:00+08:00
percent_per_day = 10
most_percent = 50
free_days = 1
"""


def test_lateness_costs_when_grades_are_shown(tmp_path, out):
    """A platform's time and the policy make the final grade; the raw score does not know of it."""
    course = write_course(tmp_path / "course", late=LATE)
    archive = tmp_path / "gradebook.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for user, time in (("ann", "2026-11-10-20-00-00"), ("bob", "2026-11-13-12-00-00")):
            made.writestr(f"Lab_{user}_attempt_{time}_{FILE}", RIGHT)
            made.writestr(f"Lab_{user}_attempt_{time}.txt", "Name: x")
    run("batch", archive, "--out", out, "--course", course, "--lang", "en")
    rows = {row["name"]: row for row in grades(out).values()}
    assert (rows["ann"]["final"], rows["ann"]["late_days"]) == ("10", "")
    assert [rows["bob"][key] for key in ("score", "final", "late_days", "late_percent")] == [
        *("10", "8", "3", "20"),
    ]
    override(out, "bob", "--submitted", "2026-11-10T12:00")
    assert finals(out)[rows["bob"]["student"]] == 10


def test_a_new_due_date_grades_nobody_again(tmp_path, batch, course, out):
    """The policy is no part of what a grade depends on."""
    batch()
    (course / TABLE_FILE).write_text(TABLE + LATE, encoding="utf-8")
    assert graded_again(batch, out) == set()


# Shown again, compared


def test_report_makes_everything_again(copied):
    """From the gradebook alone, every page comes back as it was, and nothing is run."""
    before = contents(copied)
    for path in (*copied.glob("feedback/*"), *copied.glob("results/*"), copied / "grades.csv"):
        path.unlink()
    ran = run("report", copied, "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert contents(copied) == before
    assert (copied / "index.html").stat().st_size > 10_000


def test_pages_keep_their_language(copied):
    """Who makes the pages again without --lang does not change the language of the students'."""
    run("report", copied, "--lang", "zh")
    run("report", copied, GRADER_LANG="en")
    assert "加倍" in (copied / "feedback" / "ann.html").read_text(encoding="utf-8")


def test_diff_of_the_same_is_nothing(graded):
    """Two equal batches have no difference."""
    out = graded[0] / "out"
    assert run("diff", out, out, "--lang", "en").out == "Nobody's grade has changed.\n"


def test_diff_says_whose_grade_changed_and_why(copied, batch, submissions, course, out):
    """Another file, another check, a correction, a new student: each is named with its reason."""
    (submissions / "bob" / FILE).write_text(RIGHT)
    edit(course, HIDDEN_FILE, "np.zeros(3))\n", "np.ones(3))\n")
    write_class(submissions, zoe=RIGHT)
    batch()
    override(out, "fay", "--points", "double=1")
    ran = run("diff", copied, out, "--lang", "en")
    assert "ann: 10 → 8\n  doubles zero: 2/2 before, 0/2 now\n" in ran.out
    assert "bob: 6 → 8\n  Another file was graded: Doubling.py\n" in ran.out
    assert "fay: 0 → 1\n  A person's corrections differ.\n" in ran.out
    assert "zoe: not there → 8\n" in ran.out
    assert "chris" not in ran.out


def test_diff_of_other_assignments_makes_no_sense(copied, graded):
    """Batches of two assignments are not compared."""
    with sqlite3.connect(copied / "gradebook.sqlite") as book:
        (text,) = book.execute("SELECT about FROM about").fetchone()
        book.execute("UPDATE about SET about = ?", (text.replace(f'"{NAME}"', '"Other"'),))
    book.close()
    ran = run("diff", graded[0] / "out", copied, "--lang", "en")
    assert (ran.code, "and" in ran.words, "Other" in ran.words) == (2, True, True)
