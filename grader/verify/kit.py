"""The student kit as a student has it: unpacked somewhere, without the course around it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from grader.course import load_assignment
from grader.grading import grade
from grader.results import Report
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse


def graded_in_kit(files: Mapping[str, bytes], name: str, answer: str) -> Report:
    """Grade the reference answer with nothing but what `grader release` hands out.

    Args:
        files: the kit, as `files_of` gives it.
        name: the assignment's.
        answer: the reference answer's source.

    Raises:
        CourseError: the kit can't be read.
    """
    with tempfile.TemporaryDirectory(prefix="grader-") as place:
        folder = Path(place, name)
        for file, data in files.items():
            path = folder / file
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
