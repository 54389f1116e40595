"""A trusted worker: a process that grades one submission after the other, on one core.

It is started by `workers.process.Worker` with one descriptor and knows nothing of a class. Whatever
happens to it, at any moment, only the job in its hands is lost.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.batch.jobs import MOST_GRADINGS, Done, Job, Setting, not_graded
from grader.course import Assignment, load_assignment
from grader.errors import NotGraded, SandboxError
from grader.grades import grade_of
from grader.grading import Experience, experience_of, grade
from grader.report import html, json
from grader.results import (
    Report,
    handed_back,
    pack_report,
    score,
    unpack_report,
    well_confined,
    without_seconds,
)
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.probe import in_force
from grader.sandbox.words import said
from grader.similar import fingerprints
from grader.submission import parse

# Gradings with the same result, one after the other. Somebody who kills process after process
# hits the same moment three times now and then.
ENOUGH = 5


def begin(setting: bytes, room: Path) -> Callable[[bytes], bytes]:
    """Sit down at an empty desk."""
    desk = Desk(msgspec.msgpack.decode(setting, type=Setting), room)

    def do(job: bytes) -> bytes:
        return msgspec.msgpack.encode(desk.do(msgspec.msgpack.decode(job, type=Job)))

    return do


class Desk:
    """An assignment and a warm forkserver, as soon as something is to be graded."""

    def __init__(self, setting: Setting, room: Path) -> None:
        """Begin with an empty desk, in a room that others share."""
        self._setting, self._room = setting, room
        self._tools: tuple[Assignment, Forkserver, Experience] | None = None

    def _ready(self) -> tuple[Assignment, Forkserver, Experience]:
        if self._tools is None:
            course = Path(self._setting.course)
            folder = course / "assignments" / self._setting.assignment
            assignment = load_assignment(folder, course)
            forkserver = Forkserver(assignment.settings.limits)
            if not self._setting.unsafe:
                _require_confinement(forkserver)
            experience = experience_of(assignment, self._setting.seed, self._room)
            self._tools = assignment, forkserver, experience
        return self._tools

    def do(self, job: Job) -> Done:
        """Grade, unless that is done, and show."""
        setting = self._setting
        report = unpack_report(job.report) if job.report is not None else self._confirmed(job)
        points = None
        if report.status == "graded":
            points = {g.name: score(report, g.name) for g in setting.groups}
        final = grade_of(job.entry, points, setting.groups, job.corrections, setting.late)
        seen = handed_back(report)
        return Done(
            report=pack_report(report),
            fingerprints=fingerprints(report.code).astype("<u8").tobytes(),
            result=json.render(report, setting.lang, final).encode(),
            feedback=json.render(seen, setting.lang, final).encode(),
            page=html.render(seen, setting.lang, final).encode(),
        )

    def _confirmed(self, job: Job) -> Report:
        """Grade; again, if a process was killed or could not be had, until that is sure.

        Whose code gets itself killed does so each time. Whoever was killed by chance (the
        machine was out of memory, a person killed the process) is not to pay for it.
        """
        report, same = self._grade(job), 1
        for _ in range(MOST_GRADINGS - 1):
            if same == ENOUGH or (report.status == "graded" and not report.killed):
                break
            before, report = report, self._grade(job)
            same = same + 1 if without_seconds(before) == without_seconds(report) else 1
        return msgspec.structs.replace(report, unsafe=self._setting.unsafe)

    def _grade(self, job: Job) -> Report:
        assert job.data is not None, "a job has a report or what to make one of"
        try:
            assignment, forkserver, experience = self._ready()
        except NotGraded as error:
            report = not_graded(self._setting, job.entry, said(error), job.data)
            return _with_original_paths(report, self._setting)
        submission = parse(
            job.data, job.entry.file, job.entry.student, assignment.settings.limits.submission_kib
        )
        report = grade(
            assignment,
            submission,
            forkserver,
            seed=self._setting.seed,
            experience=experience,
        )
        if report.status == "not_graded":  # perhaps because the forkserver has gone
            forkserver.close()
            self._tools = None
        return _with_original_paths(report, self._setting)


def _require_confinement(forkserver: Forkserver) -> None:
    """Look at what confines a process of this forkserver, before any student's code is in one.

    Raises:
        SandboxError: too little.
    """
    protections = in_force(forkserver)
    if not well_confined(protections):
        forkserver.close()
        raise SandboxError(
            "Students' code can't be confined well enough on this machine; in force are {names}. "
            "Install libseccomp2 and bubblewrap, or give --unsafe if you trust every submission.",
            names=", ".join(protections),
        )


def _with_original_paths(report: Report, setting: Setting) -> Report:
    """Say the course's own paths where a reason names those of the snapshot."""
    if report.reason is None:
        return report
    params = {
        name: value.replace(setting.course, setting.original) if isinstance(value, str) else value
        for name, value in report.reason.params.items()
    }
    return msgspec.structs.replace(
        report, reason=msgspec.structs.replace(report.reason, params=params)
    )
