"""Turns of students' code on a machine: many at the same time, or one alone.

A time-out may be bad luck: the cores were busy. Before it counts, the code runs again while no
other student's does. All graders of a user on this machine keep to that, by two lock files:

    room   held by all whose code is running, together, or by one who is alone
    door   held by one who is waiting to be alone, or is: nobody else comes in

Nobody waits for ever: a grader that was stopped with a lock in its hands must not stop others.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nobody's code is run
    fcntl = None  # type: ignore[assignment]

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.002


class Turns:
    """One grader's part in this. Not for several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the locks.

        Args:
            folder: where they are; by default that for temporary files.
        """
        self._door, self._room = _opened(folder, "door"), _opened(folder, "room")
        self._is_alone = False

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Run a student's code beside others'."""
        if self._is_alone or not self._wait(self._come_in):
            yield
            return
        try:
            yield
        finally:
            _release(self._room)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Run a student's code while nobody else does the same."""
        self._wait(lambda: _take(self._door, fcntl.LOCK_EX))
        self._wait(lambda: _take(self._room, fcntl.LOCK_EX))
        self._is_alone = True
        try:
            yield
        finally:
            self._is_alone = False
            _release(self._room)
            _release(self._door)

    def close(self) -> None:
        """Leave."""
        for lock in (self._door, self._room):
            if lock is not None:
                os.close(lock)
        self._door = self._room = None

    def _come_in(self) -> bool:
        """Take a place in the room, unless somebody waits to be alone there."""
        if not _take(self._door, fcntl.LOCK_SH):
            return False
        came_in = _take(self._room, fcntl.LOCK_SH)
        _release(self._door)
        return came_in

    def _wait(self, take: Callable[[], bool]) -> bool:
        """Take a lock as soon as it is free. Who waited in vain never waits again."""
        if self._door is None or self._room is None:
            return False
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not take():
            if time.monotonic() > deadline:
                self.close()
                return False
            time.sleep(PAUSE_SECONDS)
        return True


def _opened(folder: Path | None, name: str) -> int | None:
    """Open a lock of ours; None where there can be none."""
    if fcntl is None:
        return None
    path = (folder or Path(tempfile.gettempdir())) / f"grader-{os.getuid()}-{name}.lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    if os.fstat(lock).st_uid != os.getuid():  # somebody else put it there, to hold us up
        os.close(lock)
        return None
    return lock


def _take(lock: int | None, how: int) -> bool:
    assert lock is not None, "nobody waits without locks"
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _release(lock: int | None) -> None:
    if lock is not None:
        fcntl.flock(lock, fcntl.LOCK_UN)
