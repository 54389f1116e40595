"""What `grader doctor` says of this machine, of this machine with less, and of other machines."""

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from grader.locales import LANGUAGES
from grader.report.doctor import PURPOSES, Checkup, lines, to_json
from grader.results import Text, well_confined
from grader.sandbox.probe import Machine, look, version_of
from grader.sandbox.remedies import advice
from tests.command import ROOT, command, environment, run, strict_json
from tests.minicourse import BROKEN, RIGHT, write_class, write_course
from tests.test_page import Page

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can confine")
COMPLAINT = "bwrap: setting up uid map: Permission denied"

# A process that may not ask for Landlock, as on a kernel without it, and becomes another one.
WITHOUT_LANDLOCK = f"""
import ctypes, os, sys
from grader.sandbox.seccomp import ALLOW, ERRNO, library
rules = ctypes.c_void_p(library().seccomp_init(ALLOW))
assert library().seccomp_rule_add_array(rules, ERRNO | {errno.ENOSYS}, 444, 0, None) == 0
assert library().seccomp_load(rules) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""
# A Python that finds every C library but one.
WITHOUT_LIBSECCOMP = """
import ctypes
class Library(ctypes.CDLL):
    def __init__(self, name, *others, **named):
        if name and "seccomp" in name:
            raise OSError(name + ": cannot open shared object file: No such file or directory")
        super().__init__(name, *others, **named)
ctypes.CDLL = Library
"""


# A Python without what only some systems have, as on Windows.
WITHOUT_FCNTL = """
import sys
sys.modules["fcntl"] = None
"""
CUSTOMIZED = {"libseccomp": WITHOUT_LIBSECCOMP, "fcntl": WITHOUT_FCNTL}


class Place:
    """This machine, with less: what is left out is really not there for the command."""

    def __init__(self, folder: Path, without: frozenset[str]) -> None:
        self.variables, self.prefix = {}, []
        if customs := [CUSTOMIZED[name] for name in sorted(without & CUSTOMIZED.keys())]:
            (folder / "sitecustomize.py").write_text("".join(customs))
            self.variables["PYTHONPATH"] = os.pathsep.join((str(folder), str(ROOT)))
        if "landlock" in without:
            self.prefix = [sys.executable, "-c", WITHOUT_LANDLOCK]
        if "bubblewrap" in without:
            self.variables["PATH"] = str(folder)
        if "user namespaces" in without:
            bwrap = folder / "bwrap"
            bwrap.write_text(f"#!/bin/sh\necho '{COMPLAINT}' >&2\nexit 1\n")
            bwrap.chmod(0o755)
            self.variables["PATH"] = os.pathsep.join((str(folder), os.environ["PATH"]))

    def run(self, *arguments):
        """Run the command in a process of its own."""
        return subprocess.run(
            [*self.prefix, *command(*arguments)],
            env=environment(**self.variables),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def here():
    """What this machine has, when nothing is left out."""
    return look()


@linux
@pytest.mark.parametrize(
    ("without", "gone", "words"),
    [
        ((), (), ()),
        (("bubblewrap",), ("bubblewrap",), ("bubblewrap is not installed.",)),
        (("user namespaces",), ("bubblewrap",), ("bubblewrap does not work here", COMPLAINT)),
        (("landlock",), ("landlock",), ("Landlock",)),
        (("libseccomp",), ("seccomp",), ("seccomp needs the library libseccomp",)),
        (("landlock", "bubblewrap"), ("landlock", "bubblewrap"), ("To do", "Landlock")),
    ],
)
def test_less_than_here(here, tmp_path, without, gone, words):
    """Whatever is missing is told with a way to get it, and `batch` grades where doctor says so."""
    place = Place(tmp_path, frozenset(without))
    done = place.run("doctor", "--lang", "en", "--json", "-")
    told = strict_json(done.stdout)
    names = {name.partition("-")[0] for name in here.in_force}
    assert {name.partition("-")[0] for name in told["protections"]} == names - set(gone)
    missing = {"seccomp", "landlock", "bubblewrap"} - (names - set(gone))
    assert {one["protection"] for one in told["missing"]} == missing
    for word in words:
        assert word in " ".join(done.stderr.split())
    good = well_confined(told["protections"])
    assert told["would_grade"] is good
    assert done.returncode == (0 if good else 1)
    course = write_course(tmp_path / "course")
    handed_in = write_class(tmp_path / "handed-in", s1=RIGHT)
    batch = place.run(
        "batch", handed_in, "--course", course, "--out", tmp_path / "out", "--jobs", 1
    )
    assert batch.returncode == (0 if good else 2), batch.stderr


@linux
def test_it_needs_nothing_that_windows_lacks(here, tmp_path):
    """Where nothing can be locked, as on Windows, doctor still tells what is here."""
    done = Place(tmp_path, frozenset({"fcntl"})).run("doctor", "--lang", "en", "--json", "-")
    assert strict_json(done.stdout)["protections"] == list(here.in_force)


@linux
def test_without_a_protection_a_check_says_so(tmp_path):
    """On one's own machine a check goes on without a protection, and a line says which are left."""
    place = Place(tmp_path, frozenset({"libseccomp"}))
    course = write_course(tmp_path / "course")
    work = write_class(tmp_path / "work", s1=RIGHT) / "s1"
    done = place.run("check", work, "--course", course, "--lang", "en", "--json", "-")
    assert done.returncode == 0
    assert "Protections in force on this machine:" in " ".join(done.stderr.split())
    result = strict_json(done.stdout)
    assert "rlimits" in result["protections"]
    assert not well_confined(result["protections"])
    page = Page((work / "Doubling.feedback.html").read_text(encoding="utf-8")).words()
    assert f"Protections {', '.join(result['protections'])}" in page


