"""Unlucky is not guilty: what a time-out costs when the machine was busy, and when it was not."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.sandbox import turns
from grader.sandbox.turns import Turns
from tests import minicourse
from tests.command import descendants, grade, replace_in, strict_json

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

COMPUTES = """
import time


def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
"""


@pytest.fixture
def course(tmp_path) -> Path:
    """A small course in which a call may take a second."""
    folder = minicourse.write_course(tmp_path / "course")
    table = folder / "assignments" / minicourse.NAME / "assignment.toml"
    replace_in(table, ("call_seconds = 10", "call_seconds = 1"))
    return folder


def submit(folder: Path, source: str) -> Path:
    path = folder / minicourse.FILE
    path.write_text(source, encoding="utf-8")
    return path


def result(path: Path, course: Path) -> dict:
    """What came of it, but for the seconds that it took."""
    found = strict_json(grade(path, course=course).out)
    for check in found["checks"]:
        del check["seconds"]
    return found


def slow(seconds: float) -> str:
    """A right answer, in which one call of `double` computes for some seconds."""
    return COMPUTES + minicourse.RIGHT.replace(
        "    return x + x\n", f"    compute({seconds} * (abs(x).max() == 0))\n    return x + x\n"
    )


@contextlib.contextmanager
def busy_cores(count: int):
    """Keep every core busy with so many other programs."""
    script = f"import os\nwhile os.getppid() == {os.getpid()}: pass"
    cores = len(os.sched_getaffinity(0))
    others = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(count * cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextlib.contextmanager
def stopping(times: int):
    """Stop a student's process whenever there is one, some times, as a debugger could."""
    stopped: set[int] = set()
    done = threading.Event()

    def watch():
        while not done.wait(0.005) and len(stopped) < times:
            for pid, _ in descendants(os.getpid()):
                with contextlib.suppress(OSError):
                    status = Path(f"/proc/{pid}/status").read_text()
                    if "\nSeccomp:\t2" in status and pid not in stopped:
                        os.kill(pid, signal.SIGSTOP)
                        stopped.add(pid)
                        break

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield stopped
    finally:
        done.set()
        thread.join()


def test_a_machine_under_load_gives_the_same_grade(tmp_path, course):
    """A call that needs most of its time passes although other programs have most of each core."""
    path = submit(tmp_path, slow(0.7))
    idle = result(path, course)
    assert idle["score"] == 10.0
    with busy_cores(4):
        assert result(path, course) == idle


def test_computing_for_too_long_costs_the_same_under_load(tmp_path, course):
    """A call that computes for longer than it may fails, idle or not, with the same words."""
    path = submit(tmp_path, slow(5.0))
    idle = result(path, course)
    (lost,) = [check for check in idle["checks"] if check["outcome"] == "error"]
    assert lost["id"] == "test_hidden::doubles_zero"
    assert lost["message"].startswith("double had not finished after 1 s. Is there a loop")
    with busy_cores(4):
        assert result(path, course) == idle


def test_one_interruption_costs_nothing(tmp_path, course):
    """Whoever is held up once, while loading or in a call, is asked again and gets the points."""
    path = submit(tmp_path, minicourse.SLOW)
    undisturbed = result(path, course)
    assert undisturbed["score"] == 10.0
    with stopping(1) as stopped:
        disturbed = result(path, course)
    assert len(stopped) == 1
    assert disturbed == undisturbed


def test_what_waits_is_told_so(tmp_path, course):
    """Who sleeps is told something else than who computes without end."""
    path = submit(tmp_path, minicourse.SLOW.replace("0.01", "60"))
    messages = {c["message"] for c in result(path, course)["checks"] if c["outcome"] == "error"}
    (told,) = {message.splitlines()[0] for message in messages}
    assert told == "double had not finished after 3 s, and mostly waited. Does it sleep?"


def test_who_is_alone_waits_for_others_and_keeps_them_out(tmp_path):
    """One alone begins when those who are in have left, and those who come wait until it ends."""
    one, other = Turns(tmp_path), Turns(tmp_path)
    said: list[str] = []
    inside, asked = threading.Event(), threading.Event()

    def alone():
        inside.wait()
        asked.set()
        with one.alone():
            said.append("alone")
            with one.shared():  # its own code runs
                said.append("still alone")

    thread = threading.Thread(target=alone)
    thread.start()
    with other.shared():
        inside.set()
        asked.wait()
        said.append("shared")
    thread.join()
    with other.shared():
        said.append("shared again")
    assert said == ["shared", "alone", "still alone", "shared again"]


def test_students_code_runs_side_by_side(tmp_path):
    """Any number may share."""
    one, other = Turns(tmp_path), Turns(tmp_path)
    with one.shared(), other.shared():
        pass


def test_a_stopped_grader_stops_no_other(tmp_path, monkeypatch):
    """Whoever waited in vain goes on, and never waits again."""
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    stuck, other = Turns(tmp_path), Turns(tmp_path)
    with stuck.alone():
        with other.shared():
            pass
        monkeypatch.setattr(turns, "PATIENCE_SECONDS", 1e9)
        with other.shared(), other.alone():
            pass


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_locks_that_are_none_hold_nobody_up(tmp_path, kind):
    """Where somebody put something else in the locks' place, everyone goes on without."""
    place = tmp_path / f"grader-{os.getuid()}-door.lock"
    if kind == "link":
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.mkdir()
    mine = Turns(tmp_path)
    with mine.alone(), mine.shared():
        pass
    assert not (tmp_path / "elsewhere").exists()
    mine.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a file somebody else's")
def test_locks_of_somebody_else_are_not_used(tmp_path):
    """A file that another user could lock for ever is left alone."""
    place = tmp_path / f"grader-{os.getuid()}-room.lock"
    place.touch()
    os.chown(place, 12345, -1)
    mine, other = Turns(tmp_path), Turns(tmp_path)
    with mine.alone(), other.alone():
        pass


def test_locks_are_ours_alone(tmp_path):
    """Nobody else may open them."""
    Turns(tmp_path).close()
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {0o600}
