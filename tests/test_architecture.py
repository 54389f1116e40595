"""The shape of the code: what may import what, and what may be named where."""

import ast
import sys
from pathlib import Path

import pytest

GRADER = Path(__file__).parents[1] / "grader"

# Top to bottom. A module may import from rooms below its own, or from its own room.
ROOMS = (
    ("__main__",),
    ("cli", "jupyter"),
    ("batch", "verify", "skeleton"),
    ("grading", "release"),
    ("submission", "notebook", "checks", "report", "lms", "gradebook", "similar"),
    ("course", "workers"),
    ("sandbox",),
    ("grades",),
    ("proof",),
    ("errors", "results", "foreign", "disk", "packing", "blas", "versions"),
    ("__init__",),
)
SIBLINGS = {("submission", "notebook")}  # reading a notebook is a part of reading a submission
INSIDE = GRADER / "sandbox" / "inside"
FILES = sorted(GRADER.rglob("*.py"))
EVERYTHING = sorted(p for p in GRADER.rglob("*") if p.is_file() and p.suffix != ".pyc")
# Words of the lessons whose assignments are in this repository.
LESSONS = (
    *("softmax", "mnist", "digit ", "digits", "784", "heldout.npz", "cross-entropy"),
    *("cross_entropy", "crossentropy", "sigmoid", "gender", "female", " male", "woman"),
    *("output layer", "learning rate", "output_rate", "updates_too", "suspicious"),
)


def room_of(path: Path) -> str:
    """The room that a file of ours belongs to."""
    return path.relative_to(GRADER).with_suffix("").parts[0]


def level(room: str) -> int:
    return next(i for i, rooms in enumerate(ROOMS) if room in rooms)


def imported(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it; relative ones as they are written."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {f"{module}.{a.name}" if module == "grader" else module for a in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(GRADER)))
def test_imports_point_down(path):
    """A module imports only from rooms below its own, or from its own."""
    room = room_of(path)
    for name in imported(path):
        if name.startswith("grader"):
            below = (*name.split("."), "__init__")[1]
            other = below if any(below in rooms for rooms in ROOMS) else "__init__"
            allowed = room == other or level(other) > level(room) or (room, other) in SIBLINGS
            assert allowed, f"{room} imports {name}"


@pytest.mark.parametrize("path", sorted(INSIDE.glob("*.py")), ids=lambda p: p.name)
def test_the_guest_needs_only_the_standard_library_and_numpy(path):
    """What a student's process imports of ours brings nothing else with it."""
    for name in imported(path):
        top = name.split(".")[0]
        assert top in {"", "numpy"} or top in sys.stdlib_module_names, name


def code_of(path: Path) -> str:
    """A Python file without its comments and docstrings, in which there may be examples."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body[0].value.value = ""
    return ast.unparse(tree)


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda p: str(p.relative_to(GRADER)))
def test_the_grader_knows_no_lesson(path):
    """No word of a lesson stands in any file of the grader, but in examples in docstrings."""
    text = code_of(path) if path in FILES else path.read_bytes().decode(errors="ignore")
    assert not [word for word in LESSONS if word in text.lower()]


def test_the_command_line_is_the_only_one_that_prints():
    """Printing happens in cli/ alone."""
    for path in FILES:
        calls = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))
        prints = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
        assert not prints or room_of(path) == "cli", path


def test_there_is_no_room_for_odds_and_ends():
    """No module is called utils, helpers, common or misc."""
    assert not {p.stem for p in FILES} & {"utils", "util", "helpers", "common", "misc"}
