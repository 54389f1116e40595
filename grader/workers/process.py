"""The near side of a worker: start it, give it jobs, start it again when it dies."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from multiprocessing import Pipe
from typing import NamedTuple

from grader.blas import ONE_THREAD
from grader.errors import NotGraded
from grader.foreign import clean

ATTEMPTS = 4
MOST_HANGS = 2
START_SECONDS = 60.0


class WorkerError(NotGraded):
    """A worker ended, or hung, each time it was given this job."""


def _absolute_paths() -> list[str]:
    """List where Python was told to look for modules, wherever it is started."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [path for path in paths if os.path.isabs(path)]  # noqa: PTH117 - they are strings


class Role(NamedTuple):
    """What a worker is for.

    Args:
        module: whose `begin` takes the setting and a room, and gives what does jobs.
        setting: what all its jobs have in common, as that module takes it.
        seconds: that a job may take; after that it is taken to hang.
    """

    module: str
    setting: bytes
    seconds: float


class Worker:
    """One trusted process. One thread at a time may give it jobs, and any may close it."""

    def __init__(self, role: Role, room: str, core: int | None = None) -> None:
        """Start it; it warms up while we go on.

        Args:
            role: what it is for.
            room: a folder of ours for what it leaves to others in the same role, and to the one
                that is started when it dies. Whoever made it removes it, after `close`.
            core: that it is to stay on, with the students' processes; None for any.
        """
        self._core = "" if core is None else str(core)
        self._role, self._room = role, room
        self._patience = role.seconds + START_SECONDS
        self._closed = False
        self._changing = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._connection, theirs = Pipe()
        with theirs, contextlib.ExitStack() as undo:
            undo.callback(self._connection.close)
            self._errors = undo.enter_context(tempfile.TemporaryFile())
            self._process = subprocess.Popen(
                # -P: the working folder, perhaps full of students' files, is no place for modules.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "grader.workers.serving",
                    self._role.module,
                    str(theirs.fileno()),
                    self._room,
                    self._core,
                ],
                env=os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(_absolute_paths())},
                start_new_session=True,  # Ctrl-C is for the coordinating process alone
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
            )
            undo.pop_all()  # it runs, and needs both
        with contextlib.suppress(OSError):  # it has died already, as the first job will find
            self._connection.send_bytes(self._role.setting)

    def do(self, job: bytes) -> bytes:
        """Have a job done. Job and answer are bytes that the role's module understands.

        Raises:
            WorkerError: the process ended, or did not answer, time after time.
        """
        why, hung = "", 0
        for _ in range(ATTEMPTS):
            try:
                self._connection.send_bytes(job)
                if self._connection.poll(self._patience):
                    return self._connection.recv_bytes()
                why, hung = f"no answer in {self._patience:g} s", hung + 1
            except (OSError, EOFError):
                why = self._last_words() or why
            with self._changing:
                if self._closed:
                    break
                self._end()
                try:
                    self._start()
                except OSError as error:  # no process to be had, no descriptor, no memory
                    why = clean(str(error))
            if hung == MOST_HANGS:
                break
        raise WorkerError(
            "A process of grader itself ended or hung again and again over this: {detail}",
            detail=why,
        )

    def _last_words(self) -> str:
        """Say how it ended; nothing, if it could not be started."""
        if self._errors.closed:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return clean(lines[-1]) if lines else f"exit code {self._process.returncode}"

    def kill(self) -> None:
        """Kill it, whatever it is doing; no other is started. `close` tidies up."""
        with self._changing:
            self._closed = True
            self._process.kill()

    def close(self) -> None:
        """End it, whatever it is doing."""
        with self._changing:
            self._closed = True
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._connection.close()
        self._errors.close()
