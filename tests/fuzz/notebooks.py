"""Notebooks: .ipynb files."""

import ast
import json
import re
import sys
import warnings

from grader.notebook import plain_python
from grader.submission import parse
from tests.fuzz.sources import shown

# From Python 3.12 on, a field in an f-string may go on in the next line, even within quotes that
# may not. Cells aren't read that closely: nobody begins that next line with a percent sign.
BRAIDED = re.compile(r"[fF][rR]?['\"]" if sys.version_info >= (3, 12) else r"(?!)")

CELL = {"cell_type": "code", "metadata": {}, "execution_count": None}
THREE = {"cell_type": "code", "input": "%time x = 1", "language": "python", "outputs": []}


def notebook(*sources: str | list[str], **more: object) -> bytes:
    """Make a notebook of some cells."""
    cells = [CELL | {"id": f"c{n}", "outputs": [{}], "source": s} for n, s in enumerate(sources)]
    top = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return json.dumps(top | more).encode()


SEEDS = (
    notebook("x = 1", ["%%time\n", "y = f(1,\n", "  '% a')\n"]),
    notebook("!ls \\\n -l\nx?\nx = %pwd\n", '"""\n%time\n""" % 3', metadata={"kernelspec": {}}),
    notebook("'''a\\\n%x'''", "x = 'a\\\n%b'", metadata={"language_info": {"name": "R"}}),
    json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [THREE]}]}
    ).encode(),
    json.dumps({"cells": [{"cell_type": "code", "code": "x = 1", "prompt_number": 1}]}).encode(),
    json.dumps(
        {"nbformat": 2, "worksheets": [{"cells": [THREE, {"cell_type": "html", "source": "<p>"}]}]}
    ).encode(),
    b"def f(x):\n    %time y = 2\n    return (x\n% 3)\n",
)


def check(data: bytes) -> None:
    """A notebook is code fit to be shown or unreadable; Python in a cell is left as it is.

    Args:
        data: the file. It is taken for the text of a cell, too.
    """
    shown(parse(data, "answer.ipynb", "lilei", 64))
    source = data.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    plain = plain_python(source)
    assert plain.count("\n") == source.count("\n")
    assert plain == source or BRAIDED.search(source) or not is_python(source)


def is_python(source: str) -> bool:
    """Tell whether Python can read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
