"""grade(assignment, submission, ...) -> Report. Glue only: everything it joins is elsewhere."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from grader.checks.collection import Collector
from grader.checks.diagnosis import Diagnosed, Tutor
from grader.checks.known import Memory, Strayed, reaches_out
from grader.checks.run import Event, Findings, Task, run_checks
from grader.checks.student import GuestStudent
from grader.checks.training import TrainingTask
from grader.course import Assignment
from grader.errors import CourseError, NotGraded, Unreadable
from grader.results import (
    WRONG,
    Cause,
    CheckResult,
    Location,
    Origin,
    Report,
    Text,
    Unseen,
)
from grader.sandbox.guest import Guest, Program
from grader.sandbox.plain import Server
from grader.sandbox.words import said
from grader.submission import Submission
from grader.versions import versions

# A warning's text may be the student's, made of a hidden check's input. NumPy's tells none.
NUMPYS_OWN = re.compile(
    r"(divide by zero|overflow|underflow|invalid value) encountered in (scalar )?(\w+)"
)
OPERATIONS = frozenset((*dir(np), "reduce", "accumulate", "cast"))


class Experience(NamedTuple):
    """What gradings leave to the next ones of the same assignment, from the same seed.

    They are quicker by it, and no report is another one.

    Args:
        tutor: who names misconceptions; None in a student's kit.
        collector: who knows where the checks are.
        memory: of trainings that were made; None if nobody is to be graded after this one.
    """

    tutor: Tutor | None
    collector: Collector
    memory: Memory | None


def grade(
    assignment: Assignment,
    submission: Submission,
    forkserver: Server,
    *,
    seed: int,
    only: str | None = None,
    experience: Experience | None = None,
    watch: Callable[[Event | Cause], None] = lambda _event: None,
) -> Report:
    """Grade one submission.

    Args:
        assignment: what it is graded by.
        submission: what was handed in.
        forkserver: where its process comes from.
        seed: of every random number: same seed, same report, but for `seconds`.
        only: grade this group alone.
        experience: of this assignment and seed, which this grading adds to.
        watch: told, as they come, what is wrong with the whole submission, each check's
            result, each epoch and how far the training is. It may raise `Enough` at a result.
            Of a training that is known only the epochs are told. Now and then one only seems
            to be known; then everything is told once more, and takes as long once more.

    Returns:
        A report whose status is 'not_graded', with a reason, if it could not be graded and
        that is not the student's doing.
    """
    experience = experience or experience_of(assignment, seed)._replace(memory=None)
    report = Report(
        assignment=assignment.name,
        title=Text(assignment.settings.title, assignment.settings.title_zh),
        student=submission.student,
        submission=Origin(submission.file, submission.sha256),
        seed=seed,
        groups=tuple(g for g in assignment.groups if only in (None, g.name)),
        code=submission.code,
        versions=versions(),
    )
    guest = Guest(
        forkserver, _program(assignment, submission), assignment.settings.limits, submission.problem
    )
    memory = experience.memory
    if memory and any(reaches_out(part.source, assignment.given) for part in submission.parts):
        memory = None
    replace = msgspec.structs.replace
    try:
        cause = _start(guest)
        if cause is not None:
            watch(cause)
        findings = run_checks(
            _task(assignment, seed, only),
            GuestStudent(guest, assignment.settings.names, memory),
            watch,
            experience.collector,
        )
        whole = findings.complete and only is None
        unseen = _account(assignment, findings.checks) if whole else None
        notes = _notes(guest, submission)
        diagnosed = (
            Diagnosed(findings.checks)
            if cause is not None
            else _diagnosed(assignment, guest, findings, experience.tutor)
        )
    except Strayed:
        guest.kill()
        return grade(
            assignment,
            submission,
            forkserver,
            seed=seed,
            only=only,
            experience=experience._replace(memory=None),
            watch=watch,
        )
    except NotGraded as error:
        return replace(report, status="not_graded", reason=said(error))
    finally:
        with contextlib.suppress(NotGraded):  # gone already, and everything has been said
            guest.kill()
    return replace(
        report,
        checks=diagnosed.checks,
        cause=cause,
        training=findings.training,
        gradient=findings.gradient,
        notes=notes,
        unseen=unseen,
        protections=guest.protections,
        killed=guest.killed,
        margins=findings.margins,
        diagnoses=diagnosed.diagnoses,
    )


def _program(assignment: Assignment, submission: Submission) -> Program:
    parts = tuple((part.name, part.source) for part in submission.parts)
    return Program(parts, submission.notebook, assignment.given)


def _start(guest: Guest) -> Cause | None:
    """Load the submission, so that what is wrong with all of it is found once."""
    try:
        guest.start()
    except Unreadable as error:
        return Cause(said(error), tuple(Location(*step) for step in error.trace))
    return None


def experience_of(assignment: Assignment, seed: int, room: Path | None = None) -> Experience:
    """Begin with no experience.

    Args:
        assignment: what is going to be graded by.
        seed: of all that will be graded.
        room: a folder of ours in which others who grade the same leave what they have learned.
    """
    return Experience(_tutor_of(assignment, seed), Collector(), Memory(room))


def _tutor_of(assignment: Assignment, seed: int) -> Tutor | None:
    """Find who names misconceptions; in a student's kit there is nobody."""
    solutions = assignment.solutions
    if solutions is None:
        return None
    return Tutor(solutions, solutions / f"{assignment.name}_answer.py", seed)


