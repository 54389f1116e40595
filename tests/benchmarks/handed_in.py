"""A class that hands in what classes do: right answers, mistakes, styles, templates, notebooks."""

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.command import NAME, REFERENCE, ROOT, notebook, replace_in

TEAM = REFERENCE.parent
STUDENTS = ROOT / "assignments" / NAME
TEMPLATE = STUDENTS / f"{NAME}.py"
# Other graders' processes have no matplotlib, and need none.
STYLES = [p for p in sorted((TEAM / "correct").glob("*.py")) if b"matplotlib" not in p.read_bytes()]
MISTAKES = sorted((TEAM / "mistakes").glob("*.py"))
# After this a training is nobody else's, and goes as it would have gone.
ALONE = """
if type(OUTPUT_LEARNING_RATE) is float:
    OUTPUT_LEARNING_RATE *= 1 + 1e-9 * {number}
"""
TRIED_OUT = '\nif __name__ == "__main__":'
LITTER = ("__pycache__", "*.feedback.html")
STRIDE = 37  # neighbours in a list of files are alike; every 37th is not


class Work(NamedTuple):
    """What a student handed in.

    Args:
        student: the id.
        source: Python.
        is_notebook: whether it was handed in as a notebook.
    """

    student: str
    source: str
    is_notebook: bool


def work(number: int) -> Work:
    """One student's: of twelve, four are right, seven have a mistake, one is the template."""
    turn, slot = divmod(number, 12)
    kinds = {0: [REFERENCE], 2: STYLES, 5: STYLES, 8: [REFERENCE], 7: [TEMPLATE]}
    files = kinds.get(slot, MISTAKES)
    path = files[(number + STRIDE * turn) * STRIDE % len(files)]
    # In a notebook, what stands there to try it out would run, too.
    source = path.read_text(encoding="utf-8").partition(TRIED_OUT)[0] + f"\n# {number}\n"
    return Work(f"student-{number:05}", source, slot in {3, 5, 8})


def shorten(folder: Path, samples: int = 320) -> Path:
    """Write the course with one epoch of training on a few digits, for classes that are large."""
    shutil.copytree(STUDENTS, folder / "assignments" / NAME, ignore=shutil.ignore_patterns(*LITTER))
    shutil.copytree(TEAM, folder / "solutions" / NAME, ignore=shutil.ignore_patterns(*LITTER))
    table, digits = (folder / "assignments" / NAME / n for n in ("assignment.toml", "digits.npz"))
    replace_in(table, ("\nepochs = 4\n", "\nepochs = 1\n"))
    with np.load(digits) as whole:
        few = {name: values[:samples] for name, values in whole.items()}
    np.savez(digits, **few)
    return folder


def hand_in(folder: Path, count: int, *, alike: bool = True) -> list[Work]:
    """Write a class: a folder for each student.

    Args:
        folder: that is made.
        count: of students.
        alike: whether right answers may train alike, as a class's do, or no two.
    """
    works = [work(number) for number in range(count)]
    if not alike:
        works = [w._replace(source=w.source + ALONE.format(number=n)) for n, w in enumerate(works)]
    for student, source, is_notebook in works:
        path = folder / student / f"{NAME}{'.ipynb' if is_notebook else '.py'}"
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook(source) if is_notebook else source.encode())
    return works
