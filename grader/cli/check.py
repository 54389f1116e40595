"""`grader check`: one submission, its result on the terminal, its page beside it."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from grader.cli.exits import ALL_PASSED, COULD_NOT, SOME_FAILED
from grader.cli.output import console, report_stream, write
from grader.course import Assignment, find_assignment, require_group
from grader.foreign import clean
from grader.locales import choose
from grader.report.language import show, translate
from grader.results import (
    Cause,
    CheckResult,
    Epoch,
    Progress,
    Report,
    Text,
    all_passed,
    feedback,
    max_score,
    score,
)
from grader.sandbox.plain import server
from grader.submission import read_submission, require_readable

MAX_PATH = 4096
# What takes long to import, also what the former imports when there is a formula.
FOR_THE_PAGE = ("grader.report.html", "latex2mathml.converter")
ELSEWHERE = "--html FILE or --json FILE"


class Asked(NamedTuple):
    """What is to be graded.

    Args:
        lang: one of `locales.LANGUAGES`.
        path: of the submission, absolute.
        assignment: what it is graded by.
        out: where the words go.
    """

    lang: str
    path: Path
    assignment: Assignment
    out: Console


def asked_for(options: argparse.Namespace) -> Asked:
    """Find what the command line names.

    Raises:
        UsageError: it isn't there.
        CourseError: the assignment is broken.
    """
    path = Path(os.path.abspath(options.path))  # noqa: PTH100 - keeps links and . out of it
    require_readable(path)
    course = options.course.resolve() if options.course else None
    assignment = find_assignment(path, Path.cwd(), course)
    require_group(options.only, assignment)
    out = console(report_stream(options.json), quiet=options.quiet)
    return Asked(choose(options.lang, os.environ), path, assignment, out)


def run(options: argparse.Namespace) -> int:
    """Grade one submission."""
    asked = asked_for(options)
    lang, path, assignment, out = asked
    forkserver = server(assignment.settings.limits)  # warms up while we import the rest
    try:
        from grader.grading import grade  # noqa: PLC0415
        from grader.report.live import Live  # noqa: PLC0415
        from grader.report.terminal import summary_lines  # noqa: PLC0415

        settings = assignment.settings
        submission = read_submission(
            path, settings.files, settings.limits.submission_kib, settings.given
        )
        with Live(out, lang, submission.code) as live:
            title = Text(settings.title, settings.title_zh)
            live.begin(title, submission.file, assignment.groups)

            def told(event: Cause | CheckResult | Epoch | Progress) -> None:
                live.watch(event)
                if isinstance(event, Progress):
                    _prepare_page(event)

            report = grade(
                assignment,
                submission,
                forkserver,
                seed=options.seed,
                only=options.only,
                watch=told,
            )
    finally:
        forkserver.close()
    report = feedback(report)
    for line in summary_lines(report, lang, out.width):
        out.print(line)
    show_page(write_result(report, asked, options), asked, options)
    return exit_code(report)


def _prepare_page(progress: Progress) -> None:
    """Import what makes the page while a network is trained.

    Most of that time this process waits for the student's, though never for long: so one module
    after the other.
    """
    due = 1 + len(FOR_THE_PAGE) * progress.done // max(progress.total, 1)
    for module in FOR_THE_PAGE[:due]:
        import_module(module)


def write_result(report: Report, asked: Asked, options: argparse.Namespace) -> Path:
    """Write the page and whatever else is asked for. Returns where the page is."""
    folder = asked.path if asked.path.is_dir() else asked.path.parent
    page: Path = options.html or folder / f"{Path(report.submission.file).stem}.feedback.html"
    _write_files(report, asked.lang, page, options)
    if options.quiet and report.status == "graded":
        print(f"{score(report):g}/{max_score(report):g}", flush=True)
    elif options.quiet and report.reason is not None:
        print(f"grader: {show(report.reason, asked.lang)}", file=sys.stderr)
    return page


def show_page(page: Path, asked: Asked, options: argparse.Namespace) -> None:
    """Say where the page is, and open it if that is asked for."""
    label = translate("Feedback page:", asked.lang)
    asked.out.print(f"{label} {clean(str(page), MAX_PATH)}", soft_wrap=True)
    if options.open:
        import webbrowser  # noqa: PLC0415

        webbrowser.open(page.resolve().as_uri())


def exit_code(report: Report) -> int:
    """Tell how the command ends whose last result this is."""
    if report.status == "not_graded":
        return COULD_NOT
    return ALL_PASSED if all_passed(report) else SOME_FAILED


def _write_files(report: Report, lang: str, page: Path, options: argparse.Namespace) -> None:
    from grader.report import html, json  # noqa: PLC0415

    if options.json == "-":
        sys.stdout.buffer.write(json.render(report, lang).encode())
        sys.stdout.buffer.flush()
    elif options.json:
        write(Path(options.json), json.render(report, lang), ELSEWHERE)
    if options.gradescope:
        from grader.report import gradescope  # noqa: PLC0415

        write(options.gradescope, gradescope.render(report, None, lang), "--gradescope FILE")
    write(page, html.render(report, lang), ELSEWHERE)
