"""Everything that parses foreign bytes, on bytes that no one would send by accident.

The targets are those of coverage-guided fuzzing, see `tests/fuzz/__main__.py`. What was found
that way, or by reading, is kept here. A hang has no deadline here: it is one that never ends.
"""

import json
import struct
import tarfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms.canvas import fill_sheet
from grader.report.code import LONGEST_LINE, coloured_lines
from grader.results import Part
from grader.sandbox.inside.wire import MAX_VALUES, Opaque, WireError, pack, unpack
from grader.similar import fingerprints
from tests.downloads import CODE, take_zip, zipped
from tests.fuzz import answers, archives, frames, names, notebooks, sheets, sources
from tests.test_wire import PLAIN, head, split

TARGETS = (frames, answers, notebooks, sources, archives, names, sheets)
few = settings(max_examples=40, deadline=None, database=None)


def named(module):
    """What a target is called."""
    return module.__name__.rpartition(".")[2]


@pytest.mark.parametrize("target", TARGETS, ids=named)
def test_seeds_are_read(target):
    """What is nearly right breaks no promise of its parser."""
    for seed in target.SEEDS:
        target.check(seed)


@pytest.mark.parametrize("target", TARGETS, ids=named)
@few
@given(drawn=st.data())
def test_changed_seeds_are_harmless(target, drawn):
    """However a good input is cut, changed and lengthened, no parser breaks a promise."""
    data = bytearray(drawn.draw(st.sampled_from(target.SEEDS)))
    for _ in range(drawn.draw(st.integers(1, 4))):
        start = drawn.draw(st.integers(0, len(data)))
        end = min(len(data), start + drawn.draw(st.integers(0, 9)))
        piece = drawn.draw(st.binary(max_size=9)) or bytes(data[start:end])
        data[start:end] = piece * drawn.draw(st.sampled_from([0, 1, 1, 2, 50]))
    target.check(bytes(data))


PIECES = (
    *(" ", "\n", "\t", "\r\n", "\\", "\\\n", "\f", "#", "'", '"', "'''", '"""', "f'", 'rb"""', "{"),
    *("}", "(", ")", "[", "]", ",", ";", ".", "%", "%%", "!", "?", "@", "=", ":", "**", "->", "1e"),
    *("0x", "a", "é", "损", "\u2028", "def ", "class ", "async ", "if a:\n ", "%time ", "x = !ls"),
)
PYTHON = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from([1, 1, 1, 2, 40])), max_size=25
).map(lambda pieces: "".join(piece * times for piece, times in pieces))


@settings(max_examples=300, deadline=None, database=None)
@given(source=PYTHON)
def test_what_looks_like_python_is_harmless(source):
    """Quotes, brackets, comments and magics in any order are code that can be shown."""
    sources.check(source.encode())
    notebooks.check(source.encode())
    notebooks.check(notebooks.notebook(source))


KEYS = ("value", "modified", "warnings", "missing", "names", "raised", "block", "failures", "id")
FIELDS = st.sampled_from(["type", "text", "trace", "syntax", "part", "softmax", "RATE"])
ANYTHING = PLAIN | FIELDS | st.dictionaries(FIELDS, PLAIN | st.lists(PLAIN, max_size=4), max_size=5)


@settings(max_examples=150, deadline=None, database=None)
@given(
    request=st.integers(0, len(answers.REQUESTS) - 1),
    loaded=st.just(answers.LOADED) | st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=2),
    reply=st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4),
)
def test_any_reply_is_an_answer_or_an_error(request, loaded, reply):
    """Whatever plain data a student's process sends as an answer, none of it raises here."""
    lines = answers.line({"id": 1, "failures": []} | loaded) + answers.line({"id": 2} | reply)
    answers.check(bytes([request]) + lines)


def pax(body):
    """A tar with an extended header of these bytes before its one file."""
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(body)
    padding = bytes(-len(body) % tarfile.BLOCKSIZE)
    return info.tobuf() + body + padding + tarfile.TarInfo("a.py").tobuf() + bytes(1024)


