"""Measures what confinement adds to each submission, beside a child that is not confined at all.

    python tests/benchmarks/confinement.py [ROUNDS]

Both are forked by the same forkserver's code, load the same file, answer 15 calls and are killed;
they take turns, and each round starts with the other one. Prints a Markdown table: medians over
the rounds with their quartiles, the smallest, which a busy machine disturbs least, and what is
added: the median of the rounds' differences. At most 15 ms are allowed.
"""

import contextlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np

from grader.sandbox import forkserver as forkservers
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.guest import Guest, Program
from grader.sandbox.limits import Limits

ANSWER = Path(__file__).parents[2] / "solutions/NewCross_softmax/NewCross_softmax_answer.py"
CALLS = 15
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


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    program = Program((("answer.py", ANSWER.read_text(encoding="utf-8")),), False, {})
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {"not confined": stack.enter_context(unconfined_forkserver(folder))}
        with without_bubblewrap():
            servers["confined"] = stack.enter_context(contextlib.closing(Forkserver(Limits())))
        servers["confined, in bubblewrap"] = stack.enter_context(
            contextlib.closing(Forkserver(Limits()))
        )
        took: dict[str, list[float]] = {name: [] for name in servers}
        names = list(servers)
        for server in servers.values():
            for _ in range(5):
                grade_nothing(server, program)
        for number in range(rounds):
            for name in names if number % 2 else names[::-1]:
                took[name].append(grade_nothing(servers[name], program))
        print(f"| fork, load, {CALLS} calls, kill | ms (quartiles) | least | added | ratio | by |")
        print("|---|---|---|---|---|---|")
        plain = took["not confined"]
        for name, times in took.items():
            low, middle, high = statistics.quantiles(times, n=4)
            added = statistics.median(a - b for a, b in zip(times, plain, strict=True))
            guest = Guest(servers[name], program, Limits())
            guest.start()
            guest.kill()
            print(
                f"| {name} | {middle:.2f} ({low:.2f} to {high:.2f}) | {min(times):.2f} "
                f"| {added:+.2f} | {middle / statistics.median(plain):.2f} "
                f"| {', '.join(guest.protections) or 'nothing'} |"
            )


if __name__ == "__main__":
    main()
