"""What students receive: template, notebook and kit made from the answer, and what may not leak."""

import ast
import gzip
import io
import json
import os
import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import __version__
from grader.course import load_assignment
from grader.errors import CourseError, UsageError
from grader.release.kit import NUMPY, content, files_of, stale, update, zipped
from grader.release.leaks import Leak, leaks, leaks_in_kit, secrets_of
from grader.release.notebook import notebook_of
from grader.release.template import answer_path, regions_of, template_of
from tests import minicourse
from tests.command import NAME, REFERENCE, ROOT, replace_in, run

MINI = minicourse.NAME
ANSWER = '''\
"""Doubling and halving: twice as much, and half of it.

Write both functions. A number doubled:

    2 * x

Then check them:

    grader check Doubling.py
"""

import numpy as np


def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    # Adding is exact.
    doubled = np.add(x, x)
    return doubled
    ### END SOLUTION


def halve(x):
    """Half of x."""
    ### BEGIN SOLUTION
    ### INSTEAD: half = 0.0  # your work
    ### INSTEAD: return half
    return x * 0.5
    ### END SOLUTION
'''
TEMPLATE = '''\
"""Doubling and halving: twice as much, and half of it.

Write both functions. A number doubled:

    2 * x

Then check them:

    grader check Doubling.py
"""

import numpy as np


def double(x):
    """Twice x."""
    raise NotImplementedError("double")


def halve(x):
    """Half of x."""
    half = 0.0  # your work
    return half
'''
BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
NOTEBOOK_TABLE = '[[files]]  # and in Jupyter\nname = "Doubling.ipynb"\ntemplate_sha256 = ""\n\n'


def write_course(folder):
    """The small course with an answer, held-out numbers and a notebook. Returns its folder."""
    minicourse.write_course(folder)
    replace_in(table(folder), ("[[groups]]", f"{NOTEBOOK_TABLE}[[groups]]"))
    team = folder / "solutions" / MINI
    (team / f"{MINI}_answer.py").write_text(ANSWER, encoding="utf-8")
    np.savez_compressed(team / "heldout.npz", numbers=np.arange(500.0))
    return folder


def table(course):
    return course / "assignments" / MINI / "assignment.toml"


def kit(assignment):
    """What the command writes, as bytes."""
    return zipped(assignment.name, files_of(assignment))


def load(course):
    return load_assignment(course / "assignments" / MINI, course)


@pytest.fixture
def course(tmp_path):
    return write_course(tmp_path / "course")


def release(course, out, *options):
    return run("release", MINI, "--course", course, "--out", out, "--lang", "en", *options)


# The template


def test_solutions_are_taken_out():
    """A function's region becomes NotImplementedError with its name, or what INSTEAD says."""
    assert template_of(ANSWER, "a.py") == TEMPLATE


def test_the_lesson_template_is_what_students_have():
    """From the reference answer comes, byte for byte, the file in the assignment's folder."""
    template = (ROOT / "assignments" / NAME / f"{NAME}.py").read_text(encoding="utf-8")
    assert template_of(REFERENCE.read_text(encoding="utf-8"), REFERENCE.name) == template


NESTED = """\
class A:
    async def f(self):
        def g():
            ### BEGIN SOLUTION
            return 1
            ### END SOLUTION
        return g
"""
IN_A_STRING = """\
def f():
    s = '''
    ### BEGIN SOLUTION
'''
    ### BEGIN SOLUTION
    return s
    ### END SOLUTION
"""
SEVERAL = """\
def f():
    ### BEGIN SOLUTION
    ### INSTEAD: if 1:
    ### INSTEAD:     pass
    ### INSTEAD:
    return 1
    ### END SOLUTION
"""
SPELLED = "def f():\n    # begin solution\n    return 1\n    #END_SOLUTION\n"


