"""Unlucky is not guilty: what a time-out costs when the machine was busy, and when it was not."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

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
    # On a busy machine it is given a little longer.
    assert re.fullmatch(
        r"double had not finished after \d s, and mostly waited\. Does it sleep\?", told
    )


def test_a_function_that_hangs_again_and_again_is_not_asked_for_ever(tmp_path, course):
    """What was confirmed is not given back: a hang costs so many time-outs, and no more."""
    hidden = course / "solutions" / minicourse.NAME / "checks" / "test_hidden.py"
    checks = [
        f"""
@check("double", points=1, title="doubles {n}", title_zh="加倍", hint="-", hint_zh="-")
def test_doubles_{n}(student):
    assert_close(student.double(np.full(3, {n}.0)), np.full(3, {2 * n}.0))
"""
        for n in range(1, 5)
    ]
    with hidden.open("a", encoding="utf-8") as file:
        file.writelines(checks)
    table = course / "assignments" / minicourse.NAME / "assignment.toml"
    replace_in(table, ("points = 6", "points = 10"), ("checks = 2", "checks = 6"),
               ("[hidden]\nchecks = 6\npoints = 4", "[hidden]\nchecks = 6\npoints = 8"),
               ("call_seconds = 1", "call_seconds = 0.1"))  # fmt: skip
    asleep = minicourse.SLOW.replace("0.01", "60")
    messages = [c["message"] for c in result(submit(tmp_path, asleep), course)["checks"]]
    doubles = [message.splitlines()[0] for message in messages if message]
    hung = [message for message in doubles if "mostly waited" in message]
    gone = "double was not called again: it had already hung 3 times."
    assert (len(hung), doubles.count(gone)) == (3, len(doubles) - 3)
    assert doubles.count(gone) >= 3


def test_the_time_for_a_whole_submission_is_kept(tmp_path, course):
    """Confirmed time-outs use it up; then nothing is asked any more."""
    table = course / "assignments" / minicourse.NAME / "assignment.toml"
    replace_in(table, ("call_seconds = 1", "call_seconds = 0.1\ntotal_seconds = 1.5"))
    both = minicourse.SLOW.replace("0.01", "60").replace("x / 2", "time.sleep(60)")
    messages = [c["message"] for c in result(submit(tmp_path, both), course)["checks"]]
    assert "all of the 1.5 s for one submission are used up" in str(messages)
