"""A trusted worker that grades trials, and searches their feedback for what is secret."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.checks.run import Enough, Event
from grader.course import load_assignment
from grader.grading import experience_of, grade
from grader.release.leaks import secrets_of
from grader.results import Cause, CheckResult, Outcome, Report, pack_report
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse
from grader.verify.feedback import found_in_feedback
from grader.verify.trials import FIRST_SEED, Trial, Tried
from grader.workers.process import Role

MOST_GRADINGS = 3  # until nobody has killed a process


class Setting(msgspec.Struct, frozen=True):
    """What all trials have in common: the course's folder, and the assignment's name."""

    course: str
    assignment: str


def role_of(course: Path, assignment: str, seconds: float) -> Role:
    """Say what a worker is for: trials of an assignment, each of `seconds` at most."""
    setting = msgspec.msgpack.encode(Setting(str(course), assignment))
    return Role("grader.verify.worker", setting, MOST_GRADINGS * seconds)


def begin(setting: bytes, room: Path) -> Callable[[bytes], bytes]:
    """Get ready for trials."""
    where = msgspec.msgpack.decode(setting, type=Setting)
    course = Path(where.course)
    assignment = load_assignment(course / "assignments" / where.assignment, course)
    limits = assignment.settings.limits
    forkserver = Forkserver(limits)
    secrets = secrets_of(assignment)
    experience = experience_of(assignment, FIRST_SEED, room)

    def graded(trial: Trial) -> Report:
        submission = parse(trial.data, trial.file, Path(trial.file).stem, limits.submission_kib)
        watch = _to_the_end if trial.whole else _until_a_comparison_fails
        for _ in range(MOST_GRADINGS):
            report = grade(
                assignment,
                submission,
                forkserver,
                seed=trial.seed,
                # Each other seed brings one trial.
                experience=experience if trial.seed == FIRST_SEED else None,
                watch=watch,
            )
            if not report.killed:
                break
        return report

    def do(job: bytes) -> bytes:
        trial = msgspec.msgpack.decode(job, type=Trial)
        report = graded(trial)
        found = found_in_feedback(report, secrets) if trial.shown else ()
        return msgspec.msgpack.encode(Tried(pack_report(report), found))

    return do


def _to_the_end(_event: Event | Cause) -> None:
    """Watch nothing."""


def _until_a_comparison_fails(event: Event | Cause) -> None:
    """Stop there: a mutant that one check has caught needs no other."""
    if isinstance(event, CheckResult) and event.outcome is Outcome.FAILED:
        raise Enough
