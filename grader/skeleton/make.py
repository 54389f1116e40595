"""Making a new assignment of the example in `files/`.

The example's Python files end in .txt: they are text to be filled in, which nothing has to
import, compile or type-check here. In every path and text NAME, TITLE and TITLE_ZH stand for the
assignment's.
"""

import contextlib
import json
import keyword
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.course import find_course, load_assignment
from grader.disk import DRAFT
from grader.errors import UsageError
from grader.release.kit import update

FILES = Path(__file__).with_name("files")
# The folder that makes a course an assignment's comes last: without it, nothing is there.
PARTS = ("solutions", "assignments")
MAX_NAME = 64
# `import NAME` and paths with NAME in them mean something else already.
TAKEN = sys.stdlib_module_names | {"numpy", "grader", *PARTS, "checks", "mistakes", "correct"}


class Words(NamedTuple):
    """What a new assignment is called.

    Args:
        name: of its folders and its template.
        title: in English, one line.
        title_zh: in Simplified Chinese, one line.
    """

    name: str
    title: str
    title_zh: str


def require_name(name: str) -> None:
    """Make sure that an assignment, and so a module, can be called that.

    Raises:
        UsageError: it can't.
    """
    plain = name.isidentifier() and unicodedata.normalize("NFKC", name) == name
    if not plain or len(name) > MAX_NAME:
        raise UsageError(
            "{name} can't be an assignment's name. Take letters, numbers and underscores, {most} "
            "at most, and a letter first, as in Linear_neuron.",
            name=name,
            most=MAX_NAME,
        )
    if keyword.iskeyword(name) or name.lower() in TAKEN:
        raise UsageError(
            "An assignment can't be called {name}: that means something else in Python or in a "
            "course. Choose another name.",
            name=name,
        )


def course_for(given: Path | None, working: Path) -> Path:
    """Find the course that a new assignment belongs to, or a folder where one can begin.

    Args:
        given: as given with --course, or None to look for it.
        working: the working folder, absolute.

    Returns:
        The folder that was given; or the course that the working folder is in; or that folder,
        if nothing else is in it.

    Raises:
        UsageError: there is none.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError("There is no folder {path}. Make it first.", path=str(given))
        return given.resolve()
    found = find_course(working)
    if found is not None:
        return found
    others = {p.name for p in working.iterdir() if not p.name.startswith(".")} - {*PARTS}
    if others:
        raise UsageError(
            "{path} is not in a course, and not empty. Change to the course's folder, or to an "
            "empty one to start a course there, or name the folder with --course DIR.",
            path=str(working),
        )
    return working


def make(course: Path, words: Words) -> None:
    """Make a new assignment, whole or not at all.

    Args:
        course: its folder. assignments/ and solutions/ are made where they are missing.
        words: what it is called.

    Raises:
        UsageError: something of that name is there, or the folder can't be written to.
    """
    for part in PARTS:
        path = course / part / words.name
        if os.path.lexists(path):
            raise UsageError(
                "{path} is there already, and is left as it is. Choose another name.",
                path=str(path),
            )
    try:
        with tempfile.TemporaryDirectory(prefix=DRAFT, dir=course) as name:
            draft = Path(name)
            _write(draft, words)
            update(load_assignment(draft / "assignments" / words.name, draft))
            _move(draft, course, words.name)
    except OSError as error:
        raise UsageError(
            "{path} can't be written: {detail}. Choose another place with {options}.",
            path=str(course),
            detail=error.strerror or str(error),
            options="--course DIR",
        ) from error


def _write(draft: Path, words: Words) -> None:
    fill = _filling(words)
    for source in FILES.rglob("*"):
        if source.is_file():
            path = draft / fill(source.relative_to(FILES).as_posix()).removesuffix(".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fill(source.read_text(encoding="utf-8")), "utf-8", newline="\n")


def _filling(words: Words) -> Callable[[str], str]:
    """A function that puts the words in. In quotes, they are escaped as TOML and JSON have it."""
    stand_ins = {field.upper(): value for field, value in words._asdict().items()}
    quoted = {f'"{key}"': json.dumps(v, ensure_ascii=False) for key, v in stand_ins.items()}
    all_of_them = quoted | stand_ins
    pattern = re.compile("|".join(sorted(all_of_them, key=len, reverse=True)))
    return lambda text: pattern.sub(lambda found: all_of_them[found[0]], text)


def _move(draft: Path, course: Path, name: str) -> None:
    """Put both folders where they belong, or none."""
    with contextlib.ExitStack() as undo:
        for part in PARTS:
            parent = course / part
            if not parent.is_dir():
                parent.mkdir()
                undo.callback(parent.rmdir)
            made = draft / part / name
            made.rename(parent / name)
            undo.callback((parent / name).rename, made)
        undo.pop_all()
