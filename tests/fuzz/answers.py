"""Replies: what a student's process answers to requests, taken by `Guest`.

A line of the input is a reply: the head as JSON and, after a zero byte, the body. The first
byte says what is asked for.
"""

import contextlib
import socket

import numpy as np

from grader.errors import GraderError, StudentError
from grader.results import Text
from grader.sandbox.guest import Guest, Program
from grader.sandbox.inside.wire import LENGTHS, pack
from grader.sandbox.limits import Limits
from tests.test_wire import is_plain, split

LIMITS = Limits(reply_kib=64)
PARTS = ("a.py", "softmx = 1\n"), ("b.py", "y = 2\nz = 3\n")
PROGRAM = Program(PARTS, notebook=True, given={})
LOADED = {"id": 1, "failures": []}
STEP = (2,)
REQUESTS = (
    lambda guest: guest.call("softmax", [1.0]).value,
    lambda guest: guest.call("softmax", [1.0], watch=True).modified,
    lambda guest: guest.map("softmax", [[1.0], [2.0]]),
    lambda guest: guest.value("RATE"),
    lambda guest: list(guest.replay("", {}, STEP, 4)),
)


def line(reply: object) -> bytes:
    """Spell a reply as a line of the input."""
    head, body = split(pack(reply))
    return head + b"\0" + body + b"\n"


RAISED = {"type": "ValueError", "text": "no", "trace": [[0, 1, "f"]], "syntax": False}
REPLIES = (
    {"value": np.zeros(2)},
    {"value": 1, "modified": True, "warnings": [["UserWarning", "text", 1, 2]]},
    {"value": [1, (2, 3)]},
    {"raised": RAISED},
    {"missing": "softmax", "names": ["softmx", "loss"]},
    {"missing": "RATE", "names": []},
    {"block": np.zeros((3, 2))},
)
FAILED = {"id": 1, "failures": [RAISED | {"part": 1}]}
SEEDS = tuple(
    bytes([request]) + line(loaded) + line({"id": 2, **reply}) + line({"id": 2, "block": None})
    for request in range(len(REQUESTS))
    for loaded in (LOADED, FAILED)
    for reply in REPLIES
)


class Replies:
    """A forkserver whose one process has written all of its replies already."""

    def __init__(self, replies: bytes) -> None:
        """Keep the replies."""
        self.ours, self.theirs = socket.socketpair()
        self.theirs.sendall(replies)
        self.theirs.shutdown(socket.SHUT_WR)

    def fork(self) -> tuple[socket.socket, list[str]]:
        """Give the trusted side's end."""
        return self.ours, []

    def kill(self) -> None:
        """End nothing."""

    def limit_cpu(self, seconds: float) -> None:
        """Limit nothing."""

    def ended(self) -> int:
        """Say how a process that is none has ended."""
        return 0

    def close(self) -> None:
        """Close both ends."""
        self.ours.close()
        self.theirs.close()


def frame(reply: bytes) -> bytes:
    """Make a frame of a line of the input."""
    head, _, body = reply.partition(b"\0")
    return LENGTHS.pack(len(head), len(body)) + head + body


def check(data: bytes) -> None:
    """Plain data comes out or a `StudentError`, and all that is told about it is clean.

    Args:
        data: a byte for the request, and lines for the replies.
    """
    request = REQUESTS[data[0] % len(REQUESTS)] if data else REQUESTS[0]
    replies = Replies(b"".join(map(frame, data[1:].split(b"\n"))))
    with contextlib.closing(replies):
        guest = Guest(replies, PROGRAM, LIMITS)
        try:
            assert is_plain(request(guest))
        except StudentError as error:
            told(error)
        for failure in guest.failures:
            told(failure.error)
        for warned in guest.warnings:
            assert (warned.kind + warned.text).isprintable()
            assert len(warned.kind + warned.text) < 1000


def told(error: GraderError) -> None:
    """What an error says is a line or two of printable text."""
    said = str(Text(error.template, params=error.fields))
    assert said.isprintable()
    assert len(said) < 2000
    assert all(function.isprintable() for _, _, function in getattr(error, "trace", ()))