@pytest.mark.parametrize(
    ("answer", "region", "instead"),
    [
        (NESTED, slice(3, 6), '            raise NotImplementedError("g")\n'),
        (IN_A_STRING, slice(4, 7), '    raise NotImplementedError("f")\n'),
        (SEVERAL, slice(1, 7), "    if 1:\n        pass\n\n"),
        (SPELLED, slice(1, 4), '    raise NotImplementedError("f")\n'),
        ("### BEGIN SOLUTION\n### INSTEAD: X = 0\nX = 1\n### END SOLUTION", slice(4), "X = 0"),
    ],
    ids=["nested", "in a string", "several lines", "other spellings", "outside of functions"],
)
def test_regions_of_every_kind(answer, region, instead):
    """Marks are found at any depth, however they are written, but not in strings."""
    lines = answer.splitlines(keepends=True)
    lines[region] = [instead]
    assert template_of(answer, "a.py") == "".join(lines)


@pytest.mark.parametrize(
    ("answer", "line", "words"),
    [
        ("def f():\n    return 1\n", None, "no solution region"),
        ("def f():\n" + BEGIN + "    return 1\n", 2, "without ### END SOLUTION"),
        ("def f():\n    return 1\n" + END, 3, "without ### BEGIN SOLUTION"),
        ("def f():\n" + BEGIN + "    x = 1\n" + BEGIN + END + END, 4, "within another"),
        ("def f():\n" + BEGIN + "    return 1\n" + END + END, 5, "without ### BEGIN"),
        ("x = 1\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION\n", 2, "### INSTEAD: CODE"),
        ("class A:\n" + BEGIN + "    y = 1\n" + END, 2, "### INSTEAD: CODE"),
        ("def f():\n" + BEGIN + "    x = 1\n    ### INSTEAD: y\n" + END, 4, "directly below"),
        ("### INSTEAD: y\nx = 1\n", 1, "directly below"),
        ("def f():\n    x = 1  ### BEGIN SOLUTION\n    return x\n" + END, 2, "line of its own"),
        ("x = 1\ndef f(:\n", 2, "not Python"),
        ("x = '\0'\n", 1, "not Python"),
        ("def f():\n    x = [\n" + BEGIN + "    1,\n" + END + "    ]\n", 3, "without its sol"),
        ("x = 1\n\ndef f():\n" + BEGIN + "    ### INSTEAD: return (\n    return 1\n" + END, 4,
         "without its solutions"),
    ],
)  # fmt: skip
def test_a_mark_out_of_place_is_told_with_its_line(answer, line, words):
    """What can't become a template is refused, with the answer's file and line."""
    with pytest.raises(CourseError) as caught:
        template_of(answer, "a.py")
    assert words in str(caught.value)
    assert str(caught.value).startswith("a.py" + (f", line {line}: " if line else " "))


def test_an_oddly_indented_answer_is_refused():
    """Where Python's parser and tokenizer disagree on blanks, there is an error and no crash."""
    with pytest.raises(CourseError, match=r"^a\.py, line"):
        template_of("\t\\\n### BEGIN SOLUTION\n    \\\n### END SOLUTION", "a.py")


names = st.from_regex(r"[a-z]{3,6}_", fullmatch=True)
statements = st.sampled_from(
    ["secret = 1", "# why", "", "for secret in range(9):\n    secret += 1", "return '''\nsecret'''"]
)


@st.composite
def functions(draw):
    """An answer's function and the template's: (with its region, without)."""
    name, depth = draw(names), draw(st.integers(1, 3))
    heads = "".join("    " * n + f"def {name}{n}():\n" for n in range(depth))
    inner = "    " * depth
    body = [line for s in draw(st.lists(statements, max_size=4)) for line in s.split("\n")]
    body = "".join(f"{inner}{line}\n" if line else "\n" for line in [*body, "return 0"])
    instead = draw(st.lists(st.just("pass"), max_size=2))
    marks = "".join(f"{inner}### INSTEAD: {line}\n" for line in instead)
    region = f"{inner}### BEGIN SOLUTION\n{marks}{body}{inner}### END SOLUTION\n"
    hole = "".join(f"{inner}{line}\n" for line in instead)
    hole = hole or f'{inner}raise NotImplementedError("{name}{depth - 1}")\n'
    return heads + region, heads + hole


