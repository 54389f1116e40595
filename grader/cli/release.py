"""`grader release`: the kit that students receive, made from the reference answer."""

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.cli.exits import EVERYONE_GRADED
from grader.cli.output import MAX_PATH, console, writing
from grader.course import Assignment, assignment_of_course
from grader.errors import CourseError, UsageError
from grader.foreign import clean
from grader.locales import choose
from grader.release.kit import files_of, update, zipped
from grader.release.leaks import Leak, leaks_in_kit, secrets_of
from grader.release.template import read_answer
from grader.report.language import show, translate
from grader.results import Outcome, Text
from grader.verify.kit import graded_in_kit

ELSEWHERE = "--out FILE"
MOST_TOLD = 5
KIB = 1024


def run(options: argparse.Namespace) -> int:
    """Make a kit."""
    lang = choose(options.lang, os.environ)
    screen = console(sys.stdout, quiet=options.quiet)
    course = options.course.resolve() if options.course else None
    assignment = assignment_of_course(Path(options.assignment).name, Path.cwd(), course)
    _require_elsewhere(options.out, assignment.folder)
    secrets = secrets_of(assignment)
    files = files_of(assignment)
    _require_tight(leaks_in_kit(files, secrets))
    _require_sound(assignment, files)
    updated = _update(assignment)
    data = zipped(assignment.name, files)
    with writing(options.out, ELSEWHERE) as file:
        file.write(data)
    if updated:
        made = Text("Made from the reference answer: {names}", params={"names": ", ".join(updated)})
        screen.print(show(made, lang))
    for name, contents in files.items():
        screen.print(f"{len(contents) / KIB:8.1f} KiB  {clean(name, MAX_PATH)}", soft_wrap=True)
    screen.print(
        f"{translate('Written:', lang)} {clean(str(options.out), MAX_PATH)}", soft_wrap=True
    )
    size = Text(
        "{count} files, {size} KiB, SHA-256 {digest}",
        params={
            "count": len(files),
            "size": f"{len(data) / KIB:.1f}",
            "digest": hashlib.sha256(data).hexdigest(),
        },
    )
    screen.print(show(size, lang), soft_wrap=True)
    if not re.search(rb"^grader\b", files["requirements.txt"], re.MULTILINE):
        note = Text(
            "requirements.txt does not say where grader comes from, so a GitHub Classroom can't "
            "install it. If you have one, put a requirements.txt that says so into {folder}.",
            params={"folder": clean(str(assignment.folder), MAX_PATH)},
        )
        screen.print(show(note, lang), soft_wrap=True)
    return EVERYONE_GRADED


def _require_elsewhere(out: Path, folder: Path) -> None:
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            "{path} lies in the assignment's folder, so that it would be in the next kit. Choose "
            "another place with {options}.",
            path=str(out),
            options=ELSEWHERE,
        )


def _require_tight(found: Sequence[Leak]) -> None:
    if found:
        told = "; ".join(f"{leak.where} <- {leak.place}" for leak in found[:MOST_TOLD])
        raise CourseError(
            "The kit would hold what students must not see, so nothing was written: {leaks}",
            leaks=told + ("; ..." if len(found) > MOST_TOLD else ""),
        )


def _require_sound(assignment: Assignment, files: Mapping[str, bytes]) -> None:
    """Hold that the answer passes every visible check in the kit, with nothing else around."""
    report = graded_in_kit(files, assignment.name, read_answer(assignment))
    if report.status == "not_graded":
        raise CourseError(
            "In the kit nothing could be graded, so nothing was written: {reason}",
            reason=report.reason or Text(""),
        )
    lost = [c.id for c in report.checks if c.outcome is not Outcome.PASSED]
    if lost:
        raise CourseError(
            "In the kit the answer loses {checks}, so nothing was written. See grader verify.",
            checks=", ".join(lost[:MOST_TOLD]),
        )


def _update(assignment: Assignment) -> tuple[str, ...]:
    try:
        return update(assignment)
    except OSError as error:
        raise UsageError(
            "{path} can't be written: {detail}",
            path=str(assignment.folder),
            detail=error.strerror or str(error),
        ) from error
