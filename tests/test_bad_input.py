"""Whatever is handed in: the exit code, what is said, and exactly the checks that it costs."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command import (
    ANSWER,
    DELTA,
    FILE,
    LOSS,
    MEAN_LOSS,
    NAME,
    SOFTMAX,
    answer,
    copy_course,
    grade,
    ids,
    lost,
    notebook,
    run,
    run_process,
)

GROUPS = ("softmax", "loss", "delta", "mean_loss", "gradient", "training")
TRAINED = ("test_training::stable", "test_training::converges", "test_hidden_training::heldout")
NO_SOFTMAX = ("softmax", "gradient", *TRAINED)
NO_DELTA = ("delta", "gradient", *TRAINED)
ALL, NONE = GROUPS, ()
CHINESE = "# 交叉熵损失\n" + ANSWER
FOREVER = "    while True:\n        pass\n"


class Row(NamedTuple):
    """A file, what is said about it, and the checks or groups that it loses."""

    name: str
    data: bytes
    says: str
    loses: tuple[str, ...]


def after(statement: str) -> bytes:
    """The good answer with something more done when it is imported, in line 21."""
    return f"{ANSWER}{statement}\n".encode()


UNREADABLE = (
    Row("empty file", b"", f"{FILE} is empty.", ALL),
    Row("only blanks", b" \n\t\n\r\n", f"{FILE} is empty.", ALL),
    Row("binary file", b"\x7fELF\x02\x01\0\0", "not a text file", ALL),
    Row("syntax error", answer(DELTA, "    return a -\n"), f"{FILE}, line 16: return a -", ALL),
    Row("wrong indent", answer(DELTA, "  return a\n      - y\n"), f"{FILE}, line 17", ALL),
    Row("zero byte", answer(DELTA, "    return '\0'\n"), "zero bytes", ALL),
    Row("GBK", CHINESE.encode("gbk"), f"{FILE}, line 1: this is not UTF-8; it looks like GBK", ALL),
    Row("GBK further down", f"{ANSWER}# 损失\n".encode("gbk"), f"{FILE}, line 21: this", ALL),
    Row("UTF-16", CHINESE.encode("utf-16"), "saved as UTF-16. Save it as UTF-8.", ALL),
    Row("unknown encoding", b"# coding: klingon\n" + answer(), "names an encoding", ALL),
    Row("too large", answer() + b"#" * 2**21, "larger than 2048 KiB", ALL),
    Row("sys.exit", after("import sys; sys.exit(0)"), f"{FILE}, line 21: import sys", ALL),
    Row("os._exit", after("import os; os._exit(0)"), f"{FILE} ended its process", ALL),
    Row("keyboard", after("rate = input()"), "asks for keyboard input", ALL),
    Row("foreign module", after("import no_such"), "imports what is not there", ALL),
    Row("given data", after("np.load('digits.npz')"), "No file can be read", ALL),
    Row("exception", after("1 / 0"), f"{FILE} raised ZeroDivisionError", ALL),
    Row("memory", after("x = np.ones(10**12)"), "ran out of memory", ALL),
    Row("only patches", b"import numpy as np\n"
        b"np.testing.assert_allclose = lambda *a, **k: None\n", "There is no softmax", ALL),
)  # fmt: skip

HARMLESS = (
    Row("GBK that says so", f"# -*- coding: gbk -*-\n{CHINESE}".encode("gbk"), "100 of 100", NONE),
    Row("BOM", b"\xef\xbb\xbf" + answer(), "100 of 100", NONE),
    Row("CRLF", answer().replace(b"\n", b"\r\n"), "100 of 100", NONE),
    Row("long file", b"# a line of comment\n" * 5000 + answer(), "100 of 100", NONE),
    Row("prints", answer(DELTA, "    print('x' * 1000)\n" + DELTA), "100 of 100", NONE),
    Row("warnings", answer(MEAN_LOSS, "    import warnings\n    for i in range(1000):\n"
        "        warnings.warn(f'loss {i} of {losses}')\n" + MEAN_LOSS), "Note: ", NONE),
)  # fmt: skip

COSTLY = (
    Row("missing", answer(f"def delta(a, y):\n{DELTA}"), "There is no delta", NO_DELTA),
    Row("near name", answer("def softmax", "def Softmax"),
        "There is no softmax, but there is Softmax. Names must match", NO_SOFTMAX),
    Row("too many parameters", answer("softmax(net)", "softmax(net, axis)"),
        "softmax can't be called like this", NO_SOFTMAX),
    Row("too few parameters", answer("delta(a, y)", "delta(a)"), "delta can't be called", NO_DELTA),
    Row("no function", answer(f"def delta(a, y):\n{DELTA}", "delta = 3\n"),
        "delta is not a function", NO_DELTA),
    Row("None", answer(DELTA, "    a - y\n"), "returns None. Is a `return` missing?", NO_DELTA),
    Row("list", answer(SOFTMAX, "    return list(powers / np.sum(powers))\n"),
        "a NumPy array of float64 is expected", ("test_softmax::array",)),
    Row("shape", answer(SOFTMAX, "    return (powers / np.sum(powers))[None, :]\n"),
        "It has shape (1, ", NO_SOFTMAX),
    Row("NaN", answer(MEAN_LOSS, "    return float('nan')\n"), "It is nan", ("mean_loss",)),
    Row("complex", answer(DELTA, "    return a - y + 0j\n"), "real numbers are expected", NO_DELTA),
    Row("string", answer(MEAN_LOSS, "    return '0.5'\n"), "returns a string", ("mean_loss",)),
    Row("array of strings", answer(DELTA, "    return (a - y).astype(str)\n"), "strings", NO_DELTA),
    Row("generator", answer(SOFTMAX, SOFTMAX.replace("return", "yield")),
        "returns a generator", NO_SOFTMAX),
    Row("huge array", answer(DELTA, "    return np.ones(10**7)\n"),
        "an array that is too big", NO_DELTA),
    Row("exit in a call", answer(DELTA, "    raise SystemExit\n"), "delta ended the program",
        NO_DELTA),
    Row("process ended in a call", answer(DELTA, "    __import__('os')._exit(0)\n"),
        "delta ended its process", NO_DELTA),
    Row("crash", answer(DELTA, "    __import__('ctypes').string_at(0)\n"),
        "delta crashed its process (SIGSEGV)", NO_DELTA),
    Row("keyboard in a call", answer(DELTA, "    return input()\n"), "asks for keyboard", NO_DELTA),
    Row("recursion", answer(DELTA, "    return delta(a, y)\n"), "calls itself without end",
        NO_DELTA),
    Row("memory in a call", answer(DELTA, "    x = []\n    while True:\n"
        "        x.append(bytearray(10**7))\n"), "delta ran out of memory", NO_DELTA),
    Row("exception in a call", answer(DELTA, "    return a - z\n"), "line 16: return a - z",
        NO_DELTA),
    Row("loss alone", answer(LOSS, "    return None\n"), "returns None", ("loss", "gradient")),
)  # fmt: skip

ENDLESS = (
    Row("at import", after("while True: pass"), f"{FILE} had not finished after 1 s", ALL),
    Row("asleep", after("import time; time.sleep(10**6)"), "mostly waited. Does it sleep?", ALL),
    Row("in a call", answer(DELTA, FOREVER), "delta had not finished after 1 s", NO_DELTA),
    Row("that catches all", answer(DELTA, "    while True:\n        try:\n            while True:\n"
        "                pass\n        except BaseException:\n            pass\n"),
        "delta had not finished", NO_DELTA),
)  # fmt: skip


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    return copy_course(tmp_path_factory.mktemp("hasty"), import_seconds=1, call_seconds=1)


def rows(table):
    return [pytest.param(row, id=row.name) for row in table]


def submit(folder: Path, data: bytes, name: str = FILE) -> Path:
    """Put a file into a folder."""
    path = folder / name
    path.write_bytes(data)
    return path


def hold(ran, row):
    """Hold what was said and lost against the table."""
    assert row.says in ran.words
    assert lost(ran.result) == ids(ran.result, *row.loses)
    assert ran.code == (1 if row.loses else 0)


@pytest.mark.parametrize("row", rows(UNREADABLE))
def test_whole_submission(row, tmp_path):
    """What can't be run loses everything, and the reason is told, with the line if there is one."""
    ran = grade(submit(tmp_path, row.data))
    hold(ran, row)
    assert ran.result["score"] == 0


