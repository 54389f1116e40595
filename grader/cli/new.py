"""`grader new`: a new assignment that is right as it stands, to be made one's own."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.cli.exits import EVERYONE_GRADED
from grader.cli.output import MAX_PATH, console
from grader.foreign import clean
from grader.locales import choose
from grader.report.language import translate
from grader.skeleton.make import Words, course_for, make, require_name


def run(options: argparse.Namespace) -> int:
    """Make an assignment."""
    name = options.name
    require_name(name)
    course = course_for(options.course, Path.cwd())
    starts = not (course / "assignments").is_dir()
    title, title_zh = clean(options.title or ""), clean(options.title_zh or "")
    make(course, Words(name, title or f"Assignment {name}", title_zh or f"作业 {name}"))
    screen = console(sys.stdout, quiet=options.quiet)
    for line in _lines(course, name, choose(options.lang, os.environ), starts=starts):
        screen.print(line, soft_wrap=True)
    return EVERYONE_GRADED


def _lines(course: Path, name: str, lang: str, *, starts: bool) -> Iterator[str]:
    """What was made, and what comes next."""
    here = Path.cwd().is_relative_to(course)

    def path(*parts: str) -> str:
        whole = course.joinpath(*parts)
        return clean(shlex.quote(os.path.relpath(whole) if here else str(whole)), MAX_PATH)

    elsewhere = "" if here else f" --course {path()}"
    guide = path("solutions", name, "README.md")
    if starts:
        where = clean(str(course), MAX_PATH)
        yield translate("A new course starts in {path}.", lang).format(path=where)
    yield translate("Made, with a small example that is complete and right:", lang)
    yield f"  {path('assignments', name)}  " + translate("what students receive", lang)
    yield f"  {path('solutions', name)}  " + translate("for the course team alone", lang)
    answer = path("solutions", name, f"{name}_answer.py")
    yield translate("Next:", lang)
    yield translate("1. See it graded: {command}", lang).format(command=f"grader check {answer}")
    yield translate("2. Replace the example as {file} says.", lang).format(file=guide)
    yield translate("3. Ask what is not right yet: {command}", lang).format(
        command=f"grader verify {name}{elsewhere}"
    )
