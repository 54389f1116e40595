"""Workers on other machines: a Dask cluster, whose every worker has graders like ours here.

A plugin takes the assignment to each Dask worker, to those that join later, too. A grader
there is the same process as here, so what it answers is the same to the byte. Dask moves its
messages by pickle: they are ours, and a submission in them is bytes.
"""

import logging
import queue
import shutil
import time
import uuid
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import distributed
import msgspec
from distributed.scheduler import KilledWorker

from grader.batch.jobs import Setting, role_of
from grader.batch.snapshot import Snapshot, own_digest
from grader.errors import GraderError, UsageError
from grader.foreign import clean
from grader.versions import versions
from grader.workers.process import Worker, WorkerError

CONNECT_SECONDS = 20
COUNT_SECONDS = 1.0  # workers come and go; to ask at each job would take time
# Enough that nobody waits for the next job while an answer is on its way.
JOBS_PER_THREAD = 2


class Graders(distributed.WorkerPlugin):
    """What a Dask worker needs to grade: the assignment, and a grader for each thread."""

    def __init__(self, snapshot: Snapshot, setting: Setting) -> None:
        """Take along what a grader needs.

        Args:
            snapshot: the assignment.
            setting: what the jobs have in common, but for where the course is.
        """
        self.name = f"grader-{uuid.uuid4()}"
        self._snapshot, self._setting = snapshot, setting
        self._made_by = made_by()

    def setup(self, worker: Any) -> None:
        """Unpack the assignment on the worker's machine."""
        self._folder = Path(worker.local_directory) / self.name
        self._snapshot.unpack(self._folder)
        self._setting = msgspec.structs.replace(self._setting, course=str(self._folder))
        self._room = self._folder / "room"
        self._room.mkdir(exist_ok=True)
        self._graders: list[Worker] = []
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """Leave nothing behind."""
        for grader in self._graders:
            grader.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def do(self, job: bytes) -> bytes:
        """Have a job done by a grader that is idle, or by a new one.

        Raises:
            WorkerError: the grader ended time after time.
            UsageError: this machine's grader is another one than the coordinator's.
        """
        here = made_by()
        if here != self._made_by:
            raise UsageError(
                "A worker has {theirs}, and this machine has {ours}. Grades could differ: "
                "install the same on both, and give the same command again.",
                theirs=here,
                ours=self._made_by,
            )
        try:
            grader = self._idle.get_nowait()
        except queue.Empty:
            grader = Worker(role_of(self._setting), str(self._room))
            self._graders.append(grader)
        try:
            return grader.do(job)
        finally:
            self._idle.put(grader)


def made_by() -> str:
    """Name everything about this machine that a grade could depend on."""
    return ", ".join(f"{name} {version}" for name, version in versions().items()) + (
        f" ({own_digest()[:12]})"
    )


def do_there(name: str, job: bytes) -> bytes:
    """Have a job done by the graders of the Dask worker that this runs on."""
    return cast("Graders", distributed.get_worker().plugins[name]).do(job)


class ClusterWorkers:
    """The workers of a Dask cluster."""

    def __init__(self, address: str, snapshot: Snapshot, setting: Setting) -> None:
        """Connect, and send the assignment to every worker; see `Graders`.

        Raises:
            UsageError: there is no scheduler at that address.
        """
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters we say
        try:
            self._client = distributed.Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="grader"
            )
        except (OSError, ValueError) as error:
            raise UsageError(
                "There is no Dask scheduler at {address}: {detail}. Start one with "
                "`dask scheduler`, and workers with `dask worker`.",
                address=address,
                detail=clean(str(error)),
            ) from error
        self._graders = Graders(snapshot, setting)
        try:
            self._client.register_plugin(self._graders)
        except Exception as error:  # whatever a worker raised there
            self._client.close()
            raise UsageError(
                "A worker of the cluster can't load grader or write its files: {detail}. Install "
                "the same grader on every machine.",
                detail=clean(str(error)),
            ) from error
        self._counted, self._threads = -COUNT_SECONDS, 0

    @property
    def capacity(self) -> int:
        """A few jobs for each thread of the workers that are there at the moment."""
        now = time.monotonic()
        if now - self._counted > COUNT_SECONDS:
            try:
                self._threads = sum(self._client.nthreads().values())
            except OSError as error:
                raise failure(error) from error
            self._counted = now
        return max(1, JOBS_PER_THREAD * self._threads)

    @property
    def nobody(self) -> bool:
        """Whether no worker has joined the cluster yet."""
        return not self._client.nthreads()

    def submit(self, job: bytes) -> "Future[bytes]":
        """Have a job done on some worker, or on another one if that dies."""
        answer: Future[bytes] = Future()
        theirs = self._client.submit(do_there, self._graders.name, job, pure=False)
        theirs.add_done_callback(lambda done: _pass_on(done, answer))
        return answer

    def close(self) -> None:
        """Take the graders away again, and go."""
        try:
            self._client.unregister_worker_plugin(self._graders.name)
        except (OSError, TimeoutError, ValueError):
            pass  # there is nobody left to take them from
        finally:
            self._client.close()


def failure(detail: object) -> UsageError:
    """Say that the cluster is not what it was, and that nothing is lost."""
    return UsageError(
        "The cluster failed: {detail}. What is graded so far is kept: the same command goes on "
        "from there, with a cluster or without one.",
        detail=clean(str(detail)),
    )


def _pass_on(theirs: Any, answer: "Future[bytes]") -> None:
    """Pass an answer of Dask's on, or say what happened. Somebody is waiting for it in any case."""
    try:
        if theirs.status == "finished":
            answer.set_result(theirs.result())
            return
        error = theirs.exception() if theirs.status == "error" else None
    except BaseException as broken:  # noqa: BLE001 - the answer was lost on its way
        answer.set_exception(failure(type(broken).__name__))
        return
    if isinstance(error, KilledWorker):
        answer.set_exception(
            WorkerError(
                "Every cluster worker that was given this ended: {detail}", detail=clean(str(error))
            )
        )
    elif isinstance(error, GraderError):
        answer.set_exception(error)
    else:
        answer.set_exception(failure(error or theirs.status))
