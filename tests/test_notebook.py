"""Notebooks: what is taken out of them, what is left as it is, and what it costs."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import Unreadable
from grader.notebook import code_cells, plain_python
from tests.command import (
    ANSWER,
    DELTA,
    FILE,
    NAME,
    REFERENCE,
    answer,
    environment,
    grade,
    ids,
    lost,
    notebook,
)

NOTEBOOK = f"{NAME}.ipynb"

MAGICS = (
    "%matplotlib inline",
    "%load_ext autoreload\n%autoreload 2",
    "!pip install numpy",
    "!pip install \\\n    numpy",
    "%%time\nx = 1",
    "\n%%time\nx = 1",
    "%%timeit -n 1\nx = 1",
    "%%capture out\nx = 1",
    "%%bash\nfor f in *; do echo $f; done",
    "%%javascript\nalert(1)",
    "%%writefile notes.txt\nit's (not python",
    "x = !ls",
    "x = %timeit -o f()",
    "x['a'] = !ls -l | grep 'x'",
    "%timeit f(1, \\\n    2)",
    "if True:\n    !ls\n    %pwd",
    "softmax?",
    "softmax??",
    "?softmax",
    "np.exp ?",
    "get_ipython()",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
    "display(1, 2)",
)

PLAIN = (
    "x = 1  # is it right?",
    "x = 'what?'  # 'really?'",
    "if x:  # really?\n    y = 1",
    "'why?'",
    "x = [\n    '%s'\n    % 3,\n]",
    "x = (7\n% 4)",
    "x = 7 \\\n% 4",
    "'''\n%time\n!ls\nwhat?\n'''",
    '"""it\'s\n%time\n"""',
    "x = '\\'\\n% d'",
    "x = 'abc\\\n% d'",
    "'lr = %g' % 0.1",
    "'lr=%g' % 0.1",
    "'%d' % 3",
    "x = y %3",
    "x != y",
    "f'{x!r}'",
    "f'{x=!r}'",
    "# %time\n# !ls\n# what?",
    "x = '#'  # '",
    "@decorated\ndef f():\n    return '%'",
)


def parts(data: bytes) -> list[tuple[str, str]]:
    return [(part.name, part.source) for part in code_cells(data, NOTEBOOK)]


def submit(folder, data, name=NOTEBOOK):
    path = folder / name
    path.write_bytes(data)
    return path


def split(source: str) -> list[str]:
    """A file as cells: one for each definition."""
    return source.split("\n\n\n")


def test_graded_like_a_file(tmp_path):
    """A notebook with the cells of a file is graded like that file."""
    source = REFERENCE.read_text(encoding="utf-8").replace(
        "    return a - y\n", "    return y - a\n"
    )
    results = [
        grade(submit(tmp_path, data, name)).result
        for data, name in ((source.encode(), FILE), (notebook(*split(source)), NOTEBOOK))
    ]
    file, cells = ([c | {"seconds": 0} for c in result["checks"]] for result in results)
    assert file == cells
    assert {c["outcome"] for c in file} >= {"passed", "failed"}
    assert results[0]["training"] == results[1]["training"]


@pytest.mark.parametrize("cell", MAGICS)
def test_magics_do_no_harm(cell):
    """What is IPython's and not Python's is taken out: the cell can be run, line for line."""
    [(_, source)] = parts(notebook(cell))
    assert source.count("\n") == cell.count("\n")
    compile(source, "cell", "exec")


@pytest.mark.parametrize("cell", PLAIN)
def test_python_is_left_alone(cell):
    """What is Python already stays as it is, whatever it looks like."""
    compile(cell, "cell", "exec")
    assert plain_python(cell) == cell


def test_all_magics_at_once(tmp_path):
    """A notebook full of magics is graded as if they were not there."""
    given_out = "np.set_printoptions(4)\nget_ipython().system('ls')\ndisplay(np.zeros(3))"
    cells = [*MAGICS, *split(ANSWER), given_out]
    ran = grade(submit(tmp_path, notebook(*cells)), "--only", "delta")
    assert ran.code == 0
    assert not [note for note in ran.result["notes"] if "Syntax" in note or "get_ipython" in note]


