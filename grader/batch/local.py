"""Workers on this machine, one for each core."""

import os
import queue
from concurrent.futures import Future, ThreadPoolExecutor

from grader.batch.jobs import Setting
from grader.batch.process import Worker


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalWorkers:
    """Some workers, and a thread for each that waits for it."""

    def __init__(self, setting: Setting, count: int, seconds: float) -> None:
        """Start `count` workers; they warm up while we go on.

        Args:
            setting: what the jobs have in common.
            count: how many jobs are done at the same time.
            seconds: that one grading may take at most.
        """
        self._workers = [Worker(setting, seconds) for _ in range(count)]
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
