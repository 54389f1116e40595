"""The template as a notebook: the same bytes each time, and the same code as in the file."""

import ast
import json
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from pathlib import PurePath
from typing import Any

HOW_TO_CHECK = "Save this notebook, then check your work in a terminal:\n\n    grader check {file}"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_of(template: str, title: str, file: str) -> bytes:
    """Make a notebook of a template.

    Args:
        template: Python source, with Unix line ends.
        title: the assignment's.
        file: the notebook's name.

    Returns:
        An .ipynb file. Its first cell says what to do, in the words of the module's docstring.
        Each cell of code stands in the template, word for word: imports, a function, a class,
        or lines that no blank line divides, with the comments above them.
    """
    tree = ast.parse(template)
    about = (ast.get_docstring(tree) or "").removeprefix(f"{title}: ")
    prose = _prose(about[:1].upper() + about[1:], f"{PurePath(file).stem}.py")
    introduction = "\n\n".join((f"# {title}", *prose, HOW_TO_CHECK.format(file=file)))
    cells = [("markdown", introduction)]
    for heading, code in _pieces(tree, template.split("\n")):
        if heading:
            cells.append(("markdown", f"## {heading}"))
        cells.append(("code", code))
    notebook = {
        "cells": [_cell(number, kind, source) for number, (kind, source) in enumerate(cells)],
        "metadata": METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _prose(docstring: str, script: str) -> Iterator[str]:
    """The docstring's paragraphs, but for indented ones with commands for the script."""

    def is_command(paragraph: str) -> bool:
        return paragraph.startswith("    ") and script in paragraph

    for paragraph, following in pairwise((*filter(None, docstring.split("\n\n")), "")):
        if not is_command(paragraph):
            ends = paragraph.endswith(":") and is_command(following)
            yield f"{paragraph[:-1]}." if ends else paragraph


def _pieces(tree: ast.Module, lines: list[str]) -> Iterator[tuple[str, str]]:
    """Cut source at the blank lines between statements; all imports on end stay together.

    Yields (heading or '', source).
    """
    documented = ast.get_docstring(tree) is not None
    body = tree.body[documented:]
    first, heading = (_end(tree.body[0]) if documented else 0), ""
    for node, following in zip_longest(body, body[1:]):
        heading = heading or _heading(node)
        if following is None or _apart(node, following, lines):
            end = _end(node) if following else len(lines)
            yield heading, "\n".join(lines[first:end]).strip("\n")
            first, heading = end, ""


def _end(node: ast.stmt) -> int:
    """The line that a statement ends on, counted from 1."""
    return node.end_lineno or node.lineno


def _apart(node: ast.stmt, following: ast.stmt, lines: list[str]) -> bool:
    if all(isinstance(n, ast.Import | ast.ImportFrom) for n in (node, following)):
        return False
    return any(not line.strip() for line in lines[_end(node) : following.lineno - 1])


def _heading(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return f"`{node.name}`"
    if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
        return "Run it"
    return ""
