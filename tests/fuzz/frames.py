"""Frames: what a student's process writes to the pipe, read by the trusted side."""

import contextlib
import json
import socket
import time

import numpy as np

from grader.sandbox.inside.wire import LENGTHS, Connection, WireError, pack, unpack
from tests.test_wire import is_plain, same, split

MOST = 128 * 1024
SEEDS = tuple(
    pack(value)
    for value in (
        {"id": 1, "value": [1, 2.5, None, True, "text"], "warnings": []},
        {"block": np.zeros((2, 3)), "complex": 1 + 2j, "tuple": (1, (2,))},
        [np.array(n, n.dtype) for n in np.arange(3, dtype="<i2")],
        np.zeros((0, 4), "<f4"),
        {"infinite": float("inf"), "nan": float("nan"), "deep": [[[[[[1]]]]]]},
        object(),
    )
)


def check(data: bytes) -> None:
    """Plain data comes out that can be sent again, or the frame is refused.

    Args:
        data: what comes over the socket.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.suppress(WireError, EOFError):
            again(Connection(ours).receive(MOST, time.monotonic() + 30))
    head, _, body = data.partition(b"\0")
    with contextlib.suppress(WireError):
        again(unpack(head, body))


def again(value: object) -> None:
    """What was received is plain, and the same once more when it is sent on."""
    assert is_plain(value)
    frame = pack(value)
    assert len(frame) >= LENGTHS.size
    assert same(value, unpack(*split(frame)))
    json.dumps(str(value)[:100]).encode()