def standard_library(count: int) -> list[Path]:
    """As many files of the standard library, spread over all of it."""
    folder = Path(sysconfig.get_path("stdlib"))
    paths = sorted(folder.glob("*.py")) + sorted(folder.glob("[a-k]*/*.py"))
    kept = [p for p in paths if not {"site-packages", "lib2to3", "idlelib"} & set(p.parts)]
    return kept[:: max(1, len(kept) // count)][:count]


def test_standard_library_is_left_alone():
    """No file of the standard library is changed: it is Python already."""
    sources = [p.read_text(encoding="utf-8", errors="replace") for p in standard_library(150)]
    assert len(sources) == 150
    changed = [
        (a, b)
        for source in sources
        for a, b in zip(source.split("\n"), plain_python(source).split("\n"), strict=True)
        if a != b
    ]
    assert changed == []


@settings(deadline=None)
@given(source=st.text(alphabet="ab1 \t\n'\"\\#%!?=()[]{},.:", max_size=60))
def test_same_lines(source):
    """Whatever a cell holds, it keeps its number of lines."""
    assert plain_python(source).count("\n") == source.count("\n")


@pytest.mark.parametrize("line", [" ", "a ", "a.", "? ", "' ", "=", "%", "(", "\\"])
def test_long_lines_come_to_an_end(line):
    """A cell of one endless line is read like any other."""
    program = "import sys; from grader.notebook import plain_python as f; f(sys.stdin.read())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=f"{line * 300_000}y".encode(),
        env=environment(),
        timeout=20,  # hours are too long; the time itself is not judged
        check=False,
    )
    assert done.returncode == 0


def test_failing_cell_is_noted(tmp_path):
    """A cell that raises costs nothing by itself: it is noted, and the next ones are run."""
    data = notebook("import numpy as np", "x = 1\ny = 1 / 0\nz = 2", *split(ANSWER))
    ran = grade(submit(tmp_path, data), "--only", "delta")
    assert (ran.code, lost(ran.result)) == (0, set())
    [note] = ran.result["notes"]
    assert note.startswith("cell 2, line 2 stopped the cell:")
    assert "ZeroDivisionError" in note


def test_cell_with_a_syntax_error(tmp_path):
    """A cell that is not Python is noted with its line, and the next ones are run."""
    ran = grade(submit(tmp_path, notebook("x = 1\nx = = 1", *split(ANSWER))), "--only", "delta")
    assert (ran.code, lost(ran.result)) == (0, set())
    [note] = ran.result["notes"]
    assert note.startswith("cell 1, line 2")


def test_last_definition_wins(tmp_path):
    """A function that is defined twice counts as it was defined last."""
    wrong = "def delta(a, y):\n    return y - a"
    first = grade(submit(tmp_path, notebook(wrong, *split(ANSWER))), "--only", "delta")
    last = grade(submit(tmp_path, notebook(*split(ANSWER), wrong)), "--only", "delta")
    assert (first.code, last.code) == (0, 1)


def test_missing_after_a_failed_cell(tmp_path):
    """Where a function is missing and a cell failed, the message points at that cell."""
    cells = split(
        answer(f"def delta(a, y):\n{DELTA}", "1 / 0\n\n\ndef other():\n    pass\n").decode()
    )
    ran = grade(submit(tmp_path, notebook(*cells)))
    cell = 1 + next(i for i, c in enumerate(cells) if c == "1 / 0")
    assert f"There is no delta, perhaps because cell {cell} broke off: " in ran.words
    assert ids(ran.result, "delta") <= lost(ran.result)
    assert not ids(ran.result, "softmax", "loss", "mean_loss") & lost(ran.result)


def test_line_of_a_cell(tmp_path):
    """What a student's function raises is told with the cell and the line in it."""
    cells = split(answer(DELTA, "    return a - z\n").decode())
    ran = grade(submit(tmp_path, notebook("x = 1", *cells)), "--only", "delta")
    assert "cell 5, line 2: return a - z" in ran.words


def test_numbers_of_cells():
    """Cells of code are numbered as Jupyter does, empty ones and text not being in the way."""
    content = json.loads(notebook("a = 1", "", "b = 2"))
    content["cells"].insert(
        0, {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# A"}
    )
    assert parts(json.dumps(content).encode()) == [("cell 1", "a = 1"), ("cell 3", "b = 2")]


def test_old_notebook():
    """A notebook of format 3, with work sheets, is read."""
    cell = {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"],
            "outputs": [], "collapsed": False}  # fmt: skip
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
               "worksheets": [{"cells": [cell], "metadata": {}}]}  # fmt: skip
    assert parts(json.dumps(content).encode()) == [("cell 1", "x = 1\ny = 2")]


def test_with_byte_order_mark():
    """A byte order mark before a notebook does no harm."""
    assert parts(b"\xef\xbb\xbf" + notebook("x = 1")) == [("cell 1", "x = 1")]


def test_outputs_are_dropped(tmp_path):
    """What a notebook's cells once printed is neither shown nor believed."""
    content = json.loads(notebook(ANSWER))
    content["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "SECRET"}]
    ran = grade(submit(tmp_path, json.dumps(content).encode()), "--only", "delta")
    page = (tmp_path / f"{NAME}.feedback.html").read_text(encoding="utf-8")
    assert ran.code == 0
    assert "SECRET" not in ran.out + ran.err + page


UNREADABLE = (
    ("garbage", b"\x80\x81", "not a notebook that can be read"),
    ("no JSON", b"{", "not a notebook that can be read"),
    ("a list", b"[]", "not a notebook that can be read"),
    ("a number", b"3", "not a notebook that can be read"),
    ("no notebook", b"{}", "not a notebook that can be read"),
    ("cells that are none", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [3]}',
     "not a notebook that can be read"),
    ("deep", b"[" * 100_000, "not a notebook that can be read"),
    ("from the future", b'{"nbformat": 99, "nbformat_minor": 0, "cells": []}',
     "not a notebook that can be read"),
    ("a Python file", ANSWER.encode(), "not a notebook that can be read"),
    ("R", notebook("x <- 1", language_info={"name": "R"}), "another language than Python"),
    ("Julia's kernel", notebook("x = 1", language_info={}, kernelspec={"name": "julia-1.10",
     "display_name": "Julia", "language": "julia"}), "another language than Python"),
    ("no cells", notebook(), "holds no code"),
    ("empty cells", notebook("", " \n"), "holds no code"),
)  # fmt: skip


@pytest.mark.parametrize(("data", "says"), [pytest.param(*r[1:], id=r[0]) for r in UNREADABLE])
def test_unreadable(data, says):
    """What is no notebook in Python says so."""
    with pytest.raises(Unreadable, match=says):
        parts(data)


@pytest.mark.parametrize(
    "data", [b"{", notebook("x <- 1", language_info={"name": "R"}), notebook()]
)
def test_unreadable_notebook_is_graded(data, tmp_path):
    """A notebook that can't be read loses everything, and is told why, once."""
    ran = grade(submit(tmp_path, data))
    assert (ran.code, ran.result["score"]) == (1, 0)
    assert f"{NOTEBOOK} " in ran.result["checks"][0]["message"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["cells", "metadata", "nbformat", "nbformat_minor", "source", "cell_type",
                         "language_info", "name", "kernelspec", "outputs", "worksheets"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(data=st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes(data):
    """Whatever the bytes, they are no notebook, and that is all that can happen."""
    with pytest.raises(Unreadable):
        parts(data)


CELLS = st.lists(
    st.fixed_dictionaries(
        {"cell_type": st.sampled_from(["code", "markdown", "raw", "odd"])},
        optional={"source": JSON, "outputs": JSON, "metadata": JSON, "execution_count": JSON},
    ),
    max_size=3,
)


@settings(deadline=None)
@given(cells=CELLS, metadata=JSON, version=st.sampled_from([3, 4]))
def test_any_notebook(cells, metadata, version):
    """Whatever a notebook holds, it gives parts with names and text, or is unreadable."""
    content = {"nbformat": version, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    try:
        found = parts(json.dumps(content).encode())
    except Unreadable:
        return
    assert all(name.startswith("cell ") and source.strip() for name, source in found)


@pytest.mark.parametrize("line", [r"\delta_k = \sum_i \frac{a}{b}", "\\" * 400, r"'\'' " * 99])
def test_backslashes_in_a_docstring_take_no_time(line):
    """LaTeX in a docstring is read like any other text."""
    source = f"def f():\n    r'''\n    {line}\n    '''\n    return 1"
    assert plain_python(source) == source


def test_timed_statements_are_kept():
    """What %time times is run, untimed."""
    assert plain_python("%time RATE = 0.1\nx = 1") == "RATE = 0.1\nx = 1"
