"""Workers on this machine, one for each core."""

import itertools
import os
import queue
from concurrent.futures import Future, ThreadPoolExecutor

from grader.batch.jobs import Setting
from grader.batch.process import Worker


def cores() -> tuple[int | None, ...]:
    """List the cores that this process may use; where they have no numbers, each is None."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return (None,) * (os.cpu_count() or 1)


class LocalWorkers:
    """Some workers, and a thread for each that waits for it."""

    def __init__(self, setting: Setting, count: int, seconds: float) -> None:
        """Start `count` workers; they warm up while we go on.

        Each stays on a core of its own, with the students' processes: so N jobs take N cores and
        no more, and what passes between the two sides of a border does not leave the core.

        Args:
            setting: what the jobs have in common.
            count: how many jobs are done at the same time.
            seconds: that one grading may take at most.
        """
        places = itertools.islice(itertools.cycle(cores()), count)
        self._workers = [Worker(setting, seconds, core) for core in places]
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
        for worker in self._workers:
            worker.close()
