"""`grader new`: an assignment that is right as it stands, or nothing at all."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import course as courses
from grader.checks.mistakes import known_mistakes
from grader.errors import UsageError
from grader.skeleton import make as making
from grader.skeleton.make import Words, make, require_name
from tests.command import ROOT, grade, lost, run, run_process

NAME = "Linear_neuron"
BOTH = (f"assignments/{NAME}", f"solutions/{NAME}")


@pytest.fixture(autouse=True)
def _folders_change():
    """A course that starts within a test is seen by what runs after it in this process."""
    courses._is_course.cache_clear()
    yield
    courses._is_course.cache_clear()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A course with a new assignment."""
    folder = tmp_path_factory.mktemp("course")
    assert run("new", NAME, cwd=folder).code == 0
    courses._is_course.cache_clear()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, and the folders, too."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else b""
        for p in folder.rglob("*")
    }


def test_a_new_assignment_is_proved_as_it_stands(made):
    """`grader verify` finds nothing wrong with it."""
    ran = run_process("verify", NAME, "--seeds", 1, cwd=made)
    assert (ran.code, f"{NAME} is proved" in ran.words) == (0, True)


def test_every_check_of_it_catches_a_known_mistake(made):
    """No check of the example is there for nothing."""
    known = known_mistakes(made / "solutions" / NAME)
    result = grade(made / f"solutions/{NAME}/{NAME}_answer.py", course=made).result
    assert {c["id"] for c in result["checks"]} == {one for m in known for one in m.loses}


def test_its_code_is_clean(made):
    """Authors are given code that our own linter and formatter have nothing to say of."""
    for command in (["check", "--config", "lint.isort.known-first-party=['grader']"],
                    ["format", "--check"]):  # fmt: skip
        (made / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=made, capture_output=True, text=True, check=False,
        )  # fmt: skip
        (made / "pyproject.toml").unlink()
        assert done.returncode == 0, done.stdout


def test_no_placeholder_is_left(made):
    """In names and texts of files, everything is filled in."""
    for name, data in contents(made).items():
        assert not re.search(r"NAME|TITLE", name + data.decode()), name


@pytest.mark.parametrize("name", ["a", "NAME_2", "TITLE", "线性神经元", "N" * 64])
def test_any_good_name_will_do(tmp_path, name):
    """The answer earns everything whatever the assignment is called, in any script."""
    assert run("new", name, cwd=tmp_path).code == 0
    courses._is_course.cache_clear()
    answer = tmp_path / f"solutions/{name}/{name}_answer.py"
    result = grade(answer, "--only", "loss", course=tmp_path).result
    assert (result["assignment"], lost(result)) == (name, set())


def test_in_an_empty_folder_a_course_starts(tmp_path):
    """The first assignment makes the course, and says so; the next one joins it."""
    (tmp_path / ".git").mkdir()
    first = run("new", NAME, cwd=tmp_path)
    assert f"A new course starts in {tmp_path}." in first.words
    courses._is_course.cache_clear()
    second = run("new", "Another", cwd=tmp_path / "assignments" / NAME)
    assert "starts" not in second.words
    assert {p.name for p in (tmp_path / "assignments").iterdir()} == {NAME, "Another"}


def test_the_next_steps_can_be_typed_as_they_are(tmp_path):
    """Commands name files from the working folder; outside of the course they name the course."""
    assert f"grader check solutions/{NAME}/{NAME}_answer.py" in run("new", NAME, cwd=tmp_path).out
    other = tmp_path / "my course"
    other.mkdir()
    out = run("new", NAME, "--course", other, cwd=tmp_path / "assignments").out
    assert f"grader check '{other}/solutions/{NAME}/{NAME}_answer.py'" in out
    assert f"grader verify {NAME} --course '{other}'" in out


def test_quiet_says_nothing(tmp_path):
    """With --quiet the assignment is made, and that is all."""
    assert run("new", NAME, "--quiet", cwd=tmp_path).out == ""
    assert (tmp_path / BOTH[0] / "assignment.toml").is_file()


