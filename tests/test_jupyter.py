"""In a notebook: `%grader check` and `grader.check()`, in a real kernel and without one."""

import ast
import contextlib
import json
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.manager import KernelManager

import grader
from grader.errors import UsageError
from grader.jupyter.answer import Request, answer
from grader.jupyter.cells import definitions, notebook_of
from grader.notebook import code_cells
from tests.command import environment
from tests.minicourse import NAME, write_course

PAGE = f"{NAME}.feedback.html"
DOUBLE = "def double(x):\n    return x + x"
HALVE = "def halve(x):\n    return x / 2"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
RAISES = f"def double(x):\n    raise ValueError({HOSTILE!r})"
SECONDS = 60


@pytest.fixture
def folder(tmp_path):
    """The assignment's folder, in which the notebook lies."""
    return write_course(tmp_path / "course") / "assignments" / NAME


@pytest.fixture
def kernel(folder, tmp_path):
    """Run a cell in a real kernel: what it displayed, and the error that it ended with."""
    variables = environment(IPYTHONDIR=str(tmp_path / "ipython"), GRADER_LANG="en")
    manager = KernelManager(connection_file=str(tmp_path / "kernel.json"))
    manager.start_kernel(cwd=str(folder), env=variables)
    client = manager.blocking_client()
    client.start_channels()

    def run(cell):
        shown = []

        def look(message):
            if message["msg_type"] == "display_data":
                shown.append(message["content"]["data"])

        reply = client.execute_interactive(cell, timeout=SECONDS, output_hook=look)
        return shown, reply["content"].get("ename")

    try:
        client.wait_for_ready(timeout=SECONDS)
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def ask(folder: Path, *cells: str, line: str = "check", raised=(), **variables: str):
    """Grade cells without a kernel."""
    with contextlib.chdir(folder):
        return answer(Request(line, cells, frozenset(raised)), {"GRADER_LANG": "en"} | variables)


def test_magic(kernel, folder):
    """The magic shows what was defined so far as HTML and as text, and writes the page."""
    (folder / "pytest.py").write_text("1 / 0")  # not imported by us, for lying there
    assert kernel("%load_ext grader") == ([], None)
    kernel("import numpy as np\n%time two = np.float64(2)\n!true")
    kernel("def double(x):\n    return x * 3")
    kernel("def double(x):\n    return x * two")
    [shown], error = kernel("%grader check")
    assert error is None
    assert "Score 6 of 10" in shown["text/plain"]
    assert "Still to do: halve" in shown["text/plain"]
    assert "✗" not in shown["text/plain"]
    assert "<script" not in shown["text/html"]
    assert f'href="{PAGE}"' in shown["text/html"]
    assert (folder / PAGE).is_file()
    kernel(HALVE)
    [shown], _ = kernel("%grader check --only halve --lang zh")
    assert "4" in shown["text/html"]
    assert 'lang="zh-Hans"' in shown["text/html"]
    assert "先加倍再减半" not in shown["text/html"]
    _, error = kernel("import sys\nassert not {'pytest', 'nbconvert'} & set(sys.modules)")
    assert error is None


def test_function(kernel):
    """The function needs no magic; hostile words in an exception are shown, and only shown."""
    kernel("import grader\nimport numpy as np")
    kernel(RAISES)
    [shown], error = kernel("grader.check(only='double')\n1 / 0")
    assert error == "ZeroDivisionError"
    assert HOSTILE in shown["text/plain"]
    assert HOSTILE not in shown["text/html"]
    assert HOSTILE in unescape(shown["text/html"])
    assert "division" not in shown["text/plain"]


def test_cells_that_raised(kernel):
    """Of a cell that raised or was interrupted, what it defines counts, and nothing is noted."""
    kernel("%load_ext grader")
    kernel(f"{DOUBLE}\nassert double(1) == 3")
    kernel(f"{HALVE}\nraise KeyboardInterrupt")
    kernel("print(1")
    kernel("%reload_ext grader")
    [shown], _ = kernel("%grader check")
    assert "Score 10 of 10" in shown["text/plain"]
    assert "Note" not in shown["text/plain"]


