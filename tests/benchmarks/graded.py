"""Grades a class as `grader batch --jobs 1` does, but in one process, and says what took how long.

    python -m tests.benchmarks.graded COURSE ASSIGNMENT CLASS OUT METER

CLASS is a folder of submissions; METER the control group that this process and all others of
this grading are in. Prints CPU seconds by part, as JSON. Nothing is replaced: the parts are told
apart where `grade` tells of its events, and where a batch hands a job over.
"""

import gc

gc.disable()  # as a worker does: what is imported is not to be looked through

import json
import os
import sys
from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest

from grader import grading
from grader.batch import worker
from grader.batch.folder import BatchFolder
from grader.batch.jobs import role_of, setting_of
from grader.batch.run import Batch, describe
from grader.batch.snapshot import take
from grader.checks.run import Event
from grader.course import assignment_of_course
from grader.gradebook import Gradebook
from grader.lms.intake import open_submissions
from grader.results import Cause, CheckResult
from tests.benchmarks.spent import counted

PARTS = (
    *("start", "pytest", "checks", "gradient", "training"),
    *("diagnosing", "rendering", "keeping"),
)
GROUPS = {"gradient": "gradient", "training": "training"}  # all others are ordinary checks


class Parts:
    """CPU seconds by part."""

    def __init__(self, meter: Path) -> None:
        """Begin with the process: importing what is needed is a part, too."""
        self.seconds: Counter[str] = Counter()
        self._meter = meter
        self._last = 0.0

    def end(self, part: str) -> None:
        """All that was spent since the last part ended was spent on this one."""
        now = counted(self._meter)
        self.seconds[part] += now - self._last
        self._last = now


class Here:
    """Who does the jobs of a batch: this process, one after the other."""

    capacity = 1

    def __init__(self, setting: bytes, room: Path, parts: Parts) -> None:
        """Sit down at a desk like a worker's, and like a worker stay on one core."""
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self._parts, self._do = parts, worker.begin(setting, room)

    def submit(self, job: bytes) -> "Future[bytes]":
        """Do a job at once."""
        self._parts.end("keeping")  # and choosing and reading what comes next
        done: Future[bytes] = Future()
        done.set_result(self._do(job))
        self._parts.end("rendering")
        return done


def timed(parts: Parts, grade: object) -> object:
    """Make a `grade` that says which part has ended whenever it tells of an event."""

    def grade_and_tell(*arguments: object, **options: object) -> object:
        told: list[CheckResult] = []

        def watch(event: Event | Cause) -> None:
            if isinstance(event, CheckResult):
                # Until there is a first result, pytest starts and collects.
                parts.end(GROUPS.get(event.group, "checks") if told else "pytest")
                told.append(event)

        def run_checks(*args: object, **others: object) -> object:
            parts.end("start")
            findings = checks(*args, **others)
            parts.end("pytest")
            return findings

        checks = grading.run_checks
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grading, "run_checks", run_checks)
            report = grade(*arguments, **options, watch=watch)
        parts.end("diagnosing")
        return report

    return grade_and_tell


def main() -> None:
    """Grade, and print."""
    course, name, *places = sys.argv[1:]
    handed_in, out, meter = (Path(place) for place in places)
    assignment = assignment_of_course(name, Path(course), Path(course))
    snapshot = take(assignment)
    about = describe(assignment, snapshot, 0, "en")
    parts, folder = Parts(meter), BatchFolder(out)
    with (
        folder.locked(),
        Gradebook.create(folder.gradebook) as book,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(worker, "grade", timed(parts, worker.grade))
        room, copy = folder.room("handed-in"), folder.room("course")
        snapshot.unpack(copy)
        limit = assignment.settings.limits.submission_kib
        with open_submissions(handed_in, room, limit) as handing:
            book.describe(msgspec.structs.replace(about, students=len(handing.handed)))
            batch = Batch(folder, book)
            setting = msgspec.structs.replace(setting_of(about), course=str(copy))
            here = Here(role_of(setting).setting, folder.room("workers"), parts)
            gc.freeze()
            gc.enable()
            parts.end("start")
            batch.grade(assignment, handing.handed, here, lambda _step: None)
        batch.conclude()
    parts.end("keeping")
    print(json.dumps({part: parts.seconds[part] for part in PARTS}))


if __name__ == "__main__":
    main()
