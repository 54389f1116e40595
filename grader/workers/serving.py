"""The far side of a worker: answer jobs until the other side goes away.

    python -m grader.workers.serving MODULE DESCRIPTOR ROOM CORE

MODULE has a `begin` that takes the setting and the room, and gives what does one job after the
other. ROOM is a folder for what workers in the same role leave to each other.
"""

import contextlib
import gc
import importlib
import os
import queue
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

# On a cluster nobody tells a worker that its coordinator was killed. One that is missed after
# all is started again.
IDLE_SECONDS = 1200.0


def serve(module: str, descriptor: str, room: str, core: str) -> None:
    """Be a worker, as `process.Worker` starts one. Returns when it has had no job for long."""
    sys.dont_write_bytecode = True
    if core:
        os.sched_setaffinity(0, {int(core)})
    connection = Connection(int(descriptor))
    setting = connection.recv_bytes()
    jobs: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(connection, jobs), daemon=True).start()
    gc.disable()  # what is imported stays, and is not to be looked through, now or later
    do = importlib.import_module(module).begin(setting, Path(room))
    gc.freeze()
    gc.enable()
    # Of the checks, which are loaded again for each job: what is installed has its bytecode where
    # it is, and nothing is left in the course.
    sys.pycache_prefix, sys.dont_write_bytecode = str(Path(room, "bytecode")), False
    with contextlib.suppress(queue.Empty):
        while True:
            connection.send_bytes(do(jobs.get(timeout=IDLE_SECONDS)))


def _listen(connection: Connection, jobs: "queue.Queue[bytes]") -> None:
    """Take in jobs; end this process at once, whatever it is doing, when nobody waits for it."""
    try:
        while True:
            jobs.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    serve(*sys.argv[1:])
