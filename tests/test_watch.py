"""`grader check --watch`: every save is graded, and only what has changed is told."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from unittest import mock

import pytest

from grader.cli import watch
from grader.cli.watch import News, Saves
from grader.course import load_assignment
from grader.errors import UsageError
from grader.results import Cause, CheckResult, Epoch, Outcome, Text
from tests.command import (
    DELTA,
    MEAN_LOSS,
    answer,
    command,
    copy_course,
    descendants,
    environment,
    notebook,
    run,
)
from tests.command import FILE as REAL_FILE
from tests.minicourse import BROKEN, FILE, NAME, QUITS, RAISES, RIGHT, TEMPLATE, WRONG, write_course

PATIENCE = 60.0  # seconds until what should have been said is given up
PAGE = FILE.replace(".py", ".feedback.html")
WAITING = "Ctrl-C ends this."


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The small course."""
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def path(tmp_path):
    """A submission in a folder of its own, half of it right."""
    folder = tmp_path / "mine"
    folder.mkdir()
    path = folder / FILE
    path.write_text(WRONG)
    return path


def save(source, name=FILE):
    """Make a save: into the file of that name in the submission's folder."""
    data = source if isinstance(source, bytes) else source.encode()
    return lambda path: (path.parent / name).write_bytes(data)


def rename(source):
    """Make a save as some editors do it: a new file that takes the old one's place."""

    def do(path):
        path.with_suffix(".tmp").write_text(source)
        path.with_suffix(".tmp").replace(path)

    return do


def remove(path):
    """Remove the file."""
    path.unlink()


def watched(course, path, *saves, ask=None, options=()):
    """Run the command in this process: whenever it waits a save is made, and Ctrl-C in the end."""
    todo, wait = iter(saves), Saves.wait

    def next_save(looking):
        now = next(todo, None)
        if now is None:
            raise KeyboardInterrupt
        now(path)
        wait(looking)

    with mock.patch.object(Saves, "wait", next_save):
        return run("check", ask or path, "--watch", "--course", course, "--lang", "en", *options)


def gradings(ran):
    """What was said of one grading after the other."""
    return ran.out.split("Doubling and halving: ")[1:]


# What is told


def test_the_first_result_is_told_in_full(course, path):
    """At first every check is told, every group's points, where the page is, and what to do."""
    (said,) = gradings(watched(course, path))
    for text in ("doubles zero", "halves", "Double ..", "Score ..", "Do this next", PAGE, WAITING):
        assert text in said


LATER = (
    ("right now", RIGHT, ("✓ halves ", "Score: 10 of 10, 6 before"), ("doubles", "Hint")),
    ("wrong now", WRONG.replace("x + x", "x"), ("✗ doubles ", "Score: 2 of 10, 6 before"),
     ("halves  ", "doubles zero")),
    ("wrong otherwise", WRONG.replace("x / 3", "'x'"), ("✗ halves ", "as before"), ("doubles  ",)),
    ("a comment", WRONG + "# why?\n", ("Score: 6 of 10, as before",), ("halves", "doubles")),
    ("syntax error", BROKEN, ("could not be run", f"{FILE}, line 1", "0 of 10, 6 before"),
     ("halves", "doubles", "next")),
    ("empty", "", (f"{FILE} is empty.", "0 of 10, 6 before"), ("halves",)),
    ("half of it", RIGHT[:40], ("could not be run",), ("halves",)),
    ("no text", b"\xff\xfe\0\0", ("UTF-16", "0 of 10"), ("halves",)),
    ("raises", RAISES, ("! doubles", "Score: 2 of 10"), ()),
    ("dies", QUITS, ("! doubles", "Score: 2 of 10"), ()),
    ("the template", TEMPLATE, ("! doubles", "Score: 0 of 10"), ()),
)  # fmt: skip


@pytest.fixture(scope="module")
def later(course, tmp_path_factory):
    """What is said of each source when it is saved over the one that is half right."""
    path = tmp_path_factory.mktemp("mine") / FILE
    path.write_text(WRONG)
    there_and_back = [save(source) for row in LATER for source in (row[1], WRONG)]
    _, *said = gradings(watched(course, path, *there_and_back))
    return dict(zip((row[0] for row in LATER), said[::2], strict=True))