@pytest.mark.parametrize("row", rows(HARMLESS))
def test_harmless(row, tmp_path):
    """What is unusual and does no harm costs nothing."""
    hold(grade(submit(tmp_path, row.data)), row)


@pytest.mark.parametrize("row", rows(COSTLY))
def test_one_function(row, tmp_path):
    """One bad function costs its own checks and those that need it, and leaves the others whole."""
    hold(grade(submit(tmp_path, row.data)), row)


@pytest.mark.parametrize("row", rows(ENDLESS))
def test_endless(row, tmp_path, hasty):
    """Code that never ends is stopped, and costs what a wrong answer would."""
    hold(grade(submit(tmp_path, row.data), course=hasty), row)


def test_cause_is_told_once(tmp_path):
    """What is wrong with the whole submission is told above the score and as the next step only."""
    ran = grade(submit(tmp_path, b""))
    assert ran.err.count(f"{FILE} is empty.") == 2


def test_warnings_are_few(tmp_path):
    """A flood of warnings leaves a list that a person can read."""
    row = HARMLESS[-1]
    result = grade(submit(tmp_path, row.data), "--only", "mean_loss").result
    assert 1 <= len(result["notes"]) <= 20


@pytest.mark.parametrize("escape", [rb"\ud800", rb"\u001b[31m", rb"\u202e"])
def test_odd_characters_in_a_notebook(escape, tmp_path):
    """Half a character or a control character in a notebook's comment does no harm."""
    data = notebook(ANSWER, "# MARK").replace(b"MARK", escape)
    ran = grade(submit(tmp_path, data, "NewCross_softmax.ipynb"), "--only", "delta")
    page = tmp_path / "NewCross_softmax.feedback.html"
    assert (ran.code, ran.result["score"]) == (0, ran.result["max_score"])
    assert "\x1b" not in page.read_text(encoding="utf-8")


