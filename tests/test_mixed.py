"""A course with several assignments, and work for all of them in one folder."""

import csv
import shlex
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course import assignment_named
from tests.command import grade, replace_in, run
from tests.minicourse import FILE, NAME, RIGHT, WRONG, write_course

OTHER = "Doubling_again"
OTHER_FILE = f"{OTHER}.py"
# who -> what is in his folder
CLASS = {
    "ann": {FILE: RIGHT},
    "bob": {FILE: WRONG, OTHER_FILE: RIGHT},
    "cleo": {OTHER_FILE: RIGHT},
    "dora": {"answer.py": RIGHT},
    "eve": {f"{OTHER}/answer.py": RIGHT, f"{NAME}/answer.py": WRONG},
    "fay": {f"{NAME} (1).py": RIGHT, f"{OTHER.lower()}-2.ipynb": "{}"},
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with two assignments, one of which has a name that begins with the other's."""
    folder = write_course(tmp_path_factory.mktemp("course"))
    for part in ("assignments", "solutions"):
        shutil.copytree(folder / part / NAME, folder / part / OTHER)
    (folder / "assignments" / OTHER / FILE).rename(folder / "assignments" / OTHER / OTHER_FILE)
    table = folder / "assignments" / OTHER / "assignment.toml"
    replace_in(table, (f'name = "{NAME}"', f'name = "{OTHER}"'), (FILE, OTHER_FILE))
    return folder


def hand_in(folder, work):
    for student, files in work.items():
        for name, source in files.items():
            path = folder / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
    return folder


def batch(course, submissions, out, *options, **more):
    return run("batch", submissions, "--out", out, "--course", course, "--lang", "en",
               "--jobs", 1, *options, **more)  # fmt: skip


def rows(out):
    text = (out / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(text.splitlines())}


@pytest.mark.parametrize(
    ("name", "finals", "others"),
    [
        (NAME, {"ann": "10", "bob": "6", "cleo": "", "dora": "10", "eve": "6", "fay": "10"},
         f"{OTHER} (4)"),
        (OTHER, {"ann": "", "bob": "10", "cleo": "10", "dora": "10", "eve": "10", "fay": "0"},
         f"{NAME} (4)"),
    ],
)  # fmt: skip
def test_each_is_graded_by_his_work_for_the_assignment(course, tmp_path, name, finals, others):
    """Of a mixed folder the files of one assignment are graded, and the others are set apart."""
    out = tmp_path / "out"
    ran = batch(course, hand_in(tmp_path / "in", CLASS), out, "--assignment", name)
    found = rows(out)
    assert {student: row["final"] for student, row in found.items()} == finals
    assert f"For other assignments, and not graded here: {others}" in ran.words
    assert ran.code == 2
    [left_out] = [student for student, final in finals.items() if not final]
    theirs = {NAME: OTHER, OTHER: NAME}[name]
    reason = (
        f"Nothing was handed in for {name}, but for {theirs}: {theirs}.py. Hand in the file for"
    )
    assert reason in ran.words
    assert reason in (out / "feedback" / f"{left_out}.html").read_text(encoding="utf-8")
    assert found["bob"]["status"] == found["eve"]["status"] == "graded"


def test_a_mixed_folder_asks_which(course, tmp_path):
    """Without a name, a mixed folder is an error that counts, and gives commands that work."""
    folder = hand_in(tmp_path / "in", {**CLASS, "gus": {"network.txt": ""}})
    ran = batch(course, folder, tmp_path / "out")
    assert (ran.code, ran.out, (tmp_path / "out").exists()) == (2, "", False)
    assert f"from so many students each: {NAME} (4), {OTHER} (4)." in ran.words
    commands = ran.words.partition("one after the other: ")[2].split("; ")
    assert [shlex.split(c)[:5] for c in commands] == [
        ["grader", "batch", str(folder), "--assignment", name] for name in (NAME, OTHER)
    ]
    assert all(shlex.split(c)[-2] == "--course" for c in commands)
    assert [shlex.split(c)[6] for c in commands] == [f"{tmp_path}/out-{n}" for n in (NAME, OTHER)]


@pytest.mark.parametrize("options", [(), ("--assignment", NAME)])
def test_a_folder_sorted_by_assignment_is_told(course, tmp_path, options):
    """Assignments are never taken for students: the folders to give are named."""
    folder = tmp_path / "in"
    for name in (NAME, OTHER):
        hand_in(folder / name, {"ann": {"answer.py": RIGHT}, "bob": {"answer.py": RIGHT}})
    ran = batch(course, folder, tmp_path / "out", *options)
    assert ran.code == 2
    assert f"Give the folder of one of them: {folder / NAME}, {folder / OTHER}" in ran.words
    one = batch(course, folder / NAME, tmp_path / "one", "--assignment", NAME)
    assert one.code == 0


@pytest.mark.parametrize("file", [OTHER_FILE, OTHER_FILE.upper().replace("PY", "py")])
def test_work_for_one_needs_no_name(course, tmp_path, file):
    """Where everything that tells is for one assignment, it is taken without being named."""
    work = {"ann": {file: RIGHT}, "dora": {"answer.py": RIGHT}}
    ran = batch(course, hand_in(tmp_path / "in", work), tmp_path / "out")
    assert ran.code == 0, ran.err
    assert {row["final"] for row in rows(tmp_path / "out").values()} == {"10"}
    assert "For other assignments" not in ran.words


def test_names_that_tell_nothing_need_one(course, tmp_path):
    """Where no file's name tells, the assignment has to be named."""
    ran = batch(course, hand_in(tmp_path / "in", {"ann": {"a.py": RIGHT}}), tmp_path / "out")
    assert ran.code == 2
    assert "Name one with --assignment NAME." in ran.words


@pytest.mark.parametrize(
    ("path", "points"),
    [
        (f"ann/{FILE}", 10.0),
        ("ann", 10.0),
        ("cleo", 10.0),
        (f"bob/{FILE}", 6.0),
        (f"eve/{NAME}", 6.0),
        (f"eve/{NAME}/answer.py", 6.0),
        ("bob", f"holds work for {NAME}, {OTHER}. Give one of the files."),
        ("dora", f"The course has {NAME}, {OTHER}."),
        ("dora/answer.py", f"The course has {NAME}, {OTHER}."),
    ],
)
def test_check_finds_the_assignment(course, tmp_path, path, points):
    """`grader check` takes the assignment that a file or what is in a folder is called like."""
    hand_in(tmp_path, CLASS)
    ran = grade(tmp_path / path, course=course)
    if isinstance(points, str):
        assert ran.code == 2
        assert points in ran.words
    else:
        assert ran.result["score"] == points
        assert ran.result["assignment"] == (OTHER if path == "cleo" else NAME)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Lab1.py", "Lab1"),
        ("lab10 (2).ipynb", "Lab10"),
        ("Lab10/Lab1.py", "Lab1"),
        ("Lab1/x/Lab10/y/answer.py", "Lab10"),
        ("Lab100/answer.py", None),
        ("my Lab1.py", "Lab1"),
        ("tom_lab-10.py", None),
        ("tom_lab10.py", "Lab10"),
        ("Cross-Entropy_gender.py", "Cross_Entropy gender"),
        ("cross entropy-gender/answer.py", "Cross_Entropy gender"),
        ("", None),
    ],
)
def test_what_a_name_tells(file, name):
    """A file's own name comes before its folders, a long name before a short one."""
    assert assignment_named(file, ["Lab1", "Lab10", "Cross_Entropy gender"]) == name


@given(st.text(), st.lists(st.from_regex(r"\A\w+\Z")))
def test_any_name_may_be_asked(file, names):
    """Whatever a file is called, it is for one of the assignments or for none."""
    assert assignment_named(file, names) in (None, *names)