@linux
@pytest.mark.parametrize("unsafe", [False, True])
def test_every_report_of_a_class_bears_how_it_was_made(here, tmp_path, unsafe):
    """What was in force, and --unsafe, stand on every page and in all JSON, made anew, too."""
    if not unsafe and not well_confined(here.in_force):
        pytest.skip("no class can be graded here")
    course, out = write_course(tmp_path / "course"), tmp_path / "out"
    handed_in = write_class(tmp_path / "handed-in", s1=RIGHT, s2=BROKEN, s3=b"\0")
    line = ("batch", handed_in, "--course", course, "--out", out, "--lang", "en", "--jobs", 1)
    assert run(*line, *(["--unsafe"] if unsafe else [])).code == 0
    for _time in range(2):
        everyone = Page((out / "index.html").read_text(encoding="utf-8")).words()
        assert ("3 were graded with --unsafe" in everyone) is unsafe
        assert f"{', '.join(here.in_force)} (2)" in everyone
        assert "nothing was run (1)" in everyone
        for student, protections in (("s1", here.in_force), ("s2", here.in_force), ("s3", ())):
            page = Page((out / "feedback" / f"{student}.html").read_text(encoding="utf-8")).words()
            assert f"Protections {', '.join(protections) or 'nothing was run'}" in page
            assert ("this was graded with --unsafe" in page) is unsafe
            for folder in ("results", "feedback"):
                text = (out / folder / f"{student}.json").read_text(encoding="utf-8")
                told = strict_json(text)
                assert told["protections"] == list(protections)
                assert told["unsafe"] is unsafe
        for path in out.glob("*/s*"):
            path.unlink()
        (out / "index.html").unlink()
        assert run("report", out).code == 0


@linux
def test_which_combinations_hold_is_tried_with_and_without_bubblewrap(here):
    """What holds without bubblewrap was tried without it, and nothing else is claimed."""
    assert "bubblewrap" not in here.unwrapped
    assert set(here.in_force) - set(here.unwrapped) <= {"bubblewrap"}


