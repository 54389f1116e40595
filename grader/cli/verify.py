"""`grader verify`: assignments proved before students see them."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from grader.cli.exits import NOT_PROVED, PROVED
from grader.cli.interrupts import interruptible
from grader.cli.output import console, report_stream, write
from grader.cli.progress import progress
from grader.course import Assignment, assignment_of_course, names_of_course
from grader.errors import NotGraded, UsageError
from grader.locales import choose
from grader.proof import Proof, proved
from grader.report.language import translate
from grader.report.proof import json, junit, page, terminal
from grader.verify.run import gather, unprovable, verify
from grader.verify.worker import role_of
from grader.workers.local import LocalWorkers, cores

ELSEWHERE = "--html FILE, --junit FILE or --json FILE"


def run(options: argparse.Namespace) -> int:
    """Prove one assignment after the other, and tell of all."""
    lang = choose(options.lang, os.environ)
    _require_folders(options)
    course = options.course.resolve() if options.course else None
    names = options.assignments or names_of_course(Path.cwd(), course)
    screen = console(report_stream(options.json), quiet=options.quiet)
    proofs = []
    for name in names:
        try:
            with interruptible():
                assignment = assignment_of_course(Path(name).name, Path.cwd(), course)
                proofs.append(_proof(assignment, options, screen, lang))
        except NotGraded as error:
            proofs.append(unprovable(name, error))
        plain = not screen.encoding.startswith("utf")
        lines = list(terminal.lines(proofs[-1], lang, ascii_only=plain))
        for line in lines:
            screen.print(line)
        if options.quiet and options.json != "-":
            print(lines[-1])
    _write_files(proofs, lang, options)
    return PROVED if all(map(proved, proofs)) else NOT_PROVED


def _require_folders(options: argparse.Namespace) -> None:
    """Look whether there is room for the files, before minutes are spent on what they hold."""
    report = Path(options.json) if options.json not in (None, "-") else None
    for path in (options.html, options.junit, report):
        if path is not None and not path.absolute().parent.is_dir():
            raise UsageError(
                "There is no folder {folder} for {path}. Make it first.",
                folder=str(path.absolute().parent),
                path=path.name,
            )


def _proof(
    assignment: Assignment, options: argparse.Namespace, screen: Console, lang: str
) -> Proof:
    material = gather(assignment)
    course = assignment.folder.parents[1]
    seconds = assignment.settings.limits.grading_seconds
    role = role_of(course, assignment.name, seconds)
    workers = LocalWorkers(role, options.jobs or len(cores()))
    what = translate("proving {name}", lang).format(name=assignment.name)
    try:
        with progress(screen, what, lang) as watch:
            return verify(assignment, material, options.seeds, workers, watch)
    finally:
        workers.close()


def _write_files(proofs: list[Proof], lang: str, options: argparse.Namespace) -> None:
    if options.json == "-":
        sys.stdout.write(json.render(proofs, lang))
    elif options.json:
        write(Path(options.json), json.render(proofs, lang), ELSEWHERE)
    if options.junit:
        write(options.junit, junit.render(proofs, lang), ELSEWHERE)
    if options.html:
        write(options.html, page.render(proofs, lang), ELSEWHERE)