@pytest.mark.parametrize(
    "name",
    ["", "1st", "a b", "a-b", "../x", "a/b", "a\nb", "ﬁne", "\udcff", "N" * 65],
)
def test_a_name_that_no_file_of_python_has_is_refused(tmp_path, name):
    """What can't be imported, or leads elsewhere, is no name."""
    ran = run("new", name, cwd=tmp_path)
    assert (ran.code, contents(tmp_path)) == (2, {})
    assert "can't be an assignment's name" in ran.words


@pytest.mark.parametrize("name", ["class", "None", "numpy", "random", "Checks", "solutions"])
def test_a_name_that_means_something_else_is_refused(name):
    """A template called random.py would stand in for the library's."""
    with pytest.raises(UsageError, match="means something else"):
        require_name(name)


@pytest.mark.parametrize("part", ["assignments", "solutions"])
def test_nothing_is_ever_overwritten(tmp_path, part):
    """If one of both folders is there, even empty, nothing is changed."""
    (tmp_path / part / NAME).mkdir(parents=True)
    before = contents(tmp_path)
    ran = run("new", NAME, "--course", tmp_path)
    assert (ran.code, contents(tmp_path)) == (2, before)
    assert f"{part}/{NAME} is there already" in ran.words


def test_a_link_to_nowhere_is_there_already(tmp_path):
    """A broken link is somebody's, too."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / NAME).symlink_to(tmp_path / "gone")
    ran = run("new", NAME, "--course", tmp_path)
    assert ran.code == 2
    assert f"solutions/{NAME} is there already" in ran.words


def test_a_folder_with_other_things_is_no_course(tmp_path):
    """Where other files are, a course is started only if its folder is named."""
    (tmp_path / "thesis.tex").touch()
    refused = run("new", NAME, cwd=tmp_path)
    assert (refused.code, set(contents(tmp_path))) == (2, {"thesis.tex"})
    assert "is not in a course, and not empty" in refused.words
    assert run("new", NAME, "--course", ".", cwd=tmp_path).code == 0


def test_a_course_that_is_not_there_is_refused(tmp_path):
    """A misspelt --course makes no folder."""
    ran = run("new", NAME, "--course", tmp_path / "corse")
    assert (ran.code, contents(tmp_path)) == (2, {})
    assert "Make it first." in ran.words


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    """An assignment that can't be written whole is not written."""

    def full(_assignment):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "update", full)
    ran = run("new", NAME, cwd=tmp_path)
    assert (ran.code, contents(tmp_path)) == (2, {})
    assert "No space left on device" in ran.words


def test_half_an_assignment_is_taken_back(tmp_path):
    """If its second folder can't be put in place, the first one goes, too."""
    (tmp_path / "assignments").write_text("a file in the way", encoding="utf-8")
    ran = run("new", NAME, "--course", tmp_path)
    assert (ran.code, set(contents(tmp_path))) == (2, {"assignments"})


@settings(max_examples=25, deadline=None)
@given(title=st.text(max_size=40), title_zh=st.text(max_size=40))
def test_any_title_survives(tmp_path_factory, title, title_zh):
    """assignment.toml holds both titles as they are: quotes, backslashes and placeholders."""
    course = tmp_path_factory.mktemp("titles")
    words = Words(NAME, *(t if t.isprintable() else repr(t) for t in (title, title_zh)))
    make(course, words)
    table = tomllib.loads((course / BOTH[0] / "assignment.toml").read_text(encoding="utf-8"))
    assert (table["title"], table["title_zh"]) == words[1:]
    assert (course / BOTH[0] / "README.md").read_text(encoding="utf-8").count(words.title) > 0


def test_titles_are_one_clean_line(tmp_path):
    """Line ends and escapes in a title become blanks; without one there is a stand-in."""
    assert run("new", NAME, "--title", "The\nneuron \x1b[31m", cwd=tmp_path).code == 0
    table = tomllib.loads((tmp_path / BOTH[0] / "assignment.toml").read_text(encoding="utf-8"))
    assert (table["title"], table["title_zh"]) == ("The neuron  [31m", f"作业 {NAME}")
