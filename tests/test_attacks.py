"""Attackers in one class with honest students, through the real command.

Each file in attacks/ says what it tries, and in `# holds:` what has to hold all the same. One that
`make`s something makes what can't lie in a repository; any other goes on where a right answer ends.
"""

import ast
import collections
import contextlib
import csv
import fcntl
import hashlib
import html
import os
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course import load_assignment
from grader.errors import Died, Missing
from grader.gradebook import FILE as GRADEBOOK
from grader.gradebook import Gradebook
from grader.grading import grade
from grader.results import CheckResult, score, well_confined
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.guest import Guest, Program
from grader.sandbox.limits import Limits
from grader.submission import parse
from tests.attacks.arena import (
    ATTACKS,
    FOLDER,
    HONEST,
    SECRET,
    Arena,
    fight,
    holds,
    source_of,
    student_of,
)
from tests.command import (
    ANSWER,
    FILE,
    NAME,
    ROOT,
    descendants,
    ids,
    lost,
    strict_json,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can confine")


@pytest.fixture(scope="module")
def arena(tmp_path_factory) -> Arena:
    """The class, graded once, however many processes run the tests."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "attacks"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ran.json").exists():
            fight(folder)
    arena = Arena(folder)
    if "can't be confined well enough" in " ".join(arena.ran["said"].split()):
        pytest.skip("nobody's code is run here")
    return arena


def results(arena: Arena) -> dict[str, dict[str, Any]]:
    """Every result of the whole class, by student."""
    return {p.stem: strict_json(p.read_text()) for p in (arena.out / "results").glob("*.json")}


@pytest.fixture(scope="module")
def result(arena):
    """Find the result of an attack: of its student or, whatever he is called, of its source."""
    found = results(arena)
    by_work = {one["submission"]["sha256"]: one for one in found.values()}
    with contextlib.closing(Gradebook.read(arena.out / GRADEBOOK)) as book:
        protections = book.report("honest-right").protections

    def result(attack: str) -> dict[str, Any]:
        if attack.startswith("reading/") and "landlock" not in str(protections):
            pytest.skip("without Landlock there is more to be seen, though nothing secret")
        digest = hashlib.sha256(source_of(attack)).hexdigest()
        return found.get(student_of(attack)) or by_work[digest]

    return result


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_earns_a_point_that_is_not_earned(result, attack):
    """An attacker has the points of what is right in his work, and not one more."""
    expected, found = holds(attack), result(attack)
    messages = [found.get("reason"), *(c["message"] for c in found["checks"])]
    assert re.search(expected.says, " | ".join(map(str, messages)))
    if expected.lost is None:
        assert (found["status"], found["score"], found["checks"]) == ("not_graded", None, [])
        return
    assert found["status"] == "graded", found["reason"]
    wanted = ids(found, *expected.lost)
    assert lost(found) == wanted if expected.exactly else lost(found) >= wanted
    assert all(c["points"] in {0.0, c["max_points"]} for c in found["checks"])
    assert found["max_score"] == 100.0


def test_there_are_attacks_of_every_family():
    """Each attack says what it tries, and there are several of every family."""
    families = collections.Counter(attack.split("/")[0] for attack in ATTACKS)
    assert len(ATTACKS) >= 120
    assert len(families) == 14
    assert min(families.values()) >= 4
    for attack in ATTACKS:
        assert ast.get_docstring(ast.parse((FOLDER / f"{attack}.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_notice_nothing(arena, student):
    """What an honest student and his teacher get is, byte for byte, what it is without attackers.

    But for the seconds that it took.
    """
    for name in (f"results/{student}.json", f"feedback/{student}.json", f"feedback/{student}.html"):
        with_them, without = (
            re.sub(rb'"seconds": [0-9.e-]+', b"", (arena.folder / out / name).read_bytes())
            for out in ("out", "alone")
        )
        assert with_them == without, name
    result = strict_json((arena.out / "results" / f"{student}.json").read_text())
    assert result["score"] == (54.0 if student == "honest-mistake" else 100.0)


def test_the_exit_code_says_that_some_could_not_be_graded(arena, result):
    """0 without the attackers; 2 with them, for those alone that handed in nothing to grade."""
    assert arena.ran["codes"] == [0, 2]
    refused = [a for a in ATTACKS if holds(a).lost is None]
    found = [r for r in results(arena).values() if r["status"] != "graded"]
    assert sorted(r["student"] for r in found) == sorted(result(a)["student"] for a in refused)


def test_nobody_was_killed(arena):
    """No attacker passes for one whose process somebody else killed; all were well confined."""
    with contextlib.closing(Gradebook.read(arena.out / GRADEBOOK)) as book:
        for student in book.students():
            report = book.report(student)
            assert report.killed == 0, student
            ran = report.status == "graded" and report.checks and report.protections
            assert not ran or well_confined(report.protections), student


def test_no_process_is_left(arena):
    """When the command has ended, so has everything that it and the attackers started."""
    assert arena.ran["left"] == []


def test_nobody_was_reached(arena):
    """No connection and no datagram got out."""
    assert arena.ran["heard"] == []


def test_nothing_was_written_outside(arena):
    """Nothing has changed but the folder of results, which holds nothing but results."""
    assert arena.ran["changed"] == []
    students = set(results(arena))
    assert len(students) == len(ATTACKS) + len(HONEST)
    assert {p.name for p in (arena.out / "feedback").iterdir()} == {
        f"{student}.{kind}" for student in students for kind in ("html", "json")
    }
    assert {p.name for p in arena.out.iterdir()} == {
        *("results", "feedback", "index.html", "grades.csv", GRADEBOOK, ".grader.lock")
    }


def told(arena: Arena) -> Iterator[tuple[str, str]]:
    """Everything that anybody is told: by file, and what the command said."""
    yield "said", arena.ran["said"]
    for path in arena.out.rglob("*"):
        if path.suffix in {".json", ".html", ".csv"}:
            yield path.name, html.unescape(path.read_text(encoding="utf-8-sig"))


def hidden_lines() -> set[str]:
    """Lines of the answer and the hidden checks that stand nowhere else, but for what they say."""
    folder = ROOT / "solutions" / NAME
    secret = [*folder.glob("checks/*.py"), folder / f"{NAME}_answer.py"]
    folders = (ROOT / "assignments" / NAME, Path(__file__).parent)
    public = [p for f in folders for kind in ("py", "md") for p in f.rglob(f"*.{kind}")]
    known = "".join(p.read_text(encoding="utf-8") for p in public)
    lines = {line.strip() for p in secret for line in p.read_text(encoding="utf-8").splitlines()}
    return {line for line in lines if len(line) >= 24 and line not in known and line[0] != '"'}


def test_nothing_secret_is_told(arena):
    """No page, table or message holds a secret of the course, the machine or another student."""
    lines = hidden_lines()
    assert len(lines) > 100
    for name, text in told(arena):
        owner = f"{SECRET}-{name.removeprefix('honest-').partition('.')[0]}"
        assert SECRET not in text.replace(owner, ""), name
        assert [line for line in lines if line in text] == [], name


STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def test_nothing_hostile_is_told(arena):
    """No control or direction character of a stranger is in any file or on the terminal."""
    for name, text in told(arena):
        assert STEERING.findall(text) == [], name


class Tags(HTMLParser):
    """Gathers what could act in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        picture = dict(attrs).get("src") or ""
        if tag == "img" and re.fullmatch(r"data:image/png;base64,[\w+/=]+", picture):
            return  # a digit that the network got wrong
        if tag in {"script", "iframe", "object", "embed", "base", "img", "link", "form"}:
            self.found.append((tag, repr(attrs)))
        for name, value in attrs:
            if name.startswith("on") or (value or "").startswith(("javascript:", "//", "http")):
                self.found.append((tag, name))


def test_no_page_does_what_a_student_wrote(arena):
    """Every page has the active parts of an honest student's page, and no others."""
    pages = {p.name: Tags(p.read_text(encoding="utf-8")).found
             for p in (arena.out / "feedback").glob("*.html")}  # fmt: skip
    assert {name for name, tags in pages.items() if tags != pages["honest-right.html"]} == set()
    with_them, without = (
        Tags((arena.folder / out / "index.html").read_text(encoding="utf-8")).found
        for out in ("out", "alone")
    )
    assert with_them == without


def test_no_spreadsheet_computes_what_a_student_wrote(arena):
    """No cell of the class's table begins like a formula, but for numbers."""
    text = (arena.out / "grades.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert len(cells) > len(ATTACKS)
    formula = re.compile(r"\s*[=+\-@](?![\d.]+$)")
    assert list(filter(formula.match, cells)) == []


# Outside of the class


def memory(process: int) -> Iterator[bytes]:
    """All that a process has written or was given, read from outside. Other programs' files not."""
    with Path(f"/proc/{process}/mem").open("rb") as file:
        for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines():
            span, rights, *_ = line.split()
            if rights.startswith("rw"):
                begin, end = (int(number, 16) for number in span.split("-"))
                file.seek(begin)
                with contextlib.suppress(OSError):
                    yield file.read(end - begin)


def secrets(arena: Arena) -> dict[str, bytes]:
    """What may be in no process of a student, by name."""
    heldout = np.load(arena.folder / "course" / "solutions" / NAME / "heldout.npz")
    return {
        **{line: line.encode() for line in sorted(hidden_lines(), key=len)[-30:]},
        "a secret": SECRET.encode(),
        "labels": heldout["labels"].tobytes()[:200],
        "a held-out digit": heldout["images"][7].tobytes(),
    }


class Search:
    """Looks for secrets in what a forkserver and its children hold, from outside.

    Args:
        server: the forkserver.
        wanted: the secrets, by name.
        mark: what the one child may hold alone.
    """

    def __init__(self, server: Forkserver, wanted: dict[str, bytes], mark: bytes) -> None:
        self.process = server._process.pid
        self.wanted, self.mark = wanted, mark
        self.checks = 0
        self.marked: list[list[bool]] = []

    def watch(self, event: object) -> None:
        """Look now and then, when a hidden check has ended and the child waits for the next."""
        if isinstance(event, CheckResult) and event.visibility == "hidden":
            self.checks += 1
            if self.checks % 8 == 1:
                family = [self.process, *(number for number, _ in descendants(self.process))]
                self.marked.append([self.look(process) for process in family])
                self.look_at_descriptors(family[-1])

    def look(self, process: int) -> bool:
        """Hold a process to knowing no secret; tell whether the mark is in it."""
        everything = b"\0".join(memory(process))
        everything += Path(f"/proc/{process}/environ").read_bytes()
        assert [name for name, needle in self.wanted.items() if needle in everything] == []
        return self.mark in everything

    def look_at_descriptors(self, process: int) -> None:
        """Hold the child to the null device and its one connection."""
        held = {int(p.name): p.readlink().name for p in Path(f"/proc/{process}/fd").iterdir()}
        assert held.pop(3).startswith("socket:")
        assert held == dict.fromkeys(range(3), "null")


@pytest.mark.parametrize("path", [None, ""], ids=["as found", "without bubblewrap"])
def test_nothing_secret_is_near_a_guest(arena, monkeypatch, path):
    """Memory, environment and descriptors of a student's process hold nothing secret.

    Read from outside, while it waits between two calls: so it does not matter what it may do.
    """
    if os.geteuid() != 0:
        pytest.skip("only root may read a confined process's memory")
    course = arena.folder / "course"
    assignment = load_assignment(course / "assignments" / NAME, course)
    monkeypatch.setenv("GRADER_SECRET", f"{SECRET}-environment")
    if path is not None:
        monkeypatch.setenv("PATH", path)
    mark = b"the work in question"
    with contextlib.closing(Forkserver(assignment.settings.limits)) as server:
        neighbours = parse(HONEST["honest-neighbour"][1], FILE, "", 100)
        assert score(grade(assignment, neighbours, server, seed=2)) == 100.0
        search = Search(server, secrets(arena), mark)
        own = parse(ANSWER.encode() + b"# " + mark, FILE, "", 100)
        assert score(grade(assignment, own, server, seed=2, watch=search.watch)) == 100.0
    # The student's process, and no other one, knows what was handed in.
    assert len(search.marked) >= 2
    assert all(marked == [False] * (len(marked) - 1) + [True] for marked in search.marked)


@pytest.fixture
def server():
    """A forkserver with little CPU time to give."""
    with contextlib.closing(Forkserver(SHORT)) as server:
        yield server


SHORT = Limits(call_seconds=20, cpu_seconds=1)


def guest_of(server: Forkserver, source: str) -> Guest:
    return Guest(server, Program((("answer.py", source),), notebook=False, given={}), SHORT)


def test_who_ignores_the_end_of_his_cpu_time_was_not_killed_by_others(server):
    """A process that ignores the signal for it is stopped all the same, and it is its own doing."""
    guest = guest_of(
        server,
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        "def f():\n    while True:\n        pass\n",
    )
    with pytest.raises(Died, match="used up its CPU time"):
        guest.call("f", ())
    assert guest.killed == 0


def test_a_guest_has_no_capability(server):
    """Even where grader runs as root, a student's process is root in name only."""
    guest = guest_of(server, "X = 1\n")
    assert guest.value("X") == 1
    *_, process = (number for number, _ in descendants(server._process.pid))
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    assert re.findall(r"^Cap(?:Eff|Prm|Inh|Amb):\s+(\S+)$", status, re.MULTILINE) == ["0" * 16] * 4
    guest.kill()


def test_a_name_that_is_suggested_was_written_before(server):
    """Which name is told to be meant can't be made of what a check has sent."""
    forged = "lambda r: {'missing': r['name'], 'names': ['doubls', 'double' + str(r['args'][0])]}"
    guest = guest_of(
        server,
        "import sys\nframe = sys._getframe()\nwhile 'answers' not in frame.f_locals:\n"
        f"    frame = frame.f_back\nframe.f_locals['answers']['call'] = {forged}\n",
    )
    with pytest.raises(Missing, match=r"There is no double, but there is doubls\."):
        guest.call("double", (7,))
    guest.kill()
