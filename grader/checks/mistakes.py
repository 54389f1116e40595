"""Known wrong answers of an assignment: what each is called, and what it has to lose."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

from grader.errors import CourseError

_LINE = re.compile(r"^# (loses|diagnosis): *(.*?) *$", re.MULTILINE)


class KnownMistake(NamedTuple):
    """A file of `solutions/NAME/mistakes/`.

    Args:
        path: the file.
        source: its text.
        summary: the first line of its docstring.
        loses: ids of exactly the checks that it loses.
        diagnoses: ids of the misconceptions that it shows, of `diagnoses.toml`.
    """

    path: Path
    source: str
    summary: str
    loses: frozenset[str]
    diagnoses: tuple[str, ...]


def known_mistakes(solutions: Path) -> tuple[KnownMistake, ...]:
    """Read every known mistake of an assignment, by name.

    Args:
        solutions: the course team's folder for the assignment.

    Raises:
        CourseError: a file can't be read, or does not say what it is. Names the file.
    """
    return tuple(map(_read, sorted((solutions / "mistakes").glob("*.py"))))


def _read(path: Path) -> KnownMistake:
    try:
        source = path.read_text(encoding="utf-8")
        summary = ast.get_docstring(ast.parse(source)) or ""
    except (OSError, ValueError, SyntaxError) as error:
        raise CourseError(
            "{file} can't be read: {detail}", file=str(path), detail=str(error)
        ) from error
    said: dict[str, list[str]] = {"loses": [], "diagnosis": []}
    for kind, words in _LINE.findall(source):
        said[kind] += words.split()
    if not summary or not said["loses"]:
        raise CourseError(
            "{file} needs a docstring that says the mistake and a line '# loses: ID ...' with the "
            "checks that it must lose.",
            file=str(path),
        )
    return KnownMistake(
        path, source, summary.splitlines()[0], frozenset(said["loses"]), tuple(said["diagnosis"])
    )
