"""The commands and their options; what every command does before, after and when it fails.

A command's own module, and what that imports, is imported when it runs, so that
`grader --help` is quick.
"""

import argparse
import atexit
import gc
import gettext
import importlib
import io
import os
import sys
from collections.abc import Sequence
from gettext import gettext as _
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from grader import __version__
from grader.blas import ONE_THREAD
from grader.cli.exits import COULD_NOT, INTERRUPTED
from grader.disk import keep_traceback
from grader.errors import GraderError, NotGraded, UsageError, mark
from grader.locales import DOMAIN, LOCALE, choose

MOST_NEW = 200_000  # objects, before Python looks for some that nobody holds any more
MAX_SEED = 2**32
MAX_COUNT = 1024
# What argparse says, which has it translated by gettext as we do.
ARGPARSES = (
    mark("usage: "),
    mark("positional arguments"),
    mark("options"),
    mark("show this help message and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("unrecognized arguments: %s"),
    mark("the following arguments are required: %s"),
    mark("expected one argument"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("not allowed with argument %s"),
    mark("ambiguous option: %(option)s could match %(matches)s"),
    mark("ignored explicit argument %r"),
    mark("invalid %(type)s value: %(value)r"),
)
GRADING = ("check", "watch", "batch")  # the commands in which an error of ours leaves work ungraded


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns its exit code; never raises, but for SystemExit by --help."""
    sys.dont_write_bytecode = True  # nothing but the page is left in a student's folder
    gc.set_threshold(MOST_NEW)  # what is imported stays, and is not to be looked through
    atexit.register(gc.freeze)  # nor at the end, where that takes longer than to start
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows fewer characters
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if arguments is None else list(arguments)
    _speak(words)
    options = build_parser(*words[:1]).parse_args(words)
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    try:
        _require_working_folder()
        code: int = importlib.import_module(f"grader.cli.{options.module}").run(options)
    except GraderError as error:
        _complain(error, options)
        return COULD_NOT
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT
    except KeyboardInterrupt:
        print("\ngrader:", _("interrupted"), file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - ours, and no user should have to read it
        _apologise(error)
        return COULD_NOT
    return code


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """Describe the command line: all commands, or the one that is asked for, which is quicker."""
    parser = argparse.ArgumentParser(
        prog="grader",
        description=_("Grades deep-learning assignments written in NumPy."),
        epilog=_(
            "Exit codes of check: 0 all checks passed, 1 some did not, 2 could not grade. "
            "Of batch: 0 every submission was graded, whatever its score, 2 some were not. "
            "Of verify: 0 proved, 1 not. Of doctor: 0 a class can be graded here, 1 not."
        ),
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}",
                        help=_("show the version and exit"))  # fmt: skip
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    describe = {
        "check": _check,
        "batch": _batch,
        "report": _report,
        "export": _export,
        "override": _override,
        "diff": _diff,
        "release": _release,
        "verify": _verify,
        "new": _new,
        "doctor": _doctor,
    }
    for name in (command,) if command in describe else describe:
        describe[name](commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def _command(commands: Commands, name: str, short: str, long: str) -> argparse.ArgumentParser:
    """Add a command whose module has its name."""
    command = commands.add_parser(name, help=short, description=long)
    command.set_defaults(module=name)
    command.add_argument(
        "--lang", choices=("en", "zh"), help=_("language (default: GRADER_LANG, locale)")
    )
    command.add_argument("--quiet", action="store_true", help=_("print no more than is asked for"))
    return command


def _check(commands: Commands) -> None:
    one = _command(
        commands,
        "check",
        _("grade one submission and write its feedback page"),
        _("Grade one submission: the result on the terminal, a feedback page beside it."),
    )
    one.add_argument(
        "path",
        nargs="?",
        default=".",
        type=Path,
        metavar="PATH",
        help=_("a .py file, a notebook, or a folder with one of them (default: this folder)"),
    )
    one.add_argument("--only", metavar="GROUP", help=_("run the checks of one group alone"))
    one.add_argument("--watch", dest="module", action="store_const", const="watch",
                     help=_("grade again on every save, until Ctrl-C"))  # fmt: skip
    one.add_argument("--open", action="store_true", help=_("open the feedback page in a browser"))
    one.add_argument(
        "--html", type=Path, metavar="FILE", help=_("where to write the feedback page")
    )
    one.add_argument(
        "--json", metavar="FILE", help=_("also write the result as JSON (- is standard output)")
    )
    one.add_argument(
        "--gradescope", type=Path, metavar="FILE", help=_("also write Gradescope's results.json")
    )
    _add_seed_and_course(one)


def _batch(commands: Commands) -> None:
    one = _command(
        commands,
        "batch",
        _("grade a class: a folder, a zip, or a learning platform's download"),
        _(
            "Grade everything in a folder or archive. The same command goes on where it stopped, "
            "and grades again only what has changed."
        ),
    )
    one.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help=_("a folder, a zip or a tar, such as the download of a learning platform"),
    )
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help=_("the batch's folder"))
    one.add_argument("--jobs", type=_count, metavar="N", help=_("cores to use (default: all)"))
    one.add_argument("--scheduler", metavar="ADDRESS", help=_("grade on a Dask cluster"))
    one.add_argument("--fresh", action="store_true", help=_("grade everyone again"))
    one.add_argument("--unsafe", action="store_true",
                     help=_("grade even where students' code can't be confined"))  # fmt: skip
    one.add_argument("--only", metavar="STUDENT", help=_("grade one student, by id or name"))
    one.add_argument("--assignment", metavar="NAME", help=_("which one, if the course has several"))
    _add_seed_and_course(one)


def _report(commands: Commands) -> None:
    one = _command(
        commands,
        "report",
        _("make the pages of a batch again, without running anything"),
        _("Make every page, grades.csv and index.html of a batch again from its gradebook."),
    )
    one.add_argument("folder", type=Path, metavar="DIR", help=_("the batch's folder"))
    one.add_argument("--jobs", type=_count, metavar="N", help=_("cores to use (default: all)"))


def _export(commands: Commands) -> None:
    one = _command(
        commands,
        "export",
        _("hand grades and feedback back to a learning platform"),
        _("Write a batch's grades or feedback as a learning platform takes them."),
    )
    one.add_argument(
        "folder",
        nargs="?",
        default=Path(),
        type=Path,
        metavar="DIR",
        help=_("the batch's folder (default: this folder)"),
    )
    one.add_argument(
        "--format",
        required=True,
        choices=(
            *("csv", "canvas", "moodle", "feedback", "gradescope", "gradescope-autograder"),
            "junit",
        ),
    )
    one.add_argument(
        "--sheet", type=Path, metavar="FILE", help=_("the platform's own sheet, to be refilled")
    )
    one.add_argument("--column", metavar="NAME", help=_("which column of Canvas's sheet"))
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help=_("what to write"))
    one.add_argument("--assignment", metavar="NAME", help=_("for gradescope-autograder: which one"))
    _add_course(one)


def _override(commands: Commands) -> None:
    one = _command(
        commands,
        "override",
        _("correct a student's grade by hand"),
        _("Write down a person's decision about a grade. It survives every new grading."),
    )
    one.add_argument("student", metavar="STUDENT", help=_("by id, name or platform's number"))
    one.add_argument("--in", dest="folder", type=Path, default=Path(), metavar="DIR",
                     help=_("the batch's folder (default: this folder)"))  # fmt: skip
    one.add_argument("--points", action="append", default=[], metavar="GROUP=N",
                     help=_("what a group of checks gives"))  # fmt: skip
    one.add_argument(
        "--submitted", metavar="TIME", help=_("when it counts as handed in (ISO 8601)")
    )
    one.add_argument("--remove", action="append", default=[], metavar="GROUP",
                     help=_("take a correction back ('time' for --submitted)"))  # fmt: skip
    one.add_argument(
        "--comment", default="", metavar="TEXT", help=_("why, for the student to read")
    )
    one.add_argument("--by", metavar="NAME", help=_("who decides (default: your user name)"))


def _diff(commands: Commands) -> None:
    one = _command(
        commands,
        "diff",
        _("tell whose grade differs between two batches, and why"),
        _("Compare two batches of the same assignment."),
    )
    one.add_argument("before", type=Path, metavar="DIR1")
    one.add_argument("after", type=Path, metavar="DIR2")


def _new(commands: Commands) -> None:
    one = _command(
        commands,
        "new",
        _("make a new assignment, with a small example to replace"),
        _(
            "Make a new assignment that is complete and right, to be replaced piece by piece. In "
            "an empty folder, a course starts with it."
        ),
    )
    one.add_argument("name", metavar="NAME", help=_("letters, numbers, underscores"))
    one.add_argument("--title", metavar="TEXT", help=_("its title in English"))
    one.add_argument("--title-zh", metavar="TEXT", help=_("its title in Chinese"))
    _add_course(one)


def _release(commands: Commands) -> None:
    one = _command(
        commands,
        "release",
        _("make the kit that students receive"),
        _("Make templates from the reference answer, and a zip of all that students receive."),
    )
    one.add_argument("assignment", metavar="ASSIGNMENT", help=_("its name"))
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help=_("the zip to write"))
    _add_course(one)


def _verify(commands: Commands) -> None:
    one = _command(
        commands,
        "verify",
        _("prove an assignment: that it is right, tight and fair"),
        _(
            "Prove assignments before students see them: the answer earns full marks, the template "
            "none, every known mistake and every mutant of the answer is caught, nothing hidden "
            "leaks."
        ),
    )
    one.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help=_("which (default: all)"))
    one.add_argument("--seeds", type=_count, default=30, metavar="N",
                     help=_("how many seeds to try the answer with (default: 30)"))  # fmt: skip
    one.add_argument("--jobs", type=_count, metavar="N", help=_("cores to use (default: all)"))
    one.add_argument("--html", type=Path, metavar="FILE", help=_("write a summary page"))
    one.add_argument("--junit", type=Path, metavar="FILE", help=_("write JUnit XML"))
    one.add_argument("--json", metavar="FILE", help=_("write JSON (- is standard output)"))
    _add_course(one)


def _doctor(commands: Commands) -> None:
    one = _command(
        commands,
        "doctor",
        _("tell what protects this machine from students' code, and what is missing"),
        _(
            "Tell what is here: versions, the protections that are in force when students' code is "
            "run, how to get those that are missing, and whether a class can be graded."
        ),
    )
    one.add_argument("--json", metavar="FILE", help=_("write JSON (- is standard output)"))


def _add_seed_and_course(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--seed",
        type=_seed,
        default=0,
        metavar="N",
        help=_("seed of all random numbers (default: 0)"),
    )
    _add_course(one)


def _add_course(one: argparse.ArgumentParser) -> None:
    one.add_argument("--course", type=Path, metavar="DIR", help=_("the folder with assignments/"))


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= MAX_SEED:
        raise _not_from_to(text, 0, MAX_SEED - 1)
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MAX_COUNT:
        raise _not_from_to(text, 1, MAX_COUNT)
    return int(text)


def _not_from_to(text: str, least: int, most: int) -> argparse.ArgumentTypeError:
    template = _("{text} is not a whole number from {least} to {most}")
    return argparse.ArgumentTypeError(template.format(text=text, least=least, most=most))


def _speak(arguments: Sequence[str]) -> None:
    """Have argparse, which asks gettext, speak the language that is asked for."""
    wanted = [one.removeprefix("--lang=") for one in arguments if one.startswith("--lang=")]
    wanted += [value for option, value in pairwise(arguments) if option == "--lang"]
    lang = choose(wanted[-1] if wanted else None, os.environ)
    # The source is English. For C no catalogue is looked for, which is done anew for each word.
    os.environ["LANGUAGE"] = "C" if lang == "en" else lang
    gettext.bindtextdomain(DOMAIN, LOCALE)
    gettext.textdomain(DOMAIN)


def _require_working_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109 - asked for nothing but the error
    except FileNotFoundError as error:
        raise UsageError("The working folder is gone. Change to one that is there.") from error


def _complain(error: GraderError, options: argparse.Namespace) -> None:
    from grader.report.language import told, translate  # noqa: PLC0415

    lang = choose(options.lang, os.environ)
    ungraded = isinstance(error, NotGraded) and options.module in GRADING
    kind = mark("not graded") if ungraded else mark("error")
    print(f"grader: {translate(kind, lang)}: {told(error, lang)}", file=sys.stderr)


def _apologise(error: Exception) -> None:
    template = _(
        "not graded: something is wrong in grader itself ({kind}). This is not the student's "
        "fault. Please send us {file}"
    )
    said = template.format(kind=type(error).__name__, file=keep_traceback(error))
    print(f"grader: {said}", file=sys.stderr)
