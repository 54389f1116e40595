"""The command line: the only place that prints, catches GraderError and picks exit codes.

What takes time to import is imported where it is used, so that `grader --help` is quick.
"""

import argparse
import io
import os
import re
import sys
import tempfile
import traceback
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from grader import __version__
from grader.errors import GraderError, NotGraded, UsageError, mark
from grader.foreign import clean

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course import Assignment
    from grader.results import Report

ALL_PASSED, SOME_FAILED, COULD_NOT = 0, 1, 2
INTERRUPTED = 130
MAX_SEED = 2**32
MAX_PATH = 4096


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns its exit code; never raises, but for SystemExit by --help."""
    sys.dont_write_bytecode = True  # nothing but the page is left in a student's folder
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows fewer characters
            stream.reconfigure(errors="replace")
    parser = build_parser()
    options = parser.parse_args(arguments)
    # One BLAS thread, as in the students' processes: sums come out the same on any machine.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        return check(options)
    except GraderError as error:
        _complain(error, options)
        return COULD_NOT
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT
    except KeyboardInterrupt:
        print("\ngrader: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - ours, and no user should have to read it
        _apologise(error)
        return COULD_NOT


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grades deep-learning assignments written in NumPy.",
        epilog="Exit codes of check: 0 all checks passed, 1 some did not, 2 could not grade.",
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    one = commands.add_parser(
        "check",
        help="grade one submission and write its feedback page",
        description="Grade one submission: the result on the terminal, a feedback page beside it.",
    )
    one.add_argument(
        "path",
        nargs="?",
        default=".",
        type=Path,
        metavar="PATH",
        help="a .py file, a notebook, or a folder with one of them (default: this folder)",
    )
    one.add_argument("--only", metavar="GROUP", help="run the checks of one group alone")
    one.add_argument("--open", action="store_true", help="open the feedback page in a browser")
    one.add_argument("--html", type=Path, metavar="FILE", help="where to write the feedback page")
    one.add_argument(
        "--json", metavar="FILE", help="also write the result as JSON (- is standard output)"
    )
    one.add_argument("--lang", choices=("en", "zh"), help="language (default: GRADER_LANG, locale)")
    one.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="seed of all random numbers (default: 0)"
    )
    one.add_argument("--course", type=Path, metavar="DIR", help="the folder with assignments/")
    one.add_argument("--quiet", action="store_true", help="print the score alone")
    return parser


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to {MAX_SEED - 1}")
    return int(text)


def check(options: argparse.Namespace) -> int:
    """Grade one submission: `grader check`."""
    from grader.course import find_assignment  # noqa: PLC0415
    from grader.report.language import choose, show, translate  # noqa: PLC0415
    from grader.results import Text, all_passed, feedback, max_score, score  # noqa: PLC0415
    from grader.sandbox.forkserver import Forkserver  # noqa: PLC0415
    from grader.submission import read_submission, require_readable  # noqa: PLC0415

    lang = choose(options.lang, os.environ)
    path = Path(os.path.abspath(options.path))  # noqa: PTH100 - keeps links and . out of it
    require_readable(path)
    course = options.course.resolve() if options.course else None
    assignment = find_assignment(path, Path.cwd(), course)
    _require_group(options.only, assignment)
    forkserver = Forkserver(assignment.settings.limits)  # warms up while we import the rest
    try:
        from grader.grading import grade  # noqa: PLC0415
        from grader.report import html  # noqa: PLC0415
        from grader.report.live import Live  # noqa: PLC0415
        from grader.report.terminal import summary_lines  # noqa: PLC0415

        settings = assignment.settings
        submission = read_submission(
            path, settings.files, settings.limits.submission_kib, settings.given
        )
        title = Text(settings.title, settings.title_zh)
        console = _console(options)
        with Live(console, lang, submission.code) as live:
            live.begin(title, submission.file, assignment.groups)
            report = grade(
                assignment,
                submission,
                forkserver,
                seed=options.seed,
                only=options.only,
                watch=live.watch,
            )
    finally:
        forkserver.close()
    report = feedback(report)
    for line in summary_lines(report, lang, console.width):
        console.print(line)
    folder = path if path.is_dir() else path.parent
    page = options.html or folder / f"{Path(submission.file).stem}.feedback.html"
    if options.json:
        _write_json(options.json, report, lang)
    _write(page, html.render(report, lang))
    if options.quiet and report.status == "graded":
        print(f"{score(report):g}/{max_score(report):g}")
    elif options.quiet and report.reason is not None:
        print(f"grader: {show(report.reason, lang)}", file=sys.stderr)
    place = clean(str(page), MAX_PATH)
    label = translate("Feedback page:", lang)
    console.print(f"{label} {place}", soft_wrap=True)
    if options.open:
        webbrowser.open(page.resolve().as_uri())
    if report.status == "not_graded":
        return COULD_NOT
    return ALL_PASSED if all_passed(report) else SOME_FAILED


def _require_group(group: str | None, assignment: "Assignment") -> None:
    names = [g.name for g in assignment.groups]
    if group is not None and group not in names:
        raise UsageError(
            "There is no group {group}. The groups are {names}.",
            group=group,
            names=", ".join(names),
        )


def _write_json(target: str, report: "Report", lang: str) -> None:
    from grader.report import json  # noqa: PLC0415

    text = json.render(report, lang)
    if target == "-":
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        _write(Path(target), text)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all: what stood there before is never half overwritten."""
    draft = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".grader-", delete=False
        ) as file:
            draft = Path(file.name)
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        draft.chmod(0o666 & ~mask)
        draft.replace(path)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise UsageError(
            "{path} can't be written: {detail}. Choose another place with --html FILE or "
            "--json FILE.",
            path=str(path),
            detail=error.strerror or str(error),
        ) from error


def _console(options: argparse.Namespace) -> "Console":
    from rich.console import Console  # noqa: PLC0415

    class Output(Console):
        def on_broken_pipe(self) -> None:
            """Leave it to `main`; rich would end the program with code 1."""
            raise BrokenPipeError

    # Standard output is the JSON's if that is asked for there.
    stream = sys.stderr if options.json == "-" else sys.stdout
    return Output(
        file=stream if stream.isatty() else cast("TextIO", Trimmed(stream)),
        highlight=False,
        markup=False,
        emoji=False,
        quiet=options.quiet,
        soft_wrap=False,
    )


class Trimmed:
    """A text stream without blanks at the ends of lines, which rich pads to the width."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream

    @property
    def encoding(self) -> str:
        """The stream's."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write whole lines, as rich does."""
        return self._stream.write(re.sub(r" +(?=\n)", "", text))

    def flush(self) -> None:
        """Pass it on."""
        self._stream.flush()

    def isatty(self) -> bool:
        """It is for files and pipes."""
        return False


def _complain(error: GraderError, options: argparse.Namespace) -> None:
    from grader.report.language import choose, show, translate  # noqa: PLC0415
    from grader.sandbox.words import said  # noqa: PLC0415

    lang = choose(options.lang, os.environ)
    sentence = show(said(error), lang)
    kind = mark("not graded") if isinstance(error, NotGraded) else mark("error")
    print(f"grader: {translate(kind, lang)}: {clean(sentence, MAX_PATH)}", file=sys.stderr)


def _apologise(error: Exception) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="grader-", suffix=".log", delete=False
    ) as log:
        log.write("".join(traceback.format_exception(error)))
    print(
        f"grader: not graded: something is wrong in grader itself ({type(error).__name__}). "
        f"This is not the student's fault. Please send us {log.name}",
        file=sys.stderr,
    )
