"""The student kit as a student has it: unpacked somewhere, without the course around it."""

import tempfile
from pathlib import Path

from grader.course import Assignment, load_assignment
from grader.grading import grade
from grader.release.kit import files_of
from grader.results import Report
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse


def graded_in_kit(assignment: Assignment, answer: str) -> Report:
    """Grade the reference answer with nothing but what `grader release` hands out.

    Args:
        assignment: with its solutions, which the kit does not hold.
        answer: the reference answer's source.

    Raises:
        NotGraded: the kit can't be made, or not be read.
    """
    with tempfile.TemporaryDirectory(prefix="grader-") as place:
        folder = Path(place, assignment.name)
        for name, data in files_of(assignment).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        kit = load_assignment(folder, None)
        limits = kit.settings.limits
        submission = parse(answer.encode(), f"{kit.name}.py", "", limits.submission_kib)
        forkserver = Forkserver(limits)
        try:
            return grade(kit, submission, forkserver, seed=0)
        finally:
            forkserver.close()
