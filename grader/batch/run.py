"""The way of a batch: tasks -> results kept as they come -> what shows the whole class."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Protocol

import msgspec
import numpy as np

from grader.batch.folder import BatchFolder
from grader.batch.jobs import Done
from grader.batch.snapshot import Snapshot
from grader.batch.tasks import Task, to_grade, to_show, to_show_failure
from grader.course import Assignment
from grader.errors import UsageError
from grader.gradebook import About, Gradebook
from grader.grades import Overview
from grader.lms.intake import Handed
from grader.report import csv, overview
from grader.results import Text, unpack_report
from grader.similar import fingerprints, pairs
from grader.submission import parse, read
from grader.workers.process import WorkerError
from grader.workers.steps import Step, Watch


class Workers(Protocol):
    """Who does the jobs: `LocalWorkers` here, `ClusterWorkers` elsewhere."""

    @property
    def capacity(self) -> int:
        """How many jobs are worth handing over before the first of them is done."""

    def submit(self, job: bytes) -> "Future[bytes]":
        """Have a job done. The future may raise `WorkerError`."""


A_MOMENT = 0.2  # seconds


def describe(assignment: Assignment, snapshot: Snapshot, seed: int, lang: str) -> About:
    """Say what the gradebook of an assignment's batch is about."""
    settings = assignment.settings
    return About(
        assignment=assignment.name,
        title=Text(settings.title, settings.title_zh),
        course=snapshot.course,
        rules=f"{snapshot.digest} {seed}",
        groups=assignment.group_points,
        late=settings.late,
        threshold=settings.training.threshold if settings.training else None,
        seed=seed,
        lang=lang,
        seconds=settings.limits.grading_seconds,
        known=_known_fingerprints(assignment).astype("<u8").tobytes(),
    )


def _known_fingerprints(assignment: Assignment) -> np.ndarray:
    """Fingerprint what everybody's work has in common: the template and the given code."""
    settings = assignment.settings
    most = settings.limits.submission_kib
    paths = [assignment.folder / f.name for f in settings.files]
    paths += [assignment.folder / name for name in settings.given]
    code = [parse(read(p, most), p.name, "", most).code for p in paths if p.is_file()]
    return np.array(
        sorted({known for part in map(fingerprints, code) for known in part.tolist()}), np.uint64
    )


class Batch:
    """A batch's folder and its open gradebook."""

    def __init__(
        self, folder: BatchFolder, book: Gradebook, look: Callable[[], None] = lambda: None
    ) -> None:
        """Take a gradebook that says what it is about.

        Args:
            folder: where pages are written.
            book: where reports are kept.
            look: called again and again while others work; what it raises ends the batch.

        Raises:
            UsageError: nothing was graded here yet.
        """
        about = book.about()
        if about is None:
            raise UsageError("Nothing has been graded in {path} yet.", path=str(folder.path))
        self.about = about
        self._folder, self._book, self._look = folder, book, look
        self.unshown: list[str] = []
        self.graded = 0

    def grade(
        self,
        assignment: Assignment,
        handed: Iterable[Handed],
        workers: Workers,
        watch: Watch,
    ) -> None:
        """Grade whoever is not graded yet, and keep each report the moment it is done.

        Args:
            assignment: what they are graded by.
            handed: what was handed in.
            workers: who does it.
            watch: told how far it is.

        Raises:
            UsageError: nothing more can be kept.
        """
        handed = tuple(handed)
        tasks = (to_grade(h, assignment, self.about, self._book, self._folder) for h in handed)
        self._work_off(tasks, len(handed), workers, watch)

    def show(self, workers: Workers, watch: Watch, students: Iterable[str]) -> None:
        """Make the pages of those students whose pages are not as they should be."""
        students = tuple(students)
        tasks = (to_show(s, self.about, self._book, self._folder) for s in students)
        self._work_off(tasks, len(students), workers, watch)

    def conclude(self) -> Overview:
        """Write what shows the whole class: grades.csv and index.html."""
        codes = {name: np.frombuffer(data, "<u8") for name, data in self._book.fingerprints()}
        alike = pairs(codes, np.frombuffer(self.about.known, "<u8"))
        whole = msgspec.structs.replace(self._book.overview(), pairs=alike)
        path, lang = self._folder.path, self.about.lang
        self._folder.write(path / "grades.csv", [csv.render(whole, lang).encode()])
        self._folder.write(
            path / "index.html", (piece.encode() for piece in overview.render(whole, lang))
        )
        return whole

    def _work_off(
        self, tasks: Iterable[Task | None], total: int, workers: Workers, watch: Watch
    ) -> None:
        for number, (task, done) in enumerate(self._results(tasks, workers), 1):
            if task is not None:
                self._keep(task, done)
            watch(Step(number, total, task is not None))

    def _results(
        self, tasks: Iterable[Task | None], workers: Workers
    ) -> Iterator[tuple[Task | None, Done | None]]:
        """Have tasks done, a few at a time, and give each with its result as it comes.

        A task of None was done before. A result of None: not even its pages could be made.
        """
        waiting: dict[Future[bytes], Task] = {}

        def begin(task: Task) -> None:
            waiting[workers.submit(msgspec.msgpack.encode(task.job))] = task

        def end(most: int) -> Iterator[tuple[Task, Done | None]]:
            while len(waiting) > most:
                self._look()
                for future in wait(waiting, A_MOMENT, FIRST_COMPLETED).done:
                    task = waiting.pop(future)
                    try:
                        yield task, msgspec.msgpack.decode(future.result(), type=Done)
                    except WorkerError as error:
                        if task.job.report is None:
                            begin(to_show_failure(task, self.about, error))
                        else:
                            yield task, None

        for task in tasks:
            self._look()
            if task is None:
                yield None, None
            else:
                begin(task)
                yield from end(workers.capacity - 1)
        yield from end(0)

    def _keep(self, task: Task, done: Done | None) -> None:
        """Write a student's pages and then keep the report: what is kept has its pages."""
        entry, key = task.job.entry, task.key
        if done is None:  # it is made anew next time
            self.unshown.append(entry.name)
            self._book.outdate([entry.student])
            if task.job.report is not None and not key:
                with contextlib.suppress(msgspec.DecodeError):  # a row that a disk has damaged
                    self._book.keep(entry, "", "", task.rules, task.job.report, b"")
            return
        self.graded += task.job.data is not None
        contents = (done.result, done.feedback, done.page)
        for path, data in zip(self._folder.pages(entry.student), contents, strict=True):
            self._folder.write(path, [data])
        if task.job.data is not None and unpack_report(done.report).status == "not_graded":
            key = ""  # our fault, which may have been put right by the next time
        shown = f"{task.shown} {self._folder.sizes(entry.student)}"
        self._book.keep(entry, key, shown, task.rules, done.report, done.fingerprints)
