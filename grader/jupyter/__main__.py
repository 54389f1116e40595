"""The process that grades: a request on standard input, what to display on standard output."""

import contextlib
import json
import os
import sys

import msgspec

from grader.jupyter.answer import Request, answer

if __name__ == "__main__":
    # Not msgspec's decoder: half a surrogate pair in a cell is the student's, and no error.
    request = msgspec.convert(json.load(sys.stdin.buffer), Request)
    with contextlib.redirect_stdout(sys.stderr):  # a check may print
        bundle = answer(request, os.environ)
    sys.stdout.buffer.write(msgspec.json.encode(bundle))