@pytest.mark.parametrize(
    ("name", "says", "is_silent_on"), [pytest.param(r[0], *r[2:], id=r[0]) for r in LATER]
)
def test_later_what_has_changed_is_told(later, name, says, is_silent_on):
    """After a save only the checks that differ are told, and the score beside what it was."""
    assert [text for text in says if text not in later[name]] == []
    assert [text for text in is_silent_on if text in later[name]] == []


def test_a_syntax_error_makes_no_check_news(course, path):
    """Checks are compared with what was told of them last, not with a file that could not run."""
    _, _, said = gradings(watched(course, path, save(BROKEN), save(RIGHT)))
    assert "✓ halves " in said
    assert "doubles" not in said


def test_who_starts_with_a_syntax_error_sees_every_check_later(course, path):
    """What could not be told at first is told as soon as the file can be run."""
    path.write_text(BROKEN)
    _, said = gradings(watched(course, path, save(RIGHT)))
    assert all(text in said for text in ("✓ doubles", "✓ halves", "Score: 10 of 10, 0 before"))


def test_a_file_that_is_gone_is_told_in_a_line(course, path):
    """A file that is not there any more is one line, and graded as soon as it is back."""
    ran = watched(course, path, remove, save(WRONG))
    assert ran.err.count("\n") == 1
    assert f"There is no file {path}." in ran.err
    assert "6 of 10, as before" in gradings(ran)[1]


@pytest.mark.parametrize(
    "source", [notebook("def double(x):\n    return 2 * x"), b'{"cells": [', b""],
    ids=["good", "half", "empty"],
)  # fmt: skip
def test_notebooks_are_watched_too(course, path, source):
    """A notebook is graded on every save, whatever state it is in."""
    path = path.with_suffix(".ipynb")
    path.write_bytes(notebook("def double(x):\n    return x"))
    _, said = gradings(watched(course, path, save(source, path.name)))
    assert "Score: " in said


def test_a_folder_is_watched(course, path):
    """With a folder it is its accepted file, also if that comes later, and no other file."""
    path.unlink()
    come = watched(course, path, save(RIGHT), ask=path.parent)
    assert "There is no submission in" in come.err
    assert "Score .." in gradings(come)[0]


def test_the_page_is_written_again(course, path):
    """After each save the page shows the last result."""
    pages = []

    def keep_page_and_save(path):
        pages.append((path.parent / PAGE).read_text())
        path.write_text(RIGHT)

    watched(course, path, keep_page_and_save)
    assert pages[0] != (path.parent / PAGE).read_text()


def test_quiet_and_json(course, path, tmp_path):
    """With --quiet a result is one line, and the file of --json holds the last one."""
    file = tmp_path / "result.json"
    ran = watched(course, path, save(RIGHT), options=("--quiet", "--json", file))
    assert (ran.out, ran.err) == ("6/10\n10/10\n", "")
    assert json.loads(file.read_text())["score"] == 10


@pytest.mark.parametrize(
    ("saves", "code"),
    [((), 1), ((save(RIGHT),), 0), ((save(RIGHT), save(BROKEN)), 1), ((save(RIGHT), remove), 0)],
    ids=["some failed", "all passed", "could not be run", "gone since"],
)
def test_the_exit_code_is_the_last_results(course, path, saves, code):
    """Ctrl-C ends it with the exit code that the last result had."""
    assert watched(course, path, *saves).code == code


def test_without_a_result_it_is_interrupted(course, path):
    """Ctrl-C before any result is exit code 130."""
    path.unlink()
    assert watched(course, path, ask=path.parent).code == 130


