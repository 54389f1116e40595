"""`grader doctor`: what is here, what confines students' code, and how to get what is missing."""

import argparse
import importlib.util
import os
import sys
import webbrowser
from pathlib import Path

from grader.cli.exits import WOULD_GRADE, WOULD_NOT_GRADE
from grader.cli.output import console, report_stream, write
from grader.locales import LANGUAGES, choose
from grader.report.doctor import Checkup, lines, to_json, verdict
from grader.report.language import catalogue
from grader.results import well_confined
from grader.sandbox.probe import look
from grader.versions import versions
from grader.workers.local import cores


def run(options: argparse.Namespace) -> int:
    """Look at this machine and tell."""
    lang = choose(options.lang, os.environ)
    found = _checkup()
    screen = console(report_stream(options.json), quiet=options.quiet)
    plain = not screen.encoding.startswith("utf")
    for line in lines(found, lang, ascii_only=plain):
        screen.print(line)
    if options.json == "-":
        sys.stdout.write(to_json(found, lang))
    elif options.json:
        write(Path(options.json), to_json(found, lang), "--json FILE")
    if options.quiet and options.json != "-":
        print(verdict(found.machine, lang))
    return WOULD_GRADE if well_confined(found.machine.in_force) else WOULD_NOT_GRADE


def _checkup() -> Checkup:
    return Checkup(
        versions=versions(),
        machine=look(),
        languages=tuple(filter(_spoken, LANGUAGES)),
        browser=_browser(),
        cluster=importlib.util.find_spec("distributed") is not None,
        cores=len(cores()),
        memory_mib=_memory_mib(),
    )


def _spoken(lang: str) -> bool:
    try:
        catalogue(lang)
    except FileNotFoundError:
        return False
    return True


def _browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _memory_mib() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    except (AttributeError, ValueError, OSError):  # not every system counts them
        return None
