"""The Gradescope autograder: its zip, how it is set up, and that it runs our own check."""

import functools
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from grader.course import HiddenTable, load_assignment
from grader.errors import UsageError
from grader.lms import autograder, run_autograder
from grader.lms.autograder import write_autograder
from tests.command import ANSWER, NAME, ROOT, SOFTMAX, replace_in

ASSIGNMENT = load_assignment(ROOT / "assignments" / NAME, ROOT)
PYTHON = f'#!/bin/sh\nexec {sys.executable} "$@"\n'


def made(lang):
    file = io.BytesIO()
    write_autograder(file, ASSIGNMENT, lang)
    return file.getvalue()


archive = functools.cache(made)


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def unpack(root, lang="en"):
    """Lay the zip out as Gradescope does."""
    with zipfile.ZipFile(io.BytesIO(archive(lang))) as opened:
        opened.extractall(root / "source")
        for info in opened.infolist():
            (root / "source" / info.filename).chmod(info.external_attr >> 16 & 0o777)
    (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
    (root / "run_autograder").chmod(0o755)
    (root / "submission").mkdir()
    return root


@pytest.fixture
def container(tmp_path):
    """Gradescope's container after the set-up, with this Python's packages for pip's."""
    script(tmp_path / "venv" / "bin" / "python", PYTHON)
    return unpack(tmp_path)


def results(root):
    return json.loads((root / "results" / "results.json").read_bytes())


def test_the_zip_is_the_same_each_time():
    """Same course, same bytes; nothing in it says when or by whom it was made."""
    assert made("en") == archive("en")
    with zipfile.ZipFile(io.BytesIO(archive("en"))) as opened:
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_the_zip_holds():
    """Both scripts at the top, executable; the assignment, its hidden checks and grader."""
    with zipfile.ZipFile(io.BytesIO(archive("zh"))) as opened:
        modes = {i.filename: i.external_attr >> 16 for i in opened.infolist()}
        assert opened.read("language") == b"zh\n"
    assert modes["setup.sh"] == modes["run_autograder"] == 0o100755
    assert modes["language"] == 0o100644
    for name in (
        *("requirements.txt", "constraints.txt", "package/grader/__main__.py"),
        *("package/grader/report/templates/page.html.j2", "package/grader/lms/setup.sh"),
        *(f"course/assignments/{NAME}/assignment.toml", f"course/assignments/{NAME}/digits.npz"),
        *(f"course/solutions/{NAME}/checks/test_hidden_delta.py",),
        *(f"course/solutions/{NAME}/heldout.npz",),
        *(f"course/solutions/{NAME}/mistakes/delta_sign.py",),  # to name what went wrong
    ):
        assert name in modes
    for part in ("/correct/", "__pycache__", ".pyc", ".feedback.html", "/."):
        assert not [name for name in modes if name.startswith("course/") and part in name]


def test_what_pip_installs():
    """What grader asks for is required, without extras; what is installed here is pinned."""
    with zipfile.ZipFile(io.BytesIO(archive("en"))) as opened:
        needed, pinned = (
            opened.read(name).decode().splitlines()
            for name in ("requirements.txt", "constraints.txt")
        )
    assert "numpy>=2.0" in needed
    assert not [line for line in needed if "extra" in line or line.startswith("hypothesis")]
    versions = dict(line.split("==") for line in pinned)
    assert versions["numpy"] == __import__("numpy").__version__
    assert {"traitlets", "markupsafe"} < set(versions)  # which others need in turn


def test_a_course_without_its_hidden_checks_is_refused():
    """Without solutions/ an autograder would give fewer points than there are."""
    with pytest.raises(UsageError, match="has hidden checks"):
        write_autograder(io.BytesIO(), ASSIGNMENT._replace(solutions=None), "en")


def test_an_assignment_without_hidden_checks_needs_no_solutions():
    """Where no check is hidden, there is nothing to miss."""
    settings = replace(ASSIGNMENT.settings, hidden=HiddenTable(checks=0, points=0))
    file = io.BytesIO()
    write_autograder(file, ASSIGNMENT._replace(solutions=None, settings=settings), "en")
    with zipfile.ZipFile(file) as opened:
        assert not [name for name in opened.namelist() if name.startswith("course/solutions")]


def test_grader_that_is_not_installed_can_make_no_autograder(monkeypatch):
    """Without pip's word on what grader needs there is no list to install from."""

    def unknown(name):
        raise autograder.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(autograder.metadata, "requires", unknown)
    with pytest.raises(UsageError, match="not installed"):
        made("en")


def test_gradescope_gets_our_own_result(container):
    """The script runs the real check on the submission, with the zip's own grader and checks."""
    work = container / "submission" / f"{NAME}.py"
    work.write_text(ANSWER.replace(SOFTMAX, "    return powers\n"), encoding="utf-8")
    replace_in(
        container / "source" / "package" / "grader" / "report" / "gradescope.py",
        ("visible checks passed.", "visible checks passed here."),
    )
    ran = subprocess.run(
        [container / "run_autograder"],
        env={"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(container)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = results(container)
    by_name = {test["name"]: test for test in found["tests"]}
    wrong = by_name["Task 1a: softmax: the activations sum to 1"]
    assert (wrong["score"], wrong["status"], wrong["visibility"]) == (0.0, "failed", "visible")
    assert sum(test["max_score"] for test in found["tests"]) == 100.0
    assert 0 < found["score"] == sum(test["score"] for test in found["tests"]) < 60
    assert sum(test["visibility"] == "after_published" for test in found["tests"]) == 21
    assert "visible checks passed here." in found["output"]  # so it is the zip's grader
    assert "Task 1a: softmax" in ran.stdout  # which the course team sees
    assert sorted(p.name for p in (container / "submission").iterdir()) == [work.name]


@pytest.mark.parametrize(
    ("files", "lang", "said"),
    [
        ({}, "en", "There is no file in what you handed in."),
        ({}, "zh", "你提交的内容里没有文件。"),
        ({"notes.txt": "x"}, "en", "There is no submission in "),
        ({"a.py": "x", "b.py": "y"}, "zh", "没有可提交的文件"),
    ],
    ids="empty empty-zh text two-zh".split(),
)
def test_what_the_student_did_wrong_is_told(tmp_path, files, lang, said):
    """Where there is nothing to grade, there is a result without a score that says so."""
    script(tmp_path / "venv" / "bin" / "python", PYTHON)
    unpack(tmp_path, lang)
    for name, text in files.items():
        (tmp_path / "submission" / name).write_text(text, encoding="utf-8")
    run_autograder.main(tmp_path, 60.0)
    assert said in results(tmp_path)["output"]
    assert "score" not in results(tmp_path)


@pytest.mark.parametrize(
    ("python", "seconds", "said"),
    [
        (None, 60.0, "not your fault"),
        ("#!/bin/sh\necho no module named grader >&2; exit 1\n", 60.0, "not your fault"),
        ("#!/bin/sh\necho 'grader: not graded: secret 0.7' >&2; exit 2\n", 60.0, "not your fault"),
        ("#!/bin/sh\nexec cat /dev/zero > /dev/null\n", 0.2, "took too long"),
    ],
    ids="no-venv no-grader not-graded hangs".split(),
)
def test_there_is_always_a_result(container, python, seconds, said):
    """Whatever breaks, Gradescope finds a new results.json, without a score or a reason."""
    path = container / "venv" / "bin" / "python"
    path.unlink()
    if python is not None:
        script(path, python)
    (container / "submission" / "a.py").write_text("x = 1\n", encoding="utf-8")
    (container / "results").mkdir()
    (container / "results" / "results.json").write_text('{"score": 100}', encoding="utf-8")
    run_autograder.main(container, seconds)
    found = results(container)
    assert said in found["output"]
    assert "secret" not in str(found)
    assert sorted(found) == ["output", "output_format", "tests"]


FAKE = """#!/bin/sh
# A Python that writes down what it is asked for.
echo "$@" >> "$LOG"
case "$*" in
    -c*) exit $OLD ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *constraints.txt) exit $GONE ;;
esac
"""


@pytest.mark.parametrize(
    ("gone", "asked"),
    [
        (0, ["-m venv", "requirements.txt -c", "-P -m grader"]),
        (1, ["-m venv", "requirements.txt -c", "requirements.txt", "-P -m grader"]),
    ],
    ids=["pinned", "versions-gone"],
)
def test_setting_up(tmp_path, gone, asked):
    """A venv is made; the pinned versions are installed, or others if those can't be had."""
    unpack(tmp_path)
    ran, log = set_up(tmp_path, old=0, gone=gone)
    assert ran.returncode == 0
    steps = [line for line in log if not line.startswith("-c ")]
    for step, part in zip(steps, asked, strict=True):
        assert part in step


def test_an_old_python_ends_the_set_up(tmp_path):
    """Without Python 3.11 the build fails, after 3.11 was asked of apt, instead of every run."""
    unpack(tmp_path)
    ran, log = set_up(tmp_path, old=1, gone=0)
    assert ran.returncode != 0
    assert "apt-get install -y python3.11 python3.11-venv" in ran.stdout
    assert not [line for line in log if "venv" in line]


def set_up(root, old, gone):
    fakes = root / "fakes"
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        script(fakes / name, FAKE)
    script(fakes / "apt-get", '#!/bin/sh\necho apt-get "$@"\n')
    ran = subprocess.run(
        ["bash", root / "source" / "setup.sh"],
        env={
            "PATH": f"{fakes}:/usr/bin:/bin",
            "AUTOGRADER_ROOT": str(root),
            "LOG": str(root / "log"),
            "OLD": str(old),
            "GONE": str(gone),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return ran, (root / "log").read_text(encoding="utf-8").splitlines()


def test_the_words_for_a_broken_container_are_in_both_languages():
    """The script, which has no catalogue, says the same things in each language."""
    english, chinese = run_autograder.WORDS["en"], run_autograder.WORDS["zh"]
    assert english.keys() == chinese.keys()
    assert Path(run_autograder.__file__).stat().st_mode & 0o111