def test_a_broken_check_is_told_and_waited_for(tmp_path, path):
    """What the course did wrong is told as not graded, and the next save is graded again."""
    course = write_course(tmp_path / "course")
    checks = course / "assignments" / NAME / "checks" / "test_visible.py"
    source = checks.read_text()

    def break_it(path):
        checks.write_text("import nothing\n")
        path.write_text(RIGHT)

    def mend_it(path):
        checks.write_text(source)
        path.write_text(RIGHT + "\n")

    ran = watched(course, path, break_it, mend_it)
    _, broken, mended = gradings(ran)
    assert "NOT GRADED" in broken
    assert "Score: 10 of 10, 6 before" in mended
    assert watched(course, path, break_it).code == 2


# What counts as news


def result(**fields):
    title = Text("sums to one")
    known = {"outcome": Outcome.PASSED, "points": 1.0, "max_points": 1.0, "visibility": "hidden"}
    return CheckResult(**({"id": "test_a::b", "group": "a", "title": title} | known | fields))


FAILED = result(outcome=Outcome.FAILED, message=Text("This is not so."))
NEWS = (
    ("the same", result(), result(), False),
    ("another time", result(), result(seconds=2.0), False),
    ("fails now", result(), FAILED, True),
    ("passes now", FAILED, result(), True),
    ("another message", FAILED, result(outcome=Outcome.FAILED, message=Text("No.")), True),
    ("another check", result(), result(id="test_a::c"), True),
    ("an epoch", Epoch(1, 0.5, 0.9, None), Epoch(1, 0.5, 0.9, None), False),
    ("a better epoch", Epoch(1, 0.5, 0.9, None), Epoch(1, 0.4, 0.9, None), True),
    ("another epoch", Epoch(1, 0.5, 0.9, None), Epoch(2, 0.5, 0.9, None), True),
    ("a cause", Cause(Text("empty")), Cause(Text("empty")), True),
)


@pytest.mark.parametrize(
    ("before", "now", "is_news"), [pytest.param(*row[1:], id=row[0]) for row in NEWS]
)
def test_news(before, now, is_news):
    """News is what the reader would see to be another one than the last time."""
    news = News()
    assert news.of_one_grading()(before)
    assert news.of_one_grading()(now) == is_news


def test_what_is_withheld_is_no_news():
    """A text that a student may not see makes no news when it changes."""
    news = News()
    texts = ("3.7 is odd", "2.1 is odd")
    errors = (
        Text("{name} raised {kind}.", params={"name": "f", "kind": "X", "text": t}) for t in texts
    )
    checks = [result(outcome=Outcome.ERROR, message=m, shows=False) for m in errors]
    assert [news.of_one_grading()(check) for check in checks] == [True, False]


# What counts as a save


@pytest.fixture
def looked_at(course, path, monkeypatch):
    """What looks at the submission's file, without pauses, and at its folder."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.0)
    settings = load_assignment(course / "assignments" / NAME, course).settings
    return Saves(path, settings), Saves(path.parent, settings)


def touch(path):
    os.utime(path, ns=(1, 1))


SAVES = (
    ("nothing", lambda _path: None, False),
    ("touched", touch, False),
    ("the same bytes", save(WRONG), False),
    ("the same bytes in another file", rename(WRONG), False),
    ("other bytes", save(RIGHT), True),
    ("as many other bytes", save(WRONG.replace("3", "4")), True),
    ("other bytes in another file", rename(RIGHT), True),
    ("removed", remove, True),
    ("another file", save(RIGHT, "notes.py"), False),
    ("a page", save("", PAGE), False),
)


@pytest.mark.parametrize(("change", "counts"), [pytest.param(*r[1:], id=r[0]) for r in SAVES])
def test_saves(looked_at, path, change, counts):
    """A save counts if the bytes that are graded are others, and it counts once."""
    change(path)
    assert [saves.look() for saves in looked_at] == [counts, counts]
    assert [saves.look() for saves in looked_at] == [False, False]


def test_the_work_is_what_was_saved_last(looked_at, path):
    """After a save `work` is what is in the file, or why that can't be read."""
    saves, _ = looked_at
    for source in (RIGHT, BROKEN, WRONG):
        path.write_text(source)
        assert saves.look()
        assert saves.work.parts[0].source == source
    path.unlink()
    assert saves.look()
    assert isinstance(saves.work, UsageError)


