"""Python files: decoding, colouring, fingerprints."""

import codecs

import numpy as np

from grader.report.code import coloured_lines
from grader.similar import MOST_FINGERPRINTS, fingerprints
from grader.submission import Submission, parse

CODE = '''\
import numpy as np  # 损失

@decorated
async def softmax(net, *, base=1e-3):
    """Shift \\' it."""
    powers = np.exp(net - net.max(axis=-1, keepdims=True),  # by the maximum
    )
    return [powers / powers.sum(), f"{net!r:>{base}}", rb'a' "\\N{DASH}", 0x1f, .5j]

class A: x = lambda self: (yield)
if 1 <= 2 != 3: delta = a @ b ** -c
'''
SEEDS = (
    CODE.encode(),
    codecs.BOM_UTF8 + CODE.encode().replace(b"\n", b"\r\n"),
    b"# -*- coding: gbk -*-\n" + CODE.encode("gbk"),
    b"#!/usr/bin/python\r# vim: set fileencoding=latin-1 :\rx = '\xe9'",
    CODE.encode("utf-16"),
    "# coding: big5\n'''損失'''\\\n".encode("big5"),
)


def check(data: bytes) -> None:
    """A file is text fit to be shown, or unreadable.

    Args:
        data: the file.
    """
    submission = parse(data, "answer.py", "lilei", 64)
    for part in submission.parts:
        assert "\r" not in part.source
    shown(submission)


def shown(submission: Submission) -> None:
    """Code has the lines that the student wrote, and what is made of it is what is promised."""
    assert bool(submission.parts) != (submission.problem is not None)
    if submission.problem:
        assert str(submission.problem).isprintable()
    for part, code in zip(submission.parts, submission.code, strict=True):
        part.source.encode()
        assert part.source.count("\n") == code.source.count("\n")
        assert all(c.isprintable() or c in "\n\t" for c in code.source)
        for source in (part.source, code.source):
            lines = coloured_lines(source)
            assert "\n".join("".join(text for _, text in line) for line in lines) == source
    prints = fingerprints(submission.code)
    assert prints.dtype == np.uint64
    assert 0 < prints.size <= MOST_FINGERPRINTS + 1
    assert np.array_equal(np.unique(prints), prints)
