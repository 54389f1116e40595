"""A request from a notebook's kernel -> what to display below the cell."""

import argparse
import contextlib
import io
import shlex
from collections.abc import Mapping
from pathlib import Path, PurePath

import msgspec

from grader.course import find_assignment, require_group
from grader.disk import keep_traceback, whole
from grader.errors import GraderError
from grader.jupyter.shown import Bundle, result, sentence
from grader.locales import choose
from grader.report.language import show, told
from grader.results import Report, Text, feedback
from grader.sandbox.plain import server
from grader.submission import parse


class Request(msgspec.Struct, frozen=True):
    """What a kernel asks.

    Args:
        line: what stands behind %grader.
        cells: what was run, the running cell last; see `notebook_of`.
        raised: numbers of cells that raised, counted from 1.
    """

    line: str
    cells: tuple[str, ...] = ()
    raised: frozenset[int] = frozenset()


def answer(request: Request, environ: Mapping[str, str]) -> Bundle:
    """Grade what a notebook has run. Never raises: whatever goes wrong is displayed.

    The assignment is found from the working folder, and the feedback page is written there.

    Args:
        request: what the kernel asks.
        environ: the environment: GRADER_LANG and the like, and the notebook's path in
            JPY_SESSION_NAME, if it is known.
    """
    said_by_argparse = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(said_by_argparse),
            contextlib.redirect_stderr(said_by_argparse),
        ):
            options = _parser().parse_args(shlex.split(request.line))
    except (SystemExit, ValueError) as left:  # an option that there is not; a lone quote
        return {"text/plain": said_by_argparse.getvalue() or f"%grader: {left}"}
    lang = choose(options.lang, environ)
    notebook = PurePath(environ.get("JPY_SESSION_NAME", ""))
    try:
        return _checked(request, options, lang, notebook)
    except GraderError as error:
        return sentence(told(error, lang), lang)
    except Exception as error:  # noqa: BLE001 - ours, and no user should have to read it
        return sentence(show(_apology(error), lang), lang)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="%grader", description="Grades the cells that were run so far."
    )
    parser.add_argument("command", choices=("check",), metavar="check")
    parser.add_argument("--only", metavar="GROUP", help="run the checks of one group alone")
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: GRADER_LANG)")
    parser.add_argument("--course", type=Path, metavar="DIR", help="the folder with assignments/")
    return parser


def _checked(
    request: Request, options: argparse.Namespace, lang: str, notebook: PurePath
) -> Bundle:
    named = notebook.name if notebook.suffix == ".ipynb" else ""
    working = Path.cwd()
    course = options.course.resolve() if options.course else None
    assignment = find_assignment(working / named, working, course)
    require_group(options.only, assignment)
    limits = assignment.settings.limits
    forkserver = server(limits)  # warms up while we import the rest
    try:
        from grader.grading import grade  # noqa: PLC0415
        from grader.jupyter.cells import notebook_of  # noqa: PLC0415

        file = named or f"{assignment.name}.ipynb"
        submission = parse(
            notebook_of(request.cells, request.raised),
            file,
            PurePath(file).stem,
            limits.submission_kib,
        )
        report = feedback(grade(assignment, submission, forkserver, seed=0, only=options.only))
    finally:
        forkserver.close()
    page = working / f"{PurePath(file).stem}.feedback.html"
    return result(report, lang, page.name, _written(report, page, lang))


def _written(report: Report, page: Path, lang: str) -> Text | None:
    """Write the feedback page, or tell why it can't be: the result is worth showing without."""
    from grader.report import html  # noqa: PLC0415

    try:
        with whole(page) as file:
            file.write(html.render(report, lang).encode())
    except OSError as error:
        detail = error.strerror or str(error)
        fields: dict[str, int | float | str | Text] = {"path": str(page), "detail": detail}
        return Text("{path} can't be written: {detail}", params=fields)
    return None


def _apology(error: Exception) -> Text:
    return Text(
        "Something is wrong in grader itself ({kind}). This is not your fault. Please send us "
        "{path}",
        params={"kind": type(error).__name__, "path": keep_traceback(error)},
    )
