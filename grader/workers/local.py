"""Workers on this machine, one for each core."""

import contextlib
import itertools
import os
import queue
import shutil
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from grader.errors import UsageError
from grader.foreign import clean
from grader.workers.process import Role, Worker

PREFIX = "grader-workers-"


def cores() -> list[int | None]:
    """List the cores that this process may use; where they have no numbers, each is None.

    The list begins anywhere: two batches that use a core each shall not choose the same one.
    """
    if hasattr(os, "sched_getaffinity"):
        numbers = sorted(os.sched_getaffinity(0))
        begin = os.getpid() % len(numbers)
        return [*numbers[begin:], *numbers[:begin]]
    return [None] * (os.cpu_count() or 1)


class LocalWorkers:
    """Some workers, and a thread for each that waits for it."""

    def __init__(self, role: Role, count: int) -> None:
        """Start `count` workers; they warm up while we go on.

        Each stays on a core of its own, with the students' processes: so N jobs take N cores and
        no more, and what passes between the two sides of a border does not leave the core.

        Args:
            role: what they are for.
            count: how many jobs are done at the same time.

        Raises:
            UsageError: so many processes are not to be had here.
        """
        self._workers: list[Worker] = []
        self._undo = contextlib.ExitStack()
        try:
            _remove_rooms_of_the_dead()
            temporary = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            room = self._undo.enter_context(temporary)
            with contextlib.suppress(OSError):  # where nothing can be locked, nothing is removed
                self._undo.callback(os.close, _lived_in(room))
            for core in itertools.islice(itertools.cycle(cores()), count):
                worker = Worker(role, room, core)
                self._undo.callback(worker.close)
                self._workers.append(worker)
        except OSError as error:
            self._undo.close()
            raise UsageError(
                "{count} processes can't be started: {detail}. Take fewer with --jobs N.",
                count=count,
                detail=clean(str(error)),
            ) from error
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count)
        self.capacity = count + 1

    def submit(self, job: bytes) -> "Future[bytes]":
        """Have a job done as soon as a worker is free; see `Worker.do`."""
        return self._threads.submit(self._do, job)

    def _do(self, job: bytes) -> bytes:
        worker = self._idle.get()
        try:
            return worker.do(job)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:  # all of them first: closing one takes a while
            worker.kill()
        self._undo.close()


def _lived_in(room: str) -> int:
    """Mark a room as one whose owner is alive, as long as the descriptor is open.

    Raises:
        OSError: somebody lives there; or it is no room, or not to be entered.
    """
    import fcntl  # noqa: PLC0415 - Windows has none, and `grader doctor` says what it has

    descriptor = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_rooms_of_the_dead() -> None:
    """Remove what was left by somebody who was killed."""
    for room in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            descriptor = _lived_in(str(room))
            try:
                if os.fstat(descriptor).st_uid == os.geteuid():
                    shutil.rmtree(room)
            finally:
                os.close(descriptor)
