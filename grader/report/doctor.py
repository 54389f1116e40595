"""What `grader doctor` found, for a terminal and as JSON: what confines, what is missing, and why.

Everything here is a function over records, so that a machine that nobody has can be told of.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from grader.errors import mark
from grader.report.language import show, translate
from grader.report.terminal import ASCII_MARKS, MARKS, STYLES, Lines
from grader.results import COMBINATIONS, Outcome, well_confined
from grader.sandbox.probe import Machine, version_of
from grader.sandbox.remedies import advice

SCHEMA = 1
NAMES = {"en": "English", "zh": "中文"}

# In the order in which they matter. A protection's name may carry a version: 'landlock-7'.
PURPOSES = {
    "seccomp": mark(
        "Students' code can only compute: no network, no written file, no other process."
    ),
    "landlock": mark("It can open no file but Python's own: no check, no answer, nobody's work."),
    "bubblewrap": mark("It can't even find out which other files there are."),
    "rlimits": mark("Its memory and time are limited, so it can't use up the machine."),
    "no_new_privs": mark("No program gives it rights that you don't have."),
    "descriptors": mark("Nothing that grader has open is passed on to it."),
}


class Checkup(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Args:
        versions: of grader, Python and NumPy.
        machine: what it confines with.
        languages: those that it speaks here.
        browser: whether there is one to open a page in.
        cluster: whether it can grade on more than one machine.
        cores: that it may use.
        memory_mib: of the machine; None if nobody knows.
    """

    versions: dict[str, str]
    machine: Machine
    languages: tuple[str, ...]
    browser: bool
    cluster: bool
    cores: int
    memory_mib: int | None


def lines(found: Checkup, lang: str, *, ascii_only: bool = False) -> Lines:
    """Say what was found; in the last line, whether a class can be graded here.

    Args:
        found: what was found.
        lang: one of `locales.LANGUAGES`.
        ascii_only: for a terminal that has no sign for a tick.
    """
    marks = ASCII_MARKS if ascii_only else MARKS
    machine = found.machine
    versions = (f"{name} {version}" for name, version in found.versions.items())
    yield Line(", ".join((*versions, f"{machine.system} {machine.kernel} {machine.architecture}")))
    yield Line("")
    yield Line(_("What confines students' code on this machine", lang), style="bold")
    table = _table()
    for name, purpose in PURPOSES.items():
        version = version_of(name, machine.in_force)
        sign = _sign(marks, holds=version is not None)
        table.add_row(sign, f"{name} {version or ''}".strip(), _(purpose, lang))
    yield table
    yield Line("")
    yield Line(_("What a class needs: one of these together", lang), style="bold")
    table = _table()
    for names in COMBINATIONS:
        table.add_row(_sign(marks, holds=_holds(names, machine)), " + ".join(names), "")
    yield table
    yield from _advised(machine, lang)
    yield Line("")
    yield Line(_("What else there is", lang), style="bold")
    for line in _rest(found, lang):
        yield Padding.indent(Line(line), 4)
    yield Line("")
    yield verdict(machine, lang)


def verdict(machine: Machine, lang: str) -> Line:
    """Say whether `grader batch` would grade a class on this machine."""
    if well_confined(machine.in_force):
        return Line(_("A class can be graded on this machine.", lang), style="bold green")
    no = mark(
        "`grader batch` would grade nobody on this machine. `grader check` runs your own work."
    )
    return Line(_(no, lang), style="bold red")


def to_json(found: Checkup, lang: str) -> str:
    """Write the same as JSON, UTF-8, indented by two spaces.

    Args:
        found: what was found.
        lang: one of `locales.LANGUAGES`, for the advice.
    """
    machine = found.machine
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "versions": found.versions,
        "system": {
            "name": machine.system,
            "kernel": machine.kernel,
            "architecture": machine.architecture,
            "distributions": machine.distributions,
            "container": machine.container,
        },
        "would_grade": well_confined(machine.in_force),
        "protections": machine.in_force,
        "protections_without_bubblewrap": machine.unwrapped,
        "problem": None if machine.problem is None else show(machine.problem, lang),
        "missing": [
            {
                "protection": one.protection,
                "advice": show(one.text, lang),
                "commands": one.commands,
            }
            for one in advice(machine)
        ],
        "languages": found.languages,
        "browser": found.browser,
        "cluster": found.cluster,
        "cores": found.cores,
        "memory_mib": found.memory_mib,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _advised(machine: Machine, lang: str) -> Lines:
    found = advice(machine)
    if not found:
        return
    heading = mark("Not needed, but better") if well_confined(machine.in_force) else mark("To do")
    yield Line("")
    yield Line(_(heading, lang), style="bold")
    for one in found:
        yield Padding.indent(Line(show(one.text, lang)), 4)
        for command in one.commands:
            yield Padding.indent(Line(command), 8)


def _rest(found: Checkup, lang: str) -> Iterator[str]:
    cores = mark("{cores} core") if found.cores == 1 else mark("{cores} cores")
    yield _(cores, lang).format(cores=found.cores)
    if found.memory_mib is not None:
        yield _("{memory} GiB of memory", lang).format(memory=f"{found.memory_mib / 1024:.1f}")
    languages = ", ".join(NAMES[name] for name in found.languages)
    yield _("languages: {languages}", lang).format(languages=languages)
    yield (
        _("a browser for --open", lang)
        if found.browser
        else _("no browser for --open: open the pages yourself", lang)
    )
    yield (
        _("grading on several machines (--scheduler)", lang)
        if found.cluster
        else _("no grading on several machines (--scheduler): it needs grader[cluster]", lang)
    )


def _holds(names: tuple[str, ...], machine: Machine) -> bool:
    """Tell whether a combination was in force; that without bubblewrap where there was none."""
    protections = machine.in_force if "bubblewrap" in names else machine.unwrapped
    return all(version_of(name, protections) is not None for name in names)


def _sign(marks: dict[Outcome, str], *, holds: bool) -> Line:
    outcome = Outcome.PASSED if holds else Outcome.FAILED
    return Line(marks[outcome], style=f"bold {STYLES[outcome]}")


def _table() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=5, justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _(template: str, lang: str) -> str:
    return translate(template, lang)
