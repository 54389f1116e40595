"""Where a process can't be forked, as on Windows, a plain one answers `grader check`."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import Died, SandboxError, TimedOut
from grader.sandbox import forkserver, plain
from grader.sandbox.guest import Guest, Program
from grader.sandbox.inside.wire import KILLED
from grader.sandbox.limits import Limits
from grader.sandbox.plain import PlainServer
from tests import minicourse
from tests.command import descendants, environment

# What Windows does not have is taken away before anything of ours is imported.
ON_WINDOWS = """
import os, signal, socket, subprocess, sys, tempfile
for module in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[module] = None
for place, names in ((os, "fork getuid geteuid setsid wait4 sched_getaffinity O_NOFOLLOW"),
                     (signal, "SIGXCPU SIGSTOP"), (socket, "send_fds recv_fds AF_UNIX")):
    for name in names.split():
        delattr(place, name)
from grader.cli import main
sys.exit(main(sys.argv[1:]))
"""
GOOD = "def good(x):\n    return x * 2\n"


def check(path: Path, *options: object) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", ON_WINDOWS, *map(str, ("check", path, *options))]
    return subprocess.run(
        arguments, env=environment(), capture_output=True, text=True, check=False, timeout=120
    )


@contextlib.contextmanager
def guest(source: str, **limits: float):
    server = PlainServer()
    made = Guest(server, Program((("answer.py", source),), False, {}), Limits(**limits))
    try:
        yield made
    finally:
        made.kill()
        server.close()


@pytest.mark.parametrize(("work", "score"), [("RIGHT", 10.0), ("WRONG", 6.0), ("QUITS", 2.0)])
def test_a_submission_is_graded_without_fork(tmp_path, work, score):
    """The real command grades alike, and says that nothing confines the student's code."""
    course = minicourse.write_course(tmp_path / "course")
    path = tmp_path / minicourse.FILE
    path.write_text(getattr(minicourse, work), encoding="utf-8")
    ran = check(path, "--course", course, "--lang", "en", "--json", "-")
    assert json.loads(ran.stdout)["score"] == score
    assert "in force" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_calls_are_answered():
    """A process answers one call after the other, and so does the one after it."""
    with guest(GOOD) as made:
        for _ in range(2):
            assert [made.call("good", [n]).value for n in range(3)] == [0, 2, 4]
            made.kill()


def test_a_hang_is_ended():
    """A function that never ends is ended at the deadline, also when it is asked again."""
    source = GOOD + "def bad():\n    while True:\n        pass\n"
    with guest(source, call_seconds=0.5) as made:
        for _ in range(2):
            with made.second_chance(), pytest.raises(TimedOut, match="Is there a loop"):
                made.call("bad", ())
        assert made.call("good", [2]).value == 4


@pytest.mark.parametrize(
    ("how", "words"),
    [("os._exit(3)", "ended its process"), ("os.kill(os.getpid(), 11)", "crashed its process")],
)
def test_a_process_that_ends_is_told(how, words):
    """How a process ended is said in the same words as elsewhere."""
    source = f"import os\ndef bad():\n    {how}\n"
    with guest(source) as made, pytest.raises(Died, match=words):
        made.call("bad", ())


def test_two_processes_are_never_there_at_once():
    """A process that is asked for ends the one before it; closing ends all."""
    server = PlainServer()
    socks = [server.fork()[0] for _ in range(2)]
    assert socks[0].recv(1) == b""
    server.close()
    assert socks[1].recv(1) == b""
    assert server.ended() == 0
    for sock in socks:
        sock.close()


def test_a_process_that_has_not_ended_is_killed():
    """One that closed its connection and goes on is ended, and that is told."""
    server = PlainServer()
    sock, protections = server.fork()
    assert protections == ["deadlines"]
    assert server.ended() == KILLED
    sock.close()
    server.close()


def test_a_process_that_does_not_start_is_our_fault(monkeypatch):
    """A Python that can't be started as it should is no student's doing."""
    monkeypatch.setattr(forkserver, "BOOT", "raise SystemExit")
    monkeypatch.setattr(plain, "START_SECONDS", 0.5)
    server = PlainServer()
    with pytest.raises(SandboxError, match="did not start"):
        server.fork()
    server.close()


def test_strangers_on_this_machine_are_not_taken_for_it(monkeypatch):
    """Who connects without knowing the token is turned away."""
    stranger = "import socket\ns = socket.create_connection(('127.0.0.1', int(port)))\n"
    boot = forkserver.BOOT.replace(
        "running = ",
        "import io\nline = sys.stdin.readline()\nport = line.split()[0]\n"
        + stranger
        + "s.sendall(b'0' * 32)\nsys.stdin = io.StringIO(line)\nrunning = ",
    )
    monkeypatch.setattr(forkserver, "BOOT", boot)
    with guest(GOOD) as made:
        assert made.call("good", [2]).value == 4


def test_the_environment_is_cleared(monkeypatch):
    """Nothing of this process's environment is handed on but what Windows needs."""
    monkeypatch.setenv("GRADER_TEST_SECRET", "x")
    monkeypatch.setenv("SYSTEMROOT", "C:\\Windows")
    with guest("import os\ndef names():\n    return sorted(os.environ)\n") as made:
        names = made.call("names", ()).value
    assert "GRADER_TEST_SECRET" not in names
    assert "SYSTEMROOT" in names
    assert len(names) < len(os.environ)


def test_no_process_outlives_who_asked_for_it(tmp_path):
    """When the command is killed, an endless loop in the student's code ends with it."""
    course = minicourse.write_course(tmp_path / "course")
    path = tmp_path / minicourse.FILE
    marker = tmp_path / "looping"
    loop = f"open({str(marker)!r}, 'w').close()\nwhile True:\n    pass\n"
    path.write_text(loop, encoding="utf-8")
    asked = [sys.executable, "-c", ON_WINDOWS, "check", str(path), "--course", str(course)]
    command = subprocess.Popen(asked, env=environment(), stderr=subprocess.DEVNULL)
    while not marker.exists():
        assert command.poll() is None
    students = [pid for pid, _ in descendants(command.pid)]
    assert students
    command.kill()
    command.wait()
    while any(Path(f"/proc/{pid}").exists() for pid in students):
        pass