def far(size):
    """A tar whose one file claims to be this large."""
    info = tarfile.TarInfo("a.py")
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def shifted(data, offset):
    """A zip that says its directory lies elsewhere, so that its files lie before its begin."""
    (where,) = struct.unpack("<L", data[-6:-2])
    return data[:-6] + struct.pack("<L", where + offset) + data[-2:]


SHIFTED = shifted(zipped({"a.py": CODE}), 1000)
ODD_OUTPUTS = dict(notebooks.CELL, id="a", source="x = 1", outputs=[{}] * 15_000)

FOUND = {
    "a row of hashes behind a comma": (sources, b"f(a,\n" + b"#" * 60 + b"\nb)"),
    "hashes and blanks behind a comma": (sources, b"f(a," + b"# " * 60 + b"\n \n" * 60 + b"b)"),
    "one very long line": (sources, "é ".encode() * 20_000),
    "half a surrogate pair": (notebooks, notebooks.notebook("x = '\ud800'")),
    "very many odd outputs": (
        notebooks,
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [ODD_OUTPUTS]})
        .encode(),
    ),
    "a file before a zip's begin": (archives, b"\0" + SHIFTED),
    "a file before the begin of a zip in a zip": (archives, b"\5" + SHIFTED),
    "a file larger than any disk": (archives, b"\1" + far(2**62)),
    "a file larger than any number": (archives, b"\1" + far(2**80)),
    "a long number before a file": (archives, b"\2" + pax(b"1" * 250_000)),
    "folders without end": (names, b"\n".join([b"class/" * 9000 + b"a.py"] * 2)),
    "columns in another order": (sheets, b"Student,Section,ID,softmax (7)\nLi,A,101,\n"),
    "an array for a name": (answers, bytes([0]) + answers.line(answers.LOADED)
        + answers.line({"id": 2, "missing": np.zeros(2), "names": []})),
    "arrays for names": (answers, bytes([0]) + answers.line(answers.LOADED)
        + answers.line({"id": 2, "missing": "softmax", "names": [[np.zeros(0)] * 2000] * 2})),
    "more rows than anyone can count": (frames, head({"array": ["<f8", [2**62, 0]]})),
}  # fmt: skip


@pytest.mark.parametrize(("target", "data"), FOUND.values(), ids=FOUND)
def test_what_was_found_stays_fixed(target, data):
    """An input that once broke a promise of its parser, or took for ever, does so no more."""
    target.check(data)


@pytest.mark.parametrize("shape", [(2**62, 0), (0, 2**62), (MAX_VALUES + 1, 0), (1000, 0, 1000)])
def test_an_empty_array_without_end_is_refused(shape):
    """An array that holds nothing has no more rows than can be walked through."""
    with pytest.raises(WireError, match="not a shape"):
        unpack(head({"array": ["<f8", shape]}), b"")
    found = unpack(*split(pack(np.empty(shape, "i1"))))
    assert found == Opaque("an empty array of huge shape")


def test_a_zip_that_leads_out_of_itself_is_its_students_problem_alone(tmp_path):
    """A file before a zip's first byte is damaged, as far as one student is concerned."""
    rows = take_zip(tmp_path, {"lilei/work.zip": SHIFTED, "han/a.py": CODE}).rows
    assert "work.zip/a.py is damaged" in rows["lilei"].problem
    assert rows["han"].files == {"a.py": CODE}


def test_code_that_differs_in_a_comment_behind_a_comma_is_the_same():
    """A comma before a closing bracket says nothing, whatever comments stand between them."""
    plain, commented = (
        fingerprints([Part("a", f"f(a, b{comma}\n)")]) for comma in ("", ", # 1 ## 2\n # 3 #")
    )
    assert np.array_equal(plain, commented)


def test_only_very_long_lines_are_plain():
    """Code is coloured up to a line length that no person writes."""
    line = "if " + "a" * (LONGEST_LINE - 3)
    assert coloured_lines(line)[0][0] == ("k", "if")
    assert coloured_lines(line + "a") == [(("", line + "a"),)]


def test_a_canvas_sheet_says_who_before_the_section():
    """A sheet whose ids stand right of the section is not one that Canvas exported."""
    with pytest.raises(UsageError, match="not a gradebook that Canvas exported"):
        fill_sheet("Student,Section,ID,softmax (7)\n", sheets.CANVAS)