def _task(assignment: Assignment, seed: int, only: str | None) -> Task:
    table = assignment.settings.training
    training = None
    if table is not None:
        training = TrainingTask(
            folder=assignment.folder,
            solutions=assignment.solutions,
            epochs=table.epochs,
            threshold=table.threshold,
            seed=seed,
        )
    return Task(
        folders=assignment.check_folders,
        groups=tuple(group.name for group in assignment.groups),
        only=only,
        seed=seed,
        training_file=assignment.folder / table.file if table else None,
        training=training,
    )


def _diagnosed(
    assignment: Assignment, guest: Guest, findings: Findings, tutor: Tutor | None
) -> Diagnosed:
    """Name the misconceptions behind the checks that were lost.

    The student's process is started afresh, as the known mistakes are: what it remembers of
    the checks would be no answer to the probes.
    """
    wrong = any(c.outcome in WRONG for c in findings.checks)
    if tutor is None or not (wrong and findings.complete):
        return Diagnosed(findings.checks)
    guest.kill()
    student = GuestStudent(guest, assignment.settings.names)
    return tutor.diagnose(student, findings.checks, assignment.settings.limits.call_seconds)


def _account(assignment: Assignment, checks: tuple[CheckResult, ...]) -> Unseen | None:
    """Hold the checks that ran against what assignment.toml says of them.

    Returns what a student's kit does not hold, or None where all checks are here.

    Raises:
        CourseError: they differ. Names the key.
    """
    file = str(assignment.folder / "assignment.toml")
    settings = assignment.settings
    if assignment.solutions is None:
        whole = sum(group.points for group in settings.groups)
        here = sum(c.max_points for c in checks)
        if here + settings.hidden.points != whole:
            raise CourseError(
                "{file}: the visible checks give {here} points and `hidden` says {hidden}, but "
                "`groups` add up to {whole}.",
                file=file,
                here=f"{here:g}",
                hidden=settings.hidden.points,
                whole=whole,
            )
        return Unseen(settings.hidden.checks, float(settings.hidden.points))
    for group in settings.groups:
        points = sum(c.max_points for c in checks if c.group == group.name)
        if points != group.points:
            raise CourseError(
                "{file}: group {group} has `points = {said}`, but its checks give {points}.",
                file=file,
                group=group.name,
                said=group.points,
                points=f"{points:g}",
            )
    hidden = [c for c in checks if c.visibility == "hidden"]
    found = len(hidden), int(sum(c.max_points for c in hidden))
    if found != (settings.hidden.checks, settings.hidden.points):
        raise CourseError(
            "{file}: `hidden` does not say that there are {checks} hidden checks worth {points}.",
            file=file,
            checks=found[0],
            points=found[1],
        )
    return None


def _notes(guest: Guest, submission: Submission) -> tuple[Text, ...]:
    """What is worth knowing and costs nothing: cells that raised, warnings."""

    def place(part: int, line: int) -> dict[str, int | float | str | Text]:
        return {"part": submission.parts[part].name, "line": line}

    notes = []
    for failure in guest.failures:
        line = failure.error.trace[-1][1] if failure.error.trace else 1
        notes.append(
            Text(
                "{part}, line {line} stopped the cell: {problem}",
                params=place(failure.part, line) | {"problem": said(failure.error)},
            )
        )
    for warned in guest.warnings:
        where = place(warned.part, warned.line)
        known = NUMPYS_OWN.fullmatch(warned.text)
        if known is not None and known[3] in OPERATIONS:
            notes.append(Text("{part}, line {line}: {text}", params=where | {"text": warned.text}))
        else:
            notes.append(Text("{part}, line {line} gives a warning.", params=where))
    return tuple(notes)