@given(
    st.lists(functions(), min_size=1, max_size=4), st.sampled_from(["\n\n", "\n# note\nx = 1\n"])
)
def test_nothing_of_a_region_is_left_and_all_else_is(pairs, between):
    """Whatever stands in the regions, the template is the answer with each one replaced."""
    answer, template = (between.join(texts) for texts in zip(*pairs, strict=True))
    assert template_of(answer, "a.py") == template
    assert "secret" not in template
    assert len(regions_of(answer, "a.py")) == len(pairs)


PIECES = ["### BEGIN SOLUTION", "### END SOLUTION", "### INSTEAD: pass", "x = 1", "def f():", "'''",
          "if x:", "(", ")", "", "return", "\\", "\x0c"]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["", "    ", "\t"]), st.sampled_from(PIECES))))
def test_any_text_is_a_template_or_an_error(lines):
    """Whatever an answer looks like, it is refused with a sentence or becomes Python."""
    answer = "\n".join(indent + piece for indent, piece in lines)
    try:
        template = template_of(answer, "a.py")
    except CourseError as error:
        assert str(error).startswith("a.py")  # noqa: PT017 - both ends are fine
    else:
        ast.parse(template)


# The notebook


def test_the_notebook_says_what_to_do_and_holds_the_code():
    """The docstring becomes prose, with the notebook's own command; each function has a cell."""
    data = notebook_of(TEMPLATE, "Doubling and halving", "Doubling.ipynb")
    notebook = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook).encode() + b"\n" == data
    first, *rest = notebook.cells
    assert first.source == (
        "# Doubling and halving\n\nTwice as much, and half of it.\n\n"
        "Write both functions. A number doubled:\n\n    2 * x\n\nThen check them.\n\n"
        "Save this notebook, then check your work in a terminal:\n\n    grader check Doubling.ipynb"
    )
    assert [c.source.split("\n")[0] for c in rest] == [
        "import numpy as np", "## `double`", "def double(x):", "## `halve`", "def halve(x):",
    ]  # fmt: skip
    assert [c.id for c in notebook.cells] == [f"cell-{n}" for n in range(6)]


parts = st.sampled_from(
    ["import os", "from math import (\n    pi,\n)", "# A note\nx = 1", "y = 1; z = 2",
     "class A:\n    b = 1", "@staticmethod\ndef f():\n\n    pass  # end",
     "s = '''\n\n# no comment\n'''",
     'if __name__ == "__main__":\n    f()']
)  # fmt: skip