def test_it_says_so_in_one_line(here):
    """Asked to be quiet, it says whether a class can be graded here, and nothing else."""
    ran = run("doctor", "--quiet", "--lang", "en")
    assert ran.out.count("\n") == 1
    assert ("can be graded" in ran.out) is well_confined(here.in_force) is (ran.code == 0)
    assert ran.err == ""


def test_json_goes_where_it_is_asked_for(tmp_path):
    """JSON is written to a file, with its keys in order; where none can be, that is wrong usage."""
    path = tmp_path / "machine.json"
    assert run("doctor", "--json", path).code in {0, 1}
    assert list(strict_json(path.read_text(encoding="utf-8"))) == KEYS
    ran = run("doctor", "--json", tmp_path / "nowhere" / "machine.json", "--lang", "en")
    assert ran.code == 2
    assert "can't be written" in ran.words
    assert run("doctor", "--nonsense").code == 2


def test_without_fork_nobody_can_be_graded(monkeypatch):
    """Where processes can't be forked that is said, and the exit code is 1."""
    monkeypatch.delattr(os, "fork")
    ran = run("doctor", "--lang", "en")
    assert ran.code == 1
    assert "No process for student code starts here" in ran.words


KEYS = [
    *("schema", "versions", "system", "would_grade", "protections"),
    *("protections_without_bubblewrap", "problem", "missing", "languages", "browser", "cluster"),
    *("cores", "memory_mib"),
]

# Other machines

PLAIN = ("descriptors", "rlimits", "no_new_privs")
UBUNTU = Machine(
    system="Linux",
    kernel="6.8.0-45-generic",
    architecture="x86_64",
    distributions=("ubuntu", "debian"),
    in_force=(*PLAIN, "landlock-4", "seccomp"),
    unwrapped=(*PLAIN, "landlock-4", "seccomp"),
    libseccomp=True,
    landlock="",
    bubblewrap=True,
    complaint=COMPLAINT,
    forbidding=("kernel.apparmor_restrict_unprivileged_userns",),
)
OLD = replace(
    UBUNTU, kernel="5.4.0-42-generic", landlock="ENOSYS", in_force=PLAIN, unwrapped=PLAIN,
    libseccomp=False, bubblewrap=False, complaint="", forbidding=(),
)  # fmt: skip
DOCKER = replace(OLD, kernel="6.8.0-45-generic", container=True, root=True)
FEDORA = replace(
    OLD, kernel="6.11.4-301.fc41.x86_64", distributions=("fedora",), landlock="EOPNOTSUPP"
)
MAC = Machine(
    system="Darwin", kernel="24.1.0", architecture="arm64", in_force=("descriptors", "rlimits"),
    unwrapped=("descriptors", "rlimits"),
)  # fmt: skip
NO_FORK = replace(
    MAC, system="Windows", in_force=(), unwrapped=(), problem=Text("No fork: use WSL.")
)
MACHINES = {
    "AppArmor": UBUNTU,
    "no user namespaces": replace(UBUNTU, forbidding=("kernel.unprivileged_userns_clone",)),
    "unknown reason": replace(UBUNTU, forbidding=()),
    "old": OLD,
    "Fedora": FEDORA,
    "Arch": replace(OLD, distributions=("manjaro", "arch")),
    "unknown distribution": replace(OLD, distributions=("ours",)),
    "Docker": DOCKER,
    "Docker with bubblewrap": replace(DOCKER, bubblewrap=True, complaint=COMPLAINT),
    "Docker with Landlock": replace(UBUNTU, container=True),
    "no seccomp": replace(OLD, libseccomp=True),
    "no Landlock": replace(OLD, kernel="6.6.1"),
    "macOS": MAC,
    "Windows": NO_FORK,
    "broken": replace(OLD, in_force=(), unwrapped=(), problem=Text("It went away.")),
}


