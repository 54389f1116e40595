"""Other ways to grade a class: pytest for each submission, nbgrader, otter-grader.

All of them run plain/plain_checks.py: the same 36 checks, gradient check and training, written for
this, in the student's own process and unprotected. nbgrader and otter-grader are installed from
PyPI into environments of their own, once. What is compared is computing, over the same class.
"""

import ast
import functools
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tests.benchmarks.handed_in import REFERENCE, STUDENTS, TEAM, Work, hand_in
from tests.benchmarks.plan import Plan
from tests.benchmarks.spent import LAST_WORDS, ROOT, environment, failure, spent
from tests.benchmarks.table import Found, Left, Row, Target, alternate
from tests.command import NAME, notebook

PLAIN = Path(__file__).with_name("plain")
GIVEN = (STUDENTS / "network.py", STUDENTS / "digits.npz", TEAM / "heldout.npz")
NUMPY = f"numpy=={np.__version__}"
INSTALLED = {
    "nbgrader": ("nbgrader==0.9.6", "ipykernel", NUMPY),
    "otter": ("otter-grader==7.0.0", "ipykernel", NUMPY),
}
NEVER = 3600  # seconds after which another grader may give up a cell
Way = Callable[[], float]  # grades the class; CPU seconds


class Unusable(Exception):
    """A grader can't be installed here, or does not grade as it should. Says why."""


def measure(plan: Plan) -> Iterator[Found]:
    """Grade a class in turns."""
    with tempfile.TemporaryDirectory() as place:
        folder, works = Path(place), hand_in(Path(place) / "class", plan.peers)
        hand_in(folder / "alone", plan.peers, alike=False)
        ways: dict[str, Way] = {name: functools.partial(_grader, folder, name) for name in OURS}
        for name, (prepare, _) in OTHERS.items():
            try:
                prepare(folder / "trial" / name.split()[0], works[:1], plan.cache)()
                ways[name] = prepare(folder / name.split()[0], works, plan.cache)
            except (Unusable, OSError) as error:
                yield Left(f"{name} on the same class", str(error))
            except subprocess.CalledProcessError as error:
                yield Left(f"{name} on the same class", failure(error))
        found = alternate(ways, plan.rounds)
    a_minute = {n: tuple(60 * plan.peers / t for t in times) for n, times in found.items()}
    students = f"a class of {plan.peers}"
    ours = {words: a_minute.pop(name) for name, words in OURS.items()}
    for (name, theirs), (words, figures) in itertools.product(a_minute.items(), ours.items()):
        what = f"`grader batch`, submissions in a minute of CPU time ({students}{words})"
        yield Row(what, name, "", figures, theirs, None if words else OTHERS[name][1])


def _grader(folder: Path, students: str) -> float:
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    words = ("batch", folder / students, "--out", out, "--course", ROOT, "--jobs", 1)
    return spent(sys.executable, "-m", "grader", *words).cpu


def prepare_pytest(folder: Path, works: list[Work], _cache: Path) -> Way:
    """A folder for each student, and pytest in each."""
    for work in works:
        place = _with_given(folder / work.student)
        (place / f"{NAME}.py").write_text(work.source, encoding="utf-8")
        shutil.copy(PLAIN / "pytest_work.py", place / "test_work.py")

    def grade() -> float:
        words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_work.py")
        return sum(
            spent(*words, cwd=folder / w.student, codes=(0,) if w is works[0] else (0, 1, 2)).cpu
            for w in works
        )

    return grade


def prepare_nbgrader(folder: Path, works: list[Work], cache: Path) -> Way:
    """A course of nbgrader's: the work in the first cell, and a graded cell for each check."""
    command = _installed("nbgrader", cache) / "bin" / "nbgrader"
    settings = [
        "c = get_config()",
        f"c.CourseDirectory.root = {str(folder)!r}",
        f"c.ExecutePreprocessor.timeout = {NEVER}",
    ]
    source = _with_given(folder / "source" / NAME)
    (folder / "nbgrader_config.py").write_text("\n".join(settings), encoding="utf-8")
    (source / f"{NAME}.ipynb").write_bytes(graded_notebook(REFERENCE.read_text(encoding="utf-8")))
    words = ("generate_assignment", NAME, "--create")
    spent(command, *words, cwd=folder, env=_activated(command, folder))
    for work in works:
        place = folder / "submitted" / work.student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_bytes(graded_notebook(work.source))

    def grade() -> float:
        words = ("autograde", NAME, "--force")
        took = spent(command, *words, cwd=folder, env=_activated(command, folder)).cpu
        graded = folder / "autograded"
        cells = json.loads(next(graded.glob(f"{works[0].student}/*/*.ipynb")).read_text())["cells"]
        passed = [
            cell["execution_count"] and not cell["outputs"]
            for cell in cells
            if cell["metadata"]["nbgrader"]["grade"]
        ]
        require_graded(passed, len(list(graded.glob("*/*/*.ipynb"))), works)
        return took

    return grade


