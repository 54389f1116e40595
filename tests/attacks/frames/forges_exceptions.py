"""Claims exceptions with other people's lines, endless traces and a type that is a page."""
# holds: loses loss mean_loss

import os
import sys

from inside.wire import pack

told = [
    {"type": "<script>alert(1)</script>", "text": "x" * 10**6, "trace": [], "syntax": False},
    {"type": "E", "text": "", "trace": [[0, 10**9, "f"]], "syntax": False},
    {"type": "E", "text": "", "trace": [[7, 1, "f"]] * 10**4, "syntax": True},
    {"type": "NotImplementedError", "text": "\x1b[2J{0.__class__}", "trace": [], "syntax": False},
    {"type": 5, "text": None, "trace": {}, "syntax": np.ones(3)},
]


def loss(a, y):
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    told.append(told.pop(0))
    os.write(3, pack({"id": frame.f_locals["request"]["id"], "raised": told[0]}))
    os._exit(0)


def mean_loss(losses):
    return loss(None, None)