@pytest.mark.parametrize(
    ("name", "protection", "words", "commands"),
    [
        ("AppArmor", "bubblewrap", "programs that have a profile",
         "sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict"),
        ("no user namespaces", "bubblewrap", "forbids user namespaces",
         "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("unknown reason", "bubblewrap", f"does not work here: {COMPLAINT}", ""),
        ("old", "seccomp", "not installed", "sudo apt install libseccomp2"),
        ("old", "landlock", "came with Linux 5.13, and this is Linux 5.4.0-42-generic", ""),
        ("old", "bubblewrap", "not installed", "sudo apt install bubblewrap"),
        ("Fedora", "seccomp", "not installed", "sudo dnf install libseccomp"),
        ("Fedora", "landlock", "switched off", "cat /sys/kernel/security/lsm"),
        ("Arch", "bubblewrap", "not installed", "sudo pacman -S bubblewrap"),
        ("unknown distribution", "bubblewrap", "not installed", ""),
        ("Docker", "landlock", "Docker allows it from version 23 on", ""),
        ("Docker", "seccomp", "not installed", "apt install libseccomp2"),
        ("Docker with bubblewrap", "bubblewrap", "started with these options",
         "--security-opt seccomp=unconfined"),
        ("Docker with Landlock", "bubblewrap", "Beside Landlock it is not needed", ""),
        ("no seccomp", "seccomp", "refuses to filter system calls", ""),
        ("no Landlock", "landlock", "built without Landlock", ""),
        ("macOS", "", "a plain process here, which protects nobody", ""),
        ("Windows", "", "on Windows, in WSL", ""),
        ("broken", "", "No process for student code starts here: It went away.", ""),
    ],
)  # fmt: skip
def test_how_to_get_what_is_missing(name, protection, words, commands):
    """What is missing comes with its reason and with this system's own command."""
    one = next(a for a in advice(MACHINES[name]) if a.protection == protection)
    assert words in str(one.text)
    assert (commands in one.commands) if commands else one.commands == ()


def test_what_is_there_needs_no_advice():
    """Where everything is in force there is nothing to do."""
    whole = ("bubblewrap", *UBUNTU.in_force)
    assert advice(replace(UBUNTU, in_force=whole, complaint="")) == ()


def checkup(machine):
    """A checkup of a machine with little else."""
    return Checkup(
        versions={"grader": "1", "python": "3.11.9", "numpy": "2.1"},
        machine=machine,
        languages=LANGUAGES,
        browser=False,
        cluster=False,
        cores=1,
        memory_mib=2048,
    )


def printed(machine, lang, **options):
    """What is printed of a machine at 80 columns."""
    screen = Console(file=io.StringIO(), width=80, color_system=None)
    for line in lines(checkup(machine), lang, **options):
        screen.print(line)
    return screen.file.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MACHINES)
def test_it_reads_well_at_80_columns(name, lang):
    """No line is wider than 80 columns, and each command is in one piece."""
    machine = MACHINES[name]
    commands = {command for one in advice(machine) for command in one.commands}
    text = printed(machine, lang)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= 80
    assert commands <= {line.strip() for line in text.splitlines()}
    for protection in PURPOSES:
        assert protection in text
    assert "{" not in text


@pytest.mark.parametrize("name", MACHINES)
def test_marks_need_no_colour_and_no_unicode(name):
    """A mark before each protection tells whether it is in force, in ASCII where need be."""
    machine = MACHINES[name]
    told = [line.split() for line in printed(machine, "en", ascii_only=True).splitlines()]
    for protection in PURPOSES:
        sign = "+" if version_of(protection, machine.in_force) is not None else "x"
        assert any(words[:2] == [sign, protection] for words in told)


@pytest.mark.parametrize("name", MACHINES)
def test_json_says_the_same(name):
    """JSON holds what is in force, what is missing and whether a class would be graded."""
    machine = MACHINES[name]
    content = json.loads(to_json(checkup(machine), "en"))
    assert content["protections"] == list(machine.in_force)
    assert content["would_grade"] is well_confined(machine.in_force)
    assert [one["advice"] for one in content["missing"]] == [str(a.text) for a in advice(machine)]
