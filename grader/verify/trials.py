"""What is graded to prove an assignment: the answer, and everything that is held beside it."""

from pathlib import Path

import msgspec

from grader.checks.mistakes import KnownMistake
from grader.course import Assignment
from grader.proof import Kind
from grader.release.notebook import notebook_of
from grader.verify.mutants import Mutant

FIRST_SEED = 0  # of the answer; everything else is tried with this one alone

# What no function should return, each of which some check may not expect.
ODD = (
    *("None", "'text'", "b'bytes'", "{'a': 1}", "[]", "[[1.0, 2.0], [3.0]]", "object()", "1j"),
    *("True", "10**400", "float('nan')", "float('inf')", "np.zeros((2, 0))", "np.array(['a'])"),
    *("np.array(1.0)", "np.full((3, 3), np.inf)", "np.array([1, None])", "np.float32(1.0)"),
)
ODDLY = """

def _oddly(function, number):
    import random

    import numpy as np

    value, chance = {value}, random.Random(number)
    return lambda *arguments: value if chance.random() < 0.3 else function(*arguments)


for _number, _name in enumerate({names}):
    if callable(globals().get(_name)):
        globals()[_name] = _oddly(globals()[_name], 100 * {number} + _number)
"""


class Trial(msgspec.Struct, frozen=True):
    """One grading.

    Args:
        kind: what it helps to prove.
        name: for people.
        file: as which it is handed in.
        data: its bytes.
        seed: of every random number.
        shown: whether its feedback is made and searched for what is secret.
        whole: whether all checks run, or none after the first that fails.
    """

    kind: Kind
    name: str
    file: str
    data: bytes
    seed: int = FIRST_SEED
    shown: bool = False
    whole: bool = True


class Tried(msgspec.Struct, frozen=True):
    """What came of a trial.

    Args:
        report: as `results.pack_report` made it.
        leaks: each secret that its feedback holds: what, and where.
    """

    report: bytes
    leaks: tuple[str, ...] = ()


def answers(assignment: Assignment, answer: str, seeds: int) -> list[Trial]:
    """The reference answer, from each seed as a program, and from the first as a notebook."""
    name = assignment.name
    title = assignment.settings.title
    as_notebook = notebook_of(answer, title, f"{name}.ipynb")
    return [
        *(
            Trial("answer", f"{name}_answer.py, seed {seed}", f"{name}.py", answer.encode(), seed)
            for seed in range(FIRST_SEED, FIRST_SEED + seeds)
        ),
        Trial("answer", f"{name}_answer.ipynb, seed 0", f"{name}.ipynb", as_notebook, shown=True),
    ]


def templates(assignment: Assignment) -> list[Trial]:
    """The untouched templates, in each form."""
    paths = [assignment.folder / file.name for file in assignment.settings.files]
    return [_from_file("template", path) for path in paths if path.is_file()]


def mistakes(known: tuple[KnownMistake, ...]) -> list[Trial]:
    """Every known mistake."""
    return [_from_file("mistakes", mistake.path) for mistake in known]


def styles(solutions: Path) -> list[Trial]:
    """Right answers, written in other ways."""
    return [_from_file("styles", path) for path in sorted((solutions / "correct").glob("*.py"))]


def changed(assignment: Assignment, mutants: tuple[Mutant, ...]) -> list[Trial]:
    """The mutants of the answer.

    Those that return nothing see every check: one that can't take None would break there.
    """
    file = f"{assignment.name}.py"
    return [
        Trial("mutants", m.id, file, m.source.encode(), whole=m.operator == "return")
        for m in mutants
    ]


def oddities(assignment: Assignment, answer: str) -> list[Trial]:
    """The answer, whose functions now and then return what no function should."""
    file, names = f"{assignment.name}.py", assignment.settings.names
    changed = (ODDLY.format(names=names, value=v, number=number) for number, v in enumerate(ODD))
    return [
        Trial("odd", f"an answer that returns {value} now and then", file, (answer + end).encode())
        for value, end in zip(ODD, changed, strict=True)
    ]


def _from_file(kind: Kind, path: Path) -> Trial:
    return Trial(kind, path.name, path.name, path.read_bytes(), shown=True)
