"""The cells that a kernel has run -> a notebook, to be graded like one that was saved."""

import ast
import json
import re
import warnings
from collections.abc import Collection, Sequence

from grader.notebook import plain_python

# What calls us is not there while the cells are graded.
OURS = re.compile(
    r"""^(?P<indent>[ \t]*)
        (?P<code> (?:import[ ]grader | from[ ]grader[ ]import[ ]check) (?:[ ]as[ ]\w+)?
          | %?grader[ ]check\b.*
          | grader\.check\([^()]*\) )
        (?P<rest>[ \t]*;?[ \t]*(?:\#.*)?)$""",
    re.VERBOSE | re.MULTILINE,
)
CALL = re.compile(r"^(?:%?grader check\b.*|grader\.check\([^()]*\).*)$", re.MULTILINE)
DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def notebook_of(cells: Sequence[str], raised: Collection[int]) -> bytes:
    """Make a notebook of a kernel's history.

    Every cell keeps its number, so that messages name it as Jupyter does. A cell that was run
    more than twice counts the first and the last time. Of one that raised only what it defines
    counts: what it did before it broke off, or was interrupted, need not be repeated. The
    last one, which is running, counts up to where it calls us.

    Args:
        cells: sources in the order in which they were run; the first is number 1.
        raised: numbers of those that did not come to their end.
    """
    sources = []
    for number, cell in enumerate(cells, start=1):
        if cell in cells[: number - 1] and cell in cells[number:]:
            sources.append("")
            continue
        source = cell
        call = CALL.search(source) if number == len(cells) else None
        if call is not None:
            source = source[: call.end()]
        source = OURS.sub(_nothing, source)
        sources.append(definitions(plain_python(source)) if number in raised else source)
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"language_info": {"name": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "execution_count": number,
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(sources, start=1)
        ],
    }
    return json.dumps(notebook).encode()


def definitions(source: str) -> str:
    """Keep, each on its line, imports, functions, classes and constants, and nothing else.

    Args:
        source: Python with Unix line ends. Of what is not Python nothing is kept.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on odd escapes: said when the cell was run
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    lines = source.split("\n")
    kept = [""] * len(lines)
    for node in tree.body:
        constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        if constant or isinstance(node, DEFINING):
            decorators = getattr(node, "decorator_list", [])
            first = min(n.lineno for n in (node, *decorators)) - 1
            kept[first : node.end_lineno] = lines[first : node.end_lineno]
    return "\n".join(kept)


def _nothing(found: re.Match[str]) -> str:
    code = (found["code"] + found["rest"]).replace("\n", "\n#")
    return f"{found['indent']}pass  # {code}"