@given(st.lists(parts, min_size=1, max_size=6), st.sampled_from(["\n", "\n\n", "\n\n\n# more\n"]))
def test_a_notebook_is_the_template_cut_in_pieces(pieces, between):
    """Together the cells are the template's code, and each stands in it word for word."""
    template = between.join(pieces) + "\n"
    notebook = json.loads(notebook_of(template, "Title", "a.ipynb"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    assert all(cell in template and cell.strip() for cell in cells)
    assert ast.dump(ast.parse("\n".join(cells))) == ast.dump(ast.parse(template))


# The kit


def test_update_writes_what_is_stale_and_no_more(course):
    """Templates and digests are made once; comments of assignment.toml stay."""
    assert stale(load(course)) == ("Doubling.py", "Doubling.ipynb", "assignment.toml")
    assert update(load(course)) == ("Doubling.py", "Doubling.ipynb", "assignment.toml")
    assert update(load(course)) == stale(load(course)) == ()
    assert "[[files]]  # and in Jupyter\n" in table(course).read_text(encoding="utf-8")
    template = table(course).with_name("Doubling.py")
    template.write_text(TEMPLATE + "x = 1\n", encoding="utf-8")
    assert stale(load(course)) == ("Doubling.py",)


def test_only_the_forms_that_the_table_lists_are_made(course):
    """Without a notebook in `files`, there is none."""
    replace_in(table(course), (NOTEBOOK_TABLE, ""))
    assert "Doubling.ipynb" not in files_of(load(course))


def test_digests_need_their_own_lines(course):
    """Where a digest can't be replaced safely, the author is asked to make room for it."""
    text = table(course).read_text(encoding="utf-8")
    digest = re.search(r'template_sha256 = "(\w+)"', text)[1]
    text = re.sub(r'\[\[files\]\]\nname = "Doubling.py"\n.*\n', "", text).replace(
        NOTEBOOK_TABLE, ""
    )
    line = f'files = [{{name = "Doubling.py", template_sha256 = "{digest}"}}]\n'
    table(course).write_text(line + text, encoding="utf-8")
    with pytest.raises(CourseError, match="a line of its own"):
        files_of(load(course))


def test_a_missing_answer_is_named(course):
    """Without a reference answer there is nothing to make a kit of."""
    (course / "solutions" / MINI / "Doubling_answer.py").unlink()
    with pytest.raises(CourseError, match=r"Doubling_answer\.py is missing"):
        answer_path(load(course))


def test_an_answer_that_is_no_text_is_named(course):
    """An answer in another encoding than UTF-8 is told, with its file."""
    (course / "solutions" / MINI / "Doubling_answer.py").write_bytes(b"\xff\xfe")
    with pytest.raises(CourseError, match=r"Doubling_answer\.py can't be read"):
        files_of(load(course))


def test_a_file_that_cant_be_read_is_named(tmp_path):
    """What the system says is passed on, with the file."""
    with pytest.raises(CourseError, match="can't be read: Is a directory"):
        content(tmp_path)


@pytest.mark.parametrize("name", ["link.txt", "line\nbreak.txt"])
def test_a_file_that_cant_be_handed_out_is_told(course, tmp_path, name):
    """A link, or a name that no zip can hold, is no kit with a hole but an error with its name."""
    path = table(course).parent / name
    if name == "link.txt":
        path.symlink_to(tmp_path)
    else:
        path.write_text("x", encoding="utf-8")
    ran = release(course, tmp_path / "kit.zip")
    assert ran.code == 2
    assert "Put the file itself there" in ran.words or "can't be handed out" in ran.words


ELSEWHERE = {
    "GB18030": "# 答案\n    doubled = np.add(x, x)\n".encode("gb18030"),
    "UTF-16": "    doubled = np.add(x, x)\n".encode("utf-16"),
    "one byte amiss": b"\xff    doubled = np.add(x, x)\n",
    "gzip": gzip.compress(b"    doubled = np.add(x, x)\n"),
    "a zip in a tar": None,
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_a_leak_is_found_in_any_encoding_and_archive(course, tmp_path, kind):
    """The answer's line is found in other encodings, compressed, and packed twice."""
    data = ELSEWHERE[kind]
    if data is None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            inner = zipped_text()
            info = tarfile.TarInfo("inner.zip")
            info.size = len(inner)
            tar.addfile(info, io.BytesIO(inner))
        data = packed.getvalue()
    (table(course).parent / "extra.bin").write_bytes(data)
    ran = release(course, tmp_path / "kit.zip")
    assert (ran.code, "so nothing was written: extra.bin" in ran.words) == (2, True)


def test_litter_stays_at_home(course):
    """A kit holds the assignment's own files: no caches, pages or hidden files."""
    folder = table(course).parent
    for name in (
        "__pycache__/a.pyc",
        ".secret/key",
        ".DS_Store",
        "Doubling.feedback.html",
        "b.py~",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"litter")
    (folder / "data").mkdir()
    (folder / "data" / "numbers.csv").write_bytes(b"1,2\n")
    assert list(files_of(load(course))) == [
        ".github/workflows/grader.yml",
        "Doubling.ipynb",
        "Doubling.py",
        "README.md",
        "assignment.toml",
        "checks/test_visible.py",
        "data/numbers.csv",
        "requirements.txt",
    ]


def test_requirements_name_no_stranger(course):
    """NumPy is installed as grader needs it; grader, which PyPI has not, stands in a comment."""
    text = files_of(load(course))["requirements.txt"].decode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [line for line in text.splitlines() if not line.startswith("#")] == [NUMPY]
    assert NUMPY in project["dependencies"]
    assert f"grader {__version__} or newer" in text


def test_the_course_may_bring_its_own_requirements(course, tmp_path):
    """A requirements.txt in the assignment's folder is the one that students get."""
    assert "does not say where grader comes from" in release(course, tmp_path / "kit.zip").words
    (table(course).parent / "requirements.txt").write_bytes(b"grader @ git+https://example.org\n")
    assert "where grader comes from" not in release(course, tmp_path / "kit.zip").words
    assert files_of(load(course))["requirements.txt"].startswith(b"grader @ git+")


def test_the_same_course_gives_the_same_bytes(tmp_path):
    """A kit depends neither on where the course lies nor on dates and permissions."""
    first, second = write_course(tmp_path / "a"), write_course(tmp_path / "elsewhere" / "b")
    for path in second.rglob("*.*"):
        os.utime(path, (10**9, 10**9))
    (second / "assignments" / MINI / "README.md").chmod(0o700)
    assert kit(load(first)) == kit(load(first)) == kit(load(second))


# Leaks


def hidden(course):
    return course / "solutions" / MINI / "checks" / "test_hidden.py"


def repacked():
    """Held-out numbers among others, compressed otherwise."""
    buffer = io.BytesIO()
    np.savez(buffer, train=np.ones(3), more=np.arange(500.0))
    return buffer.getvalue()


def zipped_text():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notes.txt", "return x * 0.5")
    return buffer.getvalue()


TEST = minicourse.HIDDEN.partition("def test_halves_back")[2].partition("\n")[2]
PLANTED = {
    "a hidden line in the handout": (
        "README.md",
        "`assert_close(student.halve(student.double(x)), x)` is run, too.",
    ),
    "a hidden line with other blanks": ("notes.txt", "x  =\n rng.normal(size=4)"),
    "a line of the answer": ("README.md", "Write 'return x * 0.5'."),
    "a line of the answer in Chinese": ("README.zh-CN.md", "写return x * 0.5。"),
    "a comment of the answer": ("README.md", "# Adding is exact."),
    "a notebook": ("extra.ipynb", json.dumps({"cells": [{"source": ["    return x * 0.5\n"]}]})),
    "a page": ("extra.html", "<b>return</b> x&#32;* 0.5"),
    "a hidden test among the visible checks": ("checks/test_more.py", f"def test_it():\n{TEST}"),
    "a solution among the visible checks": (
        "checks/test_more.py",
        "import numpy as np\n\n\ndef right(x):\n    doubled = np.add(x, x)\n    return doubled\n",
    ),
    "where the solutions are": ("README.md", "See ../../solutions/Doubling/checks."),
    "a file's name": ("solutions/Doubling/readme.txt", "Nothing here."),
    "text in a zip": ("notes.zip", zipped_text()),
    "held-out numbers in other data": ("train.npz", repacked()),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_kit_with_a_leak_is_refused(course, tmp_path, kind):
    """The command names the kit's file and the secret's, and writes nothing at all."""
    name, planted = PLANTED[kind]
    path = table(course).parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(planted if isinstance(planted, bytes) else planted.encode())
    ran = release(course, tmp_path / "kit.zip")
    assert ran.code == 2
    assert f"so nothing was written: {name}" in ran.words
    assert "solutions/Doubling" in ran.words
    assert not (tmp_path / "kit.zip").exists()
    assert not (table(course).parent / "Doubling.ipynb").exists()


@pytest.mark.parametrize("name", ["heldout.npz", "checks/test_hidden.py"])
def test_a_copied_file_is_known_by_its_bytes(course, name):
    """A file of the team's is found in the kit under any name."""
    data = (course / "solutions" / MINI / name).read_bytes()
    found = leaks_in_kit({"data.bin": data}, secrets_of(load(course)))
    assert found[0] == Leak(f"solutions/{MINI}/{name}", 0, "data.bin")


def test_a_broken_archive_is_searched_as_far_as_it_goes(course):
    """An archive that can't be read is no reason to fail."""
    data = zipped_text()
    broken = data[:40] + b"\xff" * 4 + data[44:]
    assert leaks_in_kit({"a.zip": broken}, secrets_of(load(course))) == ()


def test_a_long_list_of_leaks_is_cut(course, tmp_path):
    """Of many leaks the first five are told."""
    (table(course).parent / "copy.txt").write_text(minicourse.HIDDEN + ANSWER, encoding="utf-8")
    ran = release(course, tmp_path / "kit.zip")
    assert ran.words.count("copy.txt <- solutions/Doubling/") == 5
    assert ran.words.endswith("; ...")


def test_the_course_as_it_is_leaks_nothing(course):
    """Imports and lines that students have anyway, such as the template's, are no secrets."""
    secrets = secrets_of(load(course))
    assert leaks_in_kit(files_of(load(course)), secrets) == ()
    assert leaks(minicourse.VISIBLE + TEMPLATE, secrets) == ()


SAID = (
    "    from grader.checks import require\n\n"
    '    require(x is not None, "x is not a number, "\n            "not at all.", "x 不是数。")\n'
    '    raise CheckFailure(Text("x is really nothing.", zh="x 什么也不是。"))\n'
)


def test_what_students_are_told_is_no_secret(course):
    """Titles, hints and messages of hidden checks may stand on a page; the code around may not."""
    text = minicourse.HIDDEN + '\n\ndef say(x):\n    """Say it."""\n' + SAID
    hidden(course).write_text(text, encoding="utf-8")
    secrets = secrets_of(load(course))
    told = (
        '"doubles zero", title_zh="零加倍", hint="0 + 0 is 0." "x is not a number, " "not at all."'
    )
    assert leaks(told, secrets) == leaks('Text("x is really nothing.", zh="x"))', secrets) == ()
    assert leaks("require(x is not None, ", secrets) != ()


ESCAPED = {
    "html": "assert x &lt; 3 and \n&quot;é&quot; in y",
    "html with tags": '<span class="k">assert</span> x &lt; 3 <i>and</i> &quot;é&quot; in y',
    "json": json.dumps('a\tassert x < 3 and "é" in y\\n'),
    "json in html": 'data-x="assert x &lt; 3 and \\&quot;\\u00e9\\&quot; in y"',
}


@pytest.mark.parametrize("kind", ESCAPED)
def test_an_escaped_secret_is_found(course, kind):
    """A secret is found as a browser or a JSON parser would read it."""
    hidden(course).write_text('def f(x, y):\n    assert x < 3 and "é" in y\n', encoding="utf-8")
    place = Leak(f"solutions/{MINI}/checks/test_hidden.py", 2)
    assert leaks(f"<p>{ESCAPED[kind]}</p>", secrets_of(load(course))) == (place,)


def test_the_students_own_lines_are_no_leak(course):
    """What a student wrote may stand on the student's page, a right answer too."""
    secrets = secrets_of(load(course))
    page = "<pre>def halve(x):\n    return x * 0.5  # half</pre>"
    assert [leak.line for leak in leaks(page, secrets)] == [29]
    assert leaks(page, secrets, ["def halve(x):\n    return x * 0.5  # half\n"]) == ()


def test_part_of_a_longer_word_is_no_leak(course):
    """`return x * 0.5` is not in `return x * 0.55`."""
    assert leaks("return x * 0.55; myreturn x * 0.5", secrets_of(load(course))) == ()


def test_secrets_need_the_solutions(course):
    """Without the course team's folder nobody knows what is secret."""
    assignment = load(course)._replace(solutions=None)
    with pytest.raises(UsageError, match="no folder solutions/Doubling"):
        secrets_of(assignment)
    with pytest.raises(CourseError, match="is missing"):
        answer_path(assignment)


@pytest.mark.parametrize("text", [b"def f(:\n", b"\xff\xfe"])
def test_a_hidden_check_that_is_not_python_is_named(course, text):
    """Secrets can't be told from a file that can't be read."""
    hidden(course).write_bytes(text)
    with pytest.raises(CourseError, match=r"test_hidden\.py can't be read"):
        secrets_of(load(course))


# The command


def test_the_command_makes_a_kit(course, tmp_path):
    """It says what it made and wrote; the second time there is nothing to make, same bytes."""
    out = tmp_path / "kit.zip"
    first = release(course, out)
    data = out.read_bytes()
    assert first.code == 0
    assert "Doubling.py, Doubling.ipynb, assignment.toml" in first.words
    assert "KiB  checks/test_visible.py\n" in first.out
    assert re.search(r"7 files, \d\.\d KiB, SHA-256 [0-9a-f]{64}\n", first.out)
    second = release(course, out)
    assert out.read_bytes() == data
    assert "Made" not in second.out
    assert release(course, out, "--quiet").out == ""
    with zipfile.ZipFile(out) as archive:
        assert {n.split("/")[0] for n in archive.namelist()} == {MINI}
        assert archive.read("Doubling/Doubling.py").decode() == TEMPLATE
        files = tomllib.loads(archive.read("Doubling/assignment.toml").decode())["files"]
    assert [len(file["template_sha256"]) for file in files] == [64, 64]


def test_the_command_takes_the_folder_for_the_name(course, tmp_path):
    """assignments/Doubling/, as a shell completes it, is Doubling."""
    out = tmp_path / "kit.zip"
    ran = run("release", f"assignments/{MINI}/", "--out", out, "--lang", "en", cwd=course)
    assert (ran.code, out.is_file()) == (0, True)


def test_a_kit_is_not_written_into_itself(course):
    """A zip in the assignment's folder would be part of the next kit."""
    ran = release(course, table(course).parent / "kit.zip")
    assert ran.code == 2
    assert "would be in the next kit" in ran.words


def test_templates_that_cant_be_written_are_told(course, tmp_path):
    """A template's place that is taken by a folder is told in a sentence."""
    (table(course).parent / "Doubling.ipynb").mkdir()
    ran = release(course, tmp_path / "kit.zip")
    assert ran.code == 2
    assert "can't be written: Is a directory" in ran.words


def test_without_solutions_there_is_no_kit(course, tmp_path):
    """In a course without solutions/ the command says what is missing."""
    (course / "solutions").rename(course / "elsewhere")
    ran = release(course, tmp_path / "kit.zip")
    assert ran.code == 2
    assert "no folder solutions/Doubling" in ran.words


@pytest.fixture(scope="module")
def students_folder(tmp_path_factory):
    """The lesson's kit, unzipped far from any course."""
    folder = tmp_path_factory.mktemp("student")
    data = kit(load_assignment(ROOT / "assignments" / NAME, ROOT))
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder / NAME


def test_a_student_checks_the_work_in_the_kit(students_folder):
    """With the right functions all visible checks pass, and the hidden ones are told."""
    template = students_folder / f"{NAME}.py"
    template.write_bytes(REFERENCE.read_bytes())
    ran = run("check", "--lang", "en", cwd=students_folder)
    assert ran.code == 0
    assert (
        "visible checks: 15 of 15 passed; 21 hidden checks, worth 40 points, run when your work is "
        "graded" in ran.words
    )


def test_the_lesson_leaks_nothing():
    """NewCross_softmax can be released: no secret stands in its kit."""
    assignment = load_assignment(ROOT / "assignments" / NAME, ROOT)
    secrets = secrets_of(assignment)
    assert leaks_in_kit(files_of(assignment), secrets) == ()
    assert {"return a - y", "return sum(losses) / len(losses)"} <= {s.text for s in secrets.texts}
    assert Path(REFERENCE).name in secrets.digests[next(
        d for d, name in secrets.digests.items() if name.endswith("_answer.py"))]  # fmt: skip