def test_no_process_of_our_own(kernel):
    """Where nothing can be graded at all, that is told below the cell, without a traceback."""
    kernel("%load_ext grader")
    [shown], error = kernel("import sys\nsys.executable = '/bin/false'\n%grader check")
    assert error is None
    assert "could not be run by /bin/false" in shown["text/plain"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("check --only nono", "There is no group nono. The groups are double, halve."),
        ("check --nono", "unrecognized arguments: --nono"),
        ("check --lang fr", "invalid choice: 'fr'"),
        ("check --course nowhere", "nowhere is not a course"),
        ("check 'a", "No closing quotation"),
        ("check --help", "--only GROUP"),
        ("", "usage: %grader"),
    ],
)
def test_errors_are_sentences(folder, line, words):
    """What is wrong with a request is told in a sentence."""
    assert words in ask(folder, line=line)["text/plain"]


@pytest.mark.parametrize(
    ("cells", "raised", "said", "unsaid"),
    [
        ([], (), ["holds no code"], ["Traceback"]),
        (["x = 1"], (), ["Score 0 of 10", "to do: double, halve", "next: Write double."], ["✗"]),
        ([DOUBLE], (), ["Score 6 of 10", "to do: halve", "next: Write halve."], ["double,", "✗"]),
        ([DOUBLE, HALVE], (), ["Score 10 of 10"], ["to do", "next"]),
        (["def double(x):\n    raise NotImplementedError"], (), ["to do: double, halve"], ["!"]),
        (["def double(x):\n    return x * 3"], (), ["✗ doubles", "to do: halve"], ["Write"]),
        (["def double(x):\n    return x.no"], (), ["! doubles", "cell 1, line 2"], []),
        (["", "", "y = 1 / 0"], (), ["cell 3, line 1 stopped", "to do: double, halve"], ["!"]),
        ([DOUBLE, "1 / 0\n" + HALVE], (), ["to do: halve", "next: There is no halve, perh"], ["!"]),
        (["'\ud83d'", DOUBLE], (), ["Score 6 of 10"], []),
        (["", "", "y = 1 / 0"], {3}, ["Score 0 of 10"], ["stopped"]),
        (["import numpy", "n = [1]", "n.pop()", "n.pop()", "n.pop()"], (), ["cell 5"], ["cell 4"]),
        (["import pandas"], (), ["cell 1, line 1 stopped"], []),
        (["import grader", "grader.check(\n  only='double')"], (), ["Score 0"], ["stopped"]),
        (["for i in '12':\n    grader.check()", "grader check"], (), ["Score 0"], ["stopped"]),
        (["from grader import check as c; "], (), ["Score 0"], ["stopped"]),
        (["x = 1\n%grader check\n1 / 0"], (), ["Score 0"], ["stopped"]),
        (["'" + "x" * 2**22 + "'"], (), ["is larger than"], ["✗"]),
    ],
)
def test_what_is_shown(folder, cells, raised, said, unsaid):
    """The cells run so far decide what is shown, in few words."""
    bundle = ask(folder, *cells, raised=raised)
    text = bundle["text/plain"]
    assert [words for words in said if words not in text] == []
    assert [words for words in unsaid if words in text] == []
    assert "<p" in bundle["text/html"]


@pytest.mark.parametrize(("line", "lang"), [("check", "zh_CN"), ("check --lang zh", "en")])
def test_chinese(folder, line, lang):
    """The language comes from the line, then from the environment."""
    bundle = ask(folder, DOUBLE, line=line, GRADER_LANG=lang)
    assert bundle["text/plain"].startswith("加倍与减半")
    assert "页" in bundle["text/html"]


def test_the_page_is_called_like_the_notebook(folder):
    """Where the notebook's name is known, the page has it."""
    bundle = ask(folder, DOUBLE, JPY_SESSION_NAME="/elsewhere/Doubling <b> 2.ipynb")
    assert 'href="Doubling%20%3Cb%3E%202.feedback.html"' in bundle["text/html"]
    assert (folder / "Doubling <b> 2.feedback.html").is_file()


