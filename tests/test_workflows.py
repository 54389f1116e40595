"""GitHub's workflows: valid, safe, and asking of grader nothing but what it knows."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from grader.cli.main import build_parser
from tests.command import ROOT, environment
from tests.minicourse import FILE, NAME, RIGHT, WRONG, write_course

SOLUTIONS = ROOT / ".github" / "workflows" / "solutions.yml"
TESTS = ROOT / ".github" / "workflows" / "tests.yml"
CLASSROOM = ROOT / "grader" / "release" / "classroom.yml"
WORKFLOWS = (SOLUTIONS, TESTS, CLASSROOM)

PROVE, KITS = "Prove the assignments", "Make the student kits"
INSTALL, CHECK = "Install grader", "Check your work"
# Steps in which grader is called: a new one belongs here, or its command line is never parsed.
GRADER_STEPS = ((SOLUTIONS, PROVE), (SOLUTIONS, KITS), (CLASSROOM, CHECK))

# Writes its arguments down, a line for each call, and says what no Markdown may be made of.
STAND_IN = """\
#!/bin/sh
(IFS='\t'; echo "$*" >> "$CALLS")
echo '```'
echo '# <b>Hello</b>'
exit "$CODE"
"""
REAL = f"""\
#!/bin/sh
exec '{sys.executable}' -m grader "$@"
"""


class Ran(NamedTuple):
    """What a step of a workflow left behind."""

    code: int
    log: str
    summary: str


def jobs(path: Path) -> Iterator[dict[str, Any]]:
    """Every job of a workflow."""
    yield from yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()


def steps(path: Path) -> list[dict[str, Any]]:
    """Every step of a workflow, in order."""
    return [step for job in jobs(path) for step in job["steps"]]


def step(path: Path, name: str) -> dict[str, Any]:
    """The one step of a workflow that has a name."""
    (found,) = (s for s in steps(path) if s.get("name") == name)
    return found


def upload(path: Path, artifact: str) -> dict[str, Any]:
    """The one step of a workflow that keeps an artifact."""
    (found,) = (s for s in steps(path) if s.get("with", {}).get("name") == artifact)
    return found


def run_step(
    path: Path, name: str, folder: Path, source: str, program: str = "grader", **variables: str
) -> Ran:
    """Run a step as GitHub does, with one program of our own and no others but the system's."""
    tools = folder.parent / "tools"
    tools.mkdir()
    summary, script = tools / "summary.md", tools / "step.sh"
    script.write_text(step(path, name)["run"], encoding="utf-8")
    (tools / program).write_text(source, encoding="utf-8")
    (tools / program).chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", script],
        cwd=folder,
        env=environment(
            PATH=f"{tools}{os.pathsep}{os.defpath}",
            GITHUB_STEP_SUMMARY=str(summary),
            CALLS=str(tools / "calls"),
            **variables,
        ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = summary.read_text(encoding="utf-8") if summary.exists() else ""
    return Ran(done.returncode, done.stdout + done.stderr, said)


def calls(folder: Path) -> list[list[str]]:
    """The arguments of every call of the stand-in."""
    lines = (folder.parent / "tools" / "calls").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


@pytest.fixture
def checkout(tmp_path):
    """A folder that two assignments are checked out in."""
    for name in ("First", "Second_one"):
        (tmp_path / "checkout" / "assignments" / name).mkdir(parents=True)
    return tmp_path / "checkout"


@pytest.fixture
def repository(tmp_path):
    """A student's repository, which nobody has named after the assignment."""
    course = write_course(tmp_path / "course")
    return shutil.copytree(course / "assignments" / NAME, tmp_path / "homework-li-lei")


def test_github_reads_every_workflow():
    """Every workflow follows GitHub's schema."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.github-workflows", *WORKFLOWS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_workflow_is_unsafe():
    """Zizmor finds nothing: actions pinned, no token kept, no stranger's words in a script."""
    zizmor = Path(sysconfig.get_path("scripts")) / "zizmor"
    done = subprocess.run(
        [
            zizmor,
            *"--offline --no-progress --strict-collection --persona=auditor".split(),
            *WORKFLOWS,
        ],
        env=environment(NO_COLOR="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_a_workflow_only_reads_and_ends(path):
    """A workflow may read the repository, nothing else, and each of its jobs has a limit."""
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}
    for job in jobs(path):
        assert "permissions" not in job
        assert job["timeout-minutes"] <= 60


def test_every_supported_python_is_tested():
    """The tests run on the versions of Python that pyproject.toml names, and on no others."""
    prefix = "Programming Language :: Python :: "
    with (ROOT / "pyproject.toml").open("rb") as file:
        classifiers = tomllib.load(file)["project"]["classifiers"]
    (job,) = jobs(TESTS)
    versions = [c.removeprefix(prefix) for c in classifiers if c.startswith(prefix)]
    assert job["strategy"]["matrix"]["python"] == versions
    assert ".ci/run" in [s.get("run") for s in job["steps"]]


def test_every_step_that_calls_grader_is_known_here():
    """The steps that the tests below run are all in which grader is called."""
    calling = [
        (path, s["name"])
        for path in WORKFLOWS
        for s in steps(path)
        if any(line.split()[:1] == ["grader"] for line in s.get("run", "").splitlines())
    ]
    assert calling == list(GRADER_STEPS)


@pytest.mark.parametrize(("path", "name"), GRADER_STEPS, ids=lambda v: getattr(v, "stem", v))
def test_grader_knows_what_it_is_asked(path, name, checkout):
    """Every command line of a workflow is one that grader's parser takes."""
    run_step(path, name, checkout, STAND_IN, CODE="0")
    assert calls(checkout)
    for arguments in calls(checkout):
        build_parser().parse_args(arguments)


@pytest.mark.parametrize("code", [0, 1, 2])
@pytest.mark.parametrize(("path", "name"), [(SOLUTIONS, PROVE), (CLASSROOM, CHECK)])
def test_a_step_ends_as_grader_did(path, name, code, checkout):
    """A step has grader's exit code, and its words are in the log, and in the summary as code."""
    ran = run_step(path, name, checkout, STAND_IN, CODE=str(code))
    assert ran.code == code
    assert ran.log == "```\n# <b>Hello</b>\n"
    assert ran.summary == "\n    ```\n    # <b>Hello</b>\n"


def test_what_was_found_is_kept_whether_it_is_proved_or_not(checkout):
    """Every file that `grader verify` writes is in the artifact, also when it ends with 1."""
    run_step(SOLUTIONS, PROVE, checkout, STAND_IN, CODE="1")
    ((_, *written),) = calls(checkout)
    found = upload(SOLUTIONS, "verify")
    assert found["if"] == "${{ !cancelled() }}"
    assert written[::2] == ["--junit", "--html", "--json"]
    assert all(fnmatch(file, found["with"]["path"]) for file in written[1::2])


def test_every_assignment_has_a_kit(checkout):
    """A kit is made of each assignment, in the folder that is kept."""
    assert run_step(SOLUTIONS, KITS, checkout, STAND_IN, CODE="0").code == 0
    assert calls(checkout) == [
        ["release", name, "--out", f"kit/{name}.zip"] for name in ("First", "Second_one")
    ]
    assert (checkout / upload(SOLUTIONS, "kit")["with"]["path"]).is_dir()


def test_a_kit_that_can_not_be_made_fails_the_job(checkout):
    """The first `grader release` that fails ends the step with its exit code."""
    assert run_step(SOLUTIONS, KITS, checkout, STAND_IN, CODE="2").code == 2
    assert len(calls(checkout)) == 1


@pytest.mark.parametrize(
    ("source", "code", "points"),
    [(RIGHT, 0, "6 of 6"), (WRONG, 1, "4 of 6")],
    ids=["right", "wrong"],
)
def test_a_students_repository_is_checked(source, code, points, repository):
    """Work in a student's repository is checked there: exit code, summary and feedback page."""
    (repository / FILE).write_text(source, encoding="utf-8")
    (job,) = jobs(CLASSROOM)
    ran = run_step(CLASSROOM, CHECK, repository, REAL, **job["env"])
    assert ran.code == code, ran.log
    assert points in ran.summary
    assert "2 hidden checks, worth 4 points, run when your work is graded" in " ".join(
        ran.summary.split()
    )
    found = upload(CLASSROOM, "feedback")
    assert found["if"] == "${{ !cancelled() }}"
    assert (repository / found["with"]["path"]).is_file()


def test_a_damaged_repository_says_what_is_wrong(repository):
    """Where nothing can be graded, the job fails and the summary names the file."""
    (repository / "assignment.toml").write_text("name = ", encoding="utf-8")
    ran = run_step(CLASSROOM, CHECK, repository, REAL)
    assert ran.code == 2
    assert "assignment.toml" in ran.summary


def test_requirements_without_grader_are_told(repository):
    """If requirements.txt does not bring grader, the step that installs it says so and fails."""
    ran = run_step(CLASSROOM, INSTALL, repository, STAND_IN, "python", CODE="0")
    assert calls(repository) == [["-m", "pip", "install", "-r", "requirements.txt"]]
    assert ran.code == 1
    assert "::error file=requirements.txt::" in ran.log