def test_what_is_being_written_is_not_read_yet(looked_at, path, monkeypatch):
    """A file that still grows, or is gone for a moment, is read when it has come to rest."""
    saves, _ = looked_at
    pieces = iter((remove, save(RIGHT[:20]), save(RIGHT)))
    monkeypatch.setattr(watch.time, "sleep", lambda _: next(pieces, lambda _: None)(path))
    path.write_text(RIGHT[:10])
    assert saves.look()
    assert saves.work.parts[0].source == RIGHT
    assert not saves.look()


# The real command


class Watching:
    """The command in a process of its own, and what it has said."""

    def __init__(self, log, *arguments):
        self._said = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command("check", *arguments, "--watch", "--lang", "en"),
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self._read = 0

    def until(self, text):
        """Wait until something is said. Returns all that was said since the last time."""
        end = time.monotonic() + PATIENCE
        while text not in (said := self._said.read_text()[self._read :]):
            assert self.process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.02)
        self._read += said.index(text) + len(text)
        return said[: said.index(text) + len(text)]

    def stop(self):
        """Press Ctrl-C. Returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def watching(tmp_path):
    """Starts commands, and ends them whatever happens."""
    logs = (tmp_path / f"said-{number}" for number in itertools.count())
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            started = Watching(next(logs), *arguments)
            stack.callback(started.process.wait)
            stack.callback(started.process.kill)
            return started

        yield start


def test_a_save_is_graded(course, path, watching):
    """The command waits, grades each save, keeps its processes, and ends with Ctrl-C."""
    process = watching(path, "--course", course)
    process.until(WAITING)
    children = {child for child, _ in descendants(process.process.pid)}
    path.write_text(RIGHT)
    assert "✓ halves " in process.until("Score: 10 of 10, 6 before")
    path.write_text(BROKEN)
    process.until("Score: 0 of 10, 10 before")
    rename(RIGHT)(path)
    process.until("Score: 10 of 10, 0 before")
    assert {child for child, _ in descendants(process.process.pid)} == children
    assert process.stop() == 0


def test_a_save_ends_the_training(path, watching, tmp_path):
    """Who saves while the network is trained sees the new work graded, not the rest of the old."""
    course = copy_course(tmp_path / "course", training_seconds=300)
    path = path.parent / REAL_FILE
    path.write_bytes(b"import time\n" + answer(DELTA, "    time.sleep(0.01)\n" + DELTA))
    process = watching(path, "--course", course)
    process.until("smaller than at first")  # the last check that needs no training, of 300 s
    path.write_bytes(answer(MEAN_LOSS, "    return sum(losses)\n"))
    said = process.until("Score ..")
    assert "✗ the mean of the losses" in said
    assert "softmax answers" not in said
    assert "✓ four epochs reach" in said
    process.until(WAITING)
    assert process.stop() == 1


def test_a_save_ends_code_that_hangs(path, watching, tmp_path):
    """Who saves while his code hangs need not wait for the time-out, which is 300 s here."""
    course = write_course(tmp_path / "slow")
    toml = course / "assignments" / NAME / "assignment.toml"
    toml.write_text(toml.read_text().replace("_seconds = 10", "_seconds = 300"))
    path.write_text(RIGHT.replace("return x / 2", "while True: pass"))
    process = watching(path, "--course", course)
    process.until("✓ doubles zero")  # the last check before the one that hangs
    path.write_text(WRONG)
    process.until("Score ..")
    process.until(WAITING)
    path.write_text(RIGHT)
    process.until("Score: 10 of 10, 6 before")
    assert process.stop() == 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
def test_a_killed_forkserver_is_replaced(course, path, watching):
    """When what students' processes come from was killed, the next save but one is graded."""
    process = watching(path, "--course", course)
    process.until(WAITING)
    for child, _ in descendants(process.process.pid):
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
    path.write_text(RIGHT)
    process.until("NOT GRADED")
    path.write_text(RIGHT + "\n")
    process.until("Score: 10 of 10, 6 before")