MISSING = (
    ("missing file", {}, "nothing.py", "There is no file"),
    ("empty folder", {}, ".", "There is no submission in"),
    ("folder without a submission", {"a.py": b"", "b.py": b""}, ".", f"Looked for {FILE}"),
    ("two candidates", {FILE: answer(), "NewCross_softmax.ipynb": notebook(ANSWER)}, ".",
     f"Both {FILE} and NewCross_softmax.ipynb have been worked on"),
    ("text file", {"NewCross_softmax.txt": answer()}, "NewCross_softmax.txt", "not a Python file"),
    ("compiled file", {"NewCross_softmax.pyc": answer()}, "NewCross_softmax.pyc", "not a Python"),
    ("name that is too long", {}, "x" * 300 + ".py", "grader: error:"),
    ("file below a file", {"a.py": b""}, "a.py/b.py", "a.py/b.py"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("files", "path", "says"), [pytest.param(*r[1:], id=r[0]) for r in MISSING]
)
def test_nothing_to_grade(files, path, says, tmp_path):
    """Where it isn't clear what to grade, that is an error of usage, and no page is written."""
    folder = tmp_path / NAME
    folder.mkdir()
    for name, data in files.items():
        submit(folder, data, name)
    ran = grade(folder / path)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.words
    assert {p.name for p in folder.iterdir()} == set(files)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that can't be read")
def test_unreadable_file(tmp_path):
    """A file that can't be read is an error of usage that names it."""
    path = tmp_path / FILE
    path.symlink_to("/proc/self/mem")  # not even root can read its first byte
    ran = grade(path)
    assert (ran.code, ran.out) == (2, "")
    assert "can't be read" in ran.words


def test_hostile_name(tmp_path):
    """A file's name reaches terminal, page and JSON as harmless text."""
    name = NAME + "<img src=x onerror=alert(1)>\x1b[31m\n\u202e.py"
    path = submit(tmp_path, answer(), name)
    ran = grade(path, "--only", "delta")
    [page] = tmp_path.glob("*.html")
    assert ran.code == 0
    assert "<img src=x" in ran.result["submission"]["file"]
    assert not {"\x1b", "\u202e"} & set(ran.out + ran.err + page.read_text(encoding="utf-8"))
    assert "<img src=x" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [b"red\x1b[31m", b"caf\xe9", "作业".encode()])
def test_hostile_folder(name, tmp_path):
    """A folder's name, even one that is not text, does not reach the terminal as a command."""
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    good = grade(submit(folder, answer()), "--only", "delta")
    missing = grade(folder / "nothing.py")
    assert (good.code, missing.code) == (0, 2)
    assert "\x1b" not in good.err + missing.err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_terminal_without_chinese(lang, tmp_path):
    """On a terminal that knows ASCII alone, Chinese is replaced, and grading goes on."""
    path = submit(tmp_path, answer(DELTA, '    raise ValueError("损失")\n'))
    ran = run_process("check", path, "--lang", lang, "--course", Path(__file__).parents[1],
                      "--only", "delta", PYTHONIOENCODING="ascii")  # fmt: skip
    assert ran.code == 1
    assert "ValueError" in ran.words


def test_exception_texts(tmp_path):
    """What a student's exception says is cut short, and its control characters are taken out."""
    data = answer(DELTA, "    raise ValueError('\\x1b[31m<b>' + 'x' * 10**6)\n")
    ran = grade(submit(tmp_path, data), "--only", "delta")
    page = (tmp_path / f"{Path(FILE).stem}.feedback.html").read_text(encoding="utf-8")
    assert "\x1b" not in ran.out + ran.err + page
    assert "x" * 1000 not in ran.out + ran.err + page
    assert "raised ValueError" in ran.words


def test_format_fields_in_foreign_text(tmp_path):
    """Braces in what a student wrote are text, not fields to fill in."""
    data = answer(DELTA, "    raise ValueError('{0.__class__} {name!r} {')\n")
    ran = grade(submit(tmp_path, data), "--only", "delta")
    assert "{0.__class__} {name!r} {" in ran.words


def test_submission_is_left_as_it_is(tmp_path):
    """Grading reads the submission and leaves it as it was."""
    path = submit(tmp_path, answer().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    run("check", path, "--course", Path(__file__).parents[1], "--only", "mean_loss")
    assert path.read_bytes() == before
