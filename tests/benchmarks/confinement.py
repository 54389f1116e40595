"""What confinement adds to each submission, beside a child that is not confined at all.

Both are forked by the same forkserver's code, load the same file, answer 15 calls and are killed.
"""

import contextlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np

from grader.sandbox import forkserver as forkservers
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.guest import Guest, Program
from grader.sandbox.limits import Limits
from tests.benchmarks.handed_in import REFERENCE
from tests.benchmarks.plan import Plan
from tests.benchmarks.table import Found, Left, Row, Target, alternate

PLAIN = "not confined"
CALLS = 15
TIMES = 40  # in each round
MOST_ADDED = 15.0  # milliseconds
# In the place of `confine`: the connection becomes number 3, and nothing is given up.
UNCONFINED = '''

def confine(settings, connection, parent):
    """Give up nothing."""
    os.dup2(connection, SOCKET)
    return []
'''


@contextlib.contextmanager
def unconfined_forkserver(folder: Path) -> Iterator[Forkserver]:
    """A forkserver whose children are not confined, without bubblewrap."""
    inside = folder / "inside"
    shutil.copytree(forkservers.INSIDE, inside)
    with (inside / "confine.py").open("a", encoding="utf-8") as file:
        file.write(UNCONFINED)
    with mock.patch.object(forkservers, "INSIDE", inside), without_bubblewrap():
        started = Forkserver(Limits())
    with contextlib.closing(started):
        yield started


@contextlib.contextmanager
def without_bubblewrap() -> Iterator[None]:
    """Have no bubblewrap on the path."""
    with mock.patch.dict(os.environ, {"PATH": ""}):
        yield


def grade_nothing(forkserver: Forkserver, program: Program) -> float:
    """Start a submission, call it, and end it. Returns the wall time in milliseconds."""
    net = np.linspace(-1.0, 3.5, 10)
    start = time.perf_counter()
    guest = Guest(forkserver, program, Limits())
    guest.start()
    for _ in range(CALLS):
        guest.call("softmax", (net,))
    guest.kill()
    return 1e3 * (time.perf_counter() - start)


def measure(plan: Plan) -> Iterator[Found]:
    """Fork children of three kinds in turns."""
    program = Program((("answer.py", REFERENCE.read_text(encoding="utf-8")),), False, {})
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {PLAIN: stack.enter_context(unconfined_forkserver(folder))}
        with without_bubblewrap():
            servers["confined"] = stack.enter_context(contextlib.closing(Forkserver(Limits())))
        if shutil.which("bwrap"):
            wrapped = stack.enter_context(contextlib.closing(Forkserver(Limits())))
            servers["confined, in bubblewrap"] = wrapped
        else:
            yield Left("confined, in bubblewrap", "bubblewrap is not installed")
        ways: dict[str, Callable[[], float]] = {
            name: lambda server=server: statistics.median(
                grade_nothing(server, program) for _ in range(TIMES)
            )
            for name, server in servers.items()
        }
        for warm_up in ways.values():
            warm_up()
        found = alternate(ways, plan.rounds)
    plain = found.pop(PLAIN)
    for name, times in found.items():
        what = f"fork, load, {CALLS} calls, kill: {name}"
        added = tuple(a - b for a, b in zip(times, plain, strict=True))
        yield Row(what, PLAIN, "ms", times, plain)
        allowed = (MOST_ADDED,) * len(added)
        yield Row(f"what that adds: {name}", "what is allowed", "ms", added, allowed, Target(1.0))