def test_a_page_that_cannot_be_written(folder):
    """A page that can't be written costs the link to it, and nothing else."""
    (folder / PAGE).mkdir()
    bundle = ask(folder, DOUBLE)
    assert "Score 6 of 10" in bundle["text/plain"]
    assert "can't be written" in bundle["text/plain"]
    assert "href" not in bundle["text/html"]


def test_a_broken_course_is_nobodys_fault(folder):
    """A check that can't be loaded is told as the course's fault, and costs nothing."""
    (folder / "checks" / "test_visible.py").write_text("import nono\n")
    text = ask(folder, DOUBLE)["text/plain"]
    assert "not your fault" in text
    assert "test_visible.py" in text
    assert "Score" not in text


def test_our_own_mistakes(folder, monkeypatch):
    """An error of ours is told as ours, and where it is written down."""
    monkeypatch.setattr("grader.grading.grade", lambda *_, **__: 1 / 0)
    text = ask(folder, DOUBLE)["text/plain"]
    assert "wrong in grader itself (ZeroDivisionError)" in text
    log = Path(text.split()[-1])
    assert "Traceback" in log.read_text()
    log.unlink()


def test_any_text_reaches_the_process(folder):
    """Half a surrogate pair in a cell does not keep the process from answering."""
    done = subprocess.run(
        [sys.executable, "-m", "grader.jupyter"],
        input=json.dumps({"line": "check --lang zh", "cells": ["'\ud83d'", DOUBLE]}).encode(),
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["text/plain"].startswith("加倍与减半")


def test_outside_of_a_course(tmp_path):
    """Where no assignment is, it is said where to go."""
    assert "There is no assignment here" in ask(tmp_path)["text/plain"]


def test_outside_of_a_notebook():
    """Without a notebook, the function names the command."""
    with pytest.raises(UsageError, match="grader check"):
        grader.check()


def test_importing_grader_is_light():
    """What `import grader` brings along is in the standard library, and little of it."""
    code = "import sys; before = set(sys.modules); import grader; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert {name.partition(".")[0] for name in done.stdout.split()} <= {
        *("grader", "importlib", "warnings")
    }


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("import numpy as np\nprint(1)", "import numpy as np\n"),
        ("@a\n@b(\n  1)\ndef f():\n    x\n\nf()", "@a\n@b(\n  1)\ndef f():\n    x\n\n"),
        ("rate = 0.1\nlosses = train()", "rate = 0.1\n"),
        ("class A:\n    pass\nA()", "class A:\n    pass\n"),
        ("def f(:", ""),
        ("x\0", ""),
        ("'\\d'", ""),
    ],
)
def test_definitions(source, kept):
    """Imports, functions, classes and constants are kept, each on its line."""
    assert definitions(source) == kept


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=[])), max_size=5), st.sets(st.integers(1, 6))
)
def test_any_history_becomes_a_notebook(cells, raised):
    """Whatever was run, each cell keeps its number."""
    content = json.loads(notebook_of([*cells, "last"], raised))
    assert len(content["cells"]) == len(cells) + 1
    parts = code_cells(notebook_of([*cells, "def last(): 0"], raised), "a.ipynb")
    assert parts[-1].name == f"cell {len(cells) + 1}"


STATEMENTS = st.sampled_from(
    ["import os", "def f():\n    'a\\n'\n    1", "x = 1", "x = f()", "'''\nx\n'''"]
)


@settings(deadline=None)
@given(st.lists(STATEMENTS).map("\n".join))
def test_what_is_kept_stays_where_it_was(source):
    """Every line is kept on its line or is blank, and what is kept can be run."""
    kept = definitions(source)
    ast.parse(kept)
    pairs = list(zip(kept.split("\n"), source.split("\n"), strict=True))
    assert all(a in ("", b) for a, b in pairs)
    assert kept.count("def f") == source.count("def f")