def graded_notebook(source: str) -> bytes:
    kinds = {"work": {"solution": True}, "setup": {}}
    sources = {"work": source, "setup": SETUP}
    for name in names_of_checks():
        kinds[name] = {"grade": True, "points": 1}
        sources[name] = f'_checks.run("{name}", _student)'
    content = json.loads(notebook(*sources.values(), kernelspec=KERNEL))
    for cell, (name, kind) in zip(content["cells"], kinds.items(), strict=True):
        locked = not kind.get("solution", False)
        every = {"grade_id": name, "schema_version": 3, "task": False, "locked": locked}
        cell["metadata"]["nbgrader"] = {"grade": False, "solution": False} | every | kind
    return json.dumps(content).encode()


def prepare_otter(folder: Path, works: list[Work], cache: Path) -> Way:
    """An autograder of otter's with a test file for each check, and a notebook for each student."""
    command = _installed("otter", cache) / "bin" / "otter"
    _with_given(folder)
    tests = folder / "tests"
    tests.mkdir()
    for name in names_of_checks():
        (tests / f"{name}.py").write_text(OTTER_TEST.format(name=name), encoding="utf-8")
    files = [path.name for path in (*GIVEN, PLAIN / "plain_checks.py")]
    spent(command, "generate", *files, cwd=folder, env=_activated(command, folder))
    for work in works:
        path = folder / "submitted" / f"{work.student}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(notebook(work.source, SETUP, kernelspec=KERNEL))

    def grade() -> float:
        took = 0.0
        for work in works:
            out = folder / "results" / work.student
            out.mkdir(parents=True, exist_ok=True)
            words = ("run", f"submitted/{work.student}.ipynb", "-o", out, "--no-logo")
            took += spent(command, *words, cwd=folder, env=_activated(command, folder)).cpu
        results = sorted((folder / "results").glob("*/results.json"))
        tests = json.loads(results[0].read_text(encoding="utf-8"))["tests"]
        passed = [t["score"] == t["max_score"] for t in tests if t["name"] in names_of_checks()]
        require_graded(passed, len(results), works)
        return took

    return grade


OTHERS: dict[str, tuple[Callable[[Path, list[Work], Path], Way], Target]] = {
    "pytest for each submission": (prepare_pytest, Target(2.5, most=False)),
    "nbgrader 0.9.6, `autograde`": (prepare_nbgrader, Target(4.0, most=False)),
    "otter-grader 7.0.0, `run`": (prepare_otter, Target(4.0, most=False)),
}
# Folders of submissions, and what is said of them. A training that is known is not made again.
OURS = {"class": "", "alone": ", in which no two train alike"}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# Names of ours are kept in a module: the student's own are in the notebook.
SETUP = """\
import types as _types
import plain_checks as _checks
_student = _types.SimpleNamespace(**{n: v for n, v in globals().items() if n[0] != "_"})"""
OTTER_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = 1


@test_case(points=1)
def {name}(_checks, _student):
    _checks.run("{name}", _student)
"""


def names_of_checks() -> list[str]:
    """The names of all plain checks."""
    tree = ast.parse((PLAIN / "plain_checks.py").read_text(encoding="utf-8"))
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return [name for name in functions if name.startswith("test_")]


def _with_given(folder: Path) -> Path:
    """Make a folder with what the checks need."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (*GIVEN, PLAIN / "plain_checks.py"):
        shutil.copy(path, folder)
    return folder


def require_graded(passed: list[bool], graded: int, works: list[Work]) -> None:
    """Hold another grader to having graded everybody, and the right answer as right."""
    if graded != len(works):
        raise Unusable(f"it graded {graded} of {len(works)}")
    if len(passed) != len(names_of_checks()) or not all(passed):
        raise Unusable(
            f"to the right answer it gives {sum(passed)} of {len(names_of_checks())} checks"
        )


def _installed(name: str, cache: Path) -> Path:
    """Find an environment with another grader, or make it.

    Raises:
        Unusable: it can't be installed.
    """
    folder, wanted = cache / name, "\n".join(INSTALLED[name])
    done = folder / "installed.txt"
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return folder
    venv.create(folder, clear=True, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *INSTALLED[name]]
    ran = subprocess.run(pip, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Unusable(
            f"pip can't install {INSTALLED[name][0]}: {ran.stderr.strip()[-LAST_WORDS:]}"
        )
    done.write_text(wanted, encoding="utf-8")
    return folder


def _activated(command: Path, folder: Path) -> dict[str, str]:
    """The environment of a command: its own programs, and files of notebooks not in the home."""
    home = {name: str(folder / "home") for name in ("HOME", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    path = os.pathsep.join([str(command.parent), os.environ.get("PATH", "")])
    return environment(PYTHONPATH="", PATH=path, **home)
