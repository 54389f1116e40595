"""Nothing is lost: processes killed at random moments, an interrupted run, a full disk."""

import contextlib
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import ROOT, command, descendants, environment, run
from tests.minicourse import QUITS, RAISES, RIGHT, SLOW, WRONG, write_class, write_course
from tests.test_batch import contents, finals
from tests.test_doctor import WITHOUT_LIBSECCOMP

KILLS = 50
STUDENTS = 24
PATIENCE = 120.0


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A course, a class of slow students, and what an undisturbed run makes of them."""
    folder = tmp_path_factory.mktemp("faults")
    write_course(folder / "course")
    kinds = (SLOW, RIGHT, WRONG, RAISES, QUITS, SLOW.replace("x + x", "x * 3"))
    write_class(
        folder / "submissions",
        **{f"s{number:02}": f"{kinds[number % 6]}# {number}\n" for number in range(STUDENTS)},
    )
    ran = run(*arguments(folder, folder / "undisturbed"))
    assert ran.code == 0
    return folder


def arguments(folder: Path, out: Path, *more: object) -> tuple[object, ...]:
    return ("batch", folder / "submissions", "--out", out, "--course", folder / "course",
            "--lang", "en", *(more or ("--jobs", 2)))  # fmt: skip


def start(
    folder: Path, out: Path, *more: object, before: tuple[str, ...] = (), **variables: str
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*before, *command(*arguments(folder, out, *more))],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def family(process: int) -> list[int]:
    return [process, *(number for number, _ in descendants(process))]


def gone(processes: list[int]) -> bool:
    """Tell whether none of them runs any more (one that nobody has waited for does not)."""
    return not any(state(number) not in "ZX" for number in processes)


def state(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    return "X"


def until(what) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.01)


KINDS = ("coordinator", "worker", "bubblewrap", "forkserver", "guest", "guest")


def kind_of(process: int, coordinator: int) -> str:
    """What a process of a batch is; a guest is a forkserver's fork, so it is called the same."""
    if process == coordinator:
        return "coordinator"
    with contextlib.suppress(OSError):
        line = called(process)
        if b"grader.batch.worker" in line:
            return "worker"
        if b"bwrap" in line.split(b"\0")[0]:
            return "bubblewrap"
        parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
        return "guest" if called(int(parent)) == line else "forkserver"
    return "gone"


def called(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def kill_one(kind: str, process: "subprocess.Popen[bytes]", seen: set[int]) -> bool:
    """Wait for a process of a kind and kill it; False if the batch came to its end before."""
    while process.poll() is None:
        members = family(process.pid)
        seen.update(members)
        found = [m for m in members if kind_of(m, process.pid) == kind]
        if found:
            with contextlib.suppress(OSError):
                os.kill(found[-1], signal.SIGKILL)
                return True
        time.sleep(0.005)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_killed_at_random_moments_it_ends_with_the_same_bytes(place, tmp_path):
    """Fifty processes of all kinds are killed; it goes on, nothing differs, and nothing is left."""
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    temporary.mkdir()
    chance = random.Random(7)
    kinds = [kind for kind in KINDS if kind != "bubblewrap" or shutil.which("bwrap")]
    killed: list[str] = []
    seen: set[int] = set()
    while len(killed) < KILLS:
        with start(place, out, TMPDIR=str(temporary)) as process:
            while process.poll() is None and len(killed) < KILLS:
                time.sleep(chance.uniform(0.0, 0.5))
                kind = chance.choice(kinds)
                if kill_one(kind, process, seen):
                    killed.append(kind)
            said = process.stdout.read()
        assert b"wrong in grader itself" not in said, said
        if process.returncode == 0:  # or there would be nothing left to disturb
            assert contents(out) == contents(place / "undisturbed")
            shutil.rmtree(out)
    until(lambda: gone(list(seen)))
    with start(place, out, TMPDIR=str(temporary)) as process:
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert contents(out) == contents(place / "undisturbed")
    assert set(killed) == set(kinds)
    assert [path.name for path in temporary.iterdir()] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_interrupted_it_says_so_and_goes_on(place, tmp_path, number):
    """Ctrl-C and SIGTERM end every process; what is graded is kept; the same command goes on."""
    out = tmp_path / "out"
    with start(place, out) as process:
        until(lambda: len(list(out.glob("results/*.json"))) > 2)
        members = family(process.pid)
        process.send_signal(number)
        said = process.stdout.read().decode()
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    until(lambda: gone(members))
    kept = {p.name: p.stat().st_mtime_ns for p in out.glob("results/*.json")}
    assert run(*arguments(place, out)).code == 0
    assert contents(out) == contents(place / "undisturbed")
    now = {p.name: p.stat().st_mtime_ns for p in out.glob("results/*.json")}
    assert len(kept.items() & now.items()) >= len(kept) - 1  # one may not have been kept yet


def test_in_a_shells_background_it_does_not_hear_ctrl_c(place, tmp_path):
    """What is started with Ctrl-C ignored, as scripts do with `&`, is not ended by it."""
    out = tmp_path / "out"
    ignoring = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
    with start(place, out, before=ignoring) as process:
        until(lambda: list(out.glob("results/*.json")))
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert contents(out) == contents(place / "undisturbed")


@pytest.mark.parametrize("pause", [0.0, 0.002, 0.02, 0.3])
def test_interrupted_twice_it_ends_all_the_same(place, tmp_path, pause):
    """A second Ctrl-C, at once or while it cleans up, leaves no process and no complaint."""
    out = tmp_path / "out"
    with start(place, out, "--jobs", 4) as process:
        until(lambda: list(out.glob("results/*.json")))
        members = family(process.pid)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(pause)
        said = process.stdout.read().decode()
    assert process.returncode in (130, -signal.SIGINT)
    assert "wrong in grader itself" not in said
    until(lambda: gone(members))


def test_two_at_once_do_not_mix(place, tmp_path):
    """A second command in the same folder says that a first one is at work, and changes nothing."""
    out = tmp_path / "out"
    with start(place, out) as process:
        until(lambda: list(out.glob("results/*.json")))
        ran = run(*arguments(place, out))
        assert (ran.code, "Another grader is at work" in ran.words) == (2, True)
        process.stdout.read()
    assert process.returncode == 0
    assert contents(out) == contents(place / "undisturbed")


def test_it_can_be_read_while_it_runs(place, tmp_path):
    """Another command makes a gradebook of what is there, in the middle of a batch."""
    out = tmp_path / "out"
    with start(place, out) as process:
        until(lambda: len(list(out.glob("results/*.json"))) > 3)
        ran = run("export", out, "--format", "csv", "--out", tmp_path / "now.csv", "--lang", "en")
        running = process.poll() is None
        process.stdout.read()
    assert ran.code == 0
    assert running
    assert len((tmp_path / "now.csv").read_text(encoding="utf-8").splitlines()) > 3
    assert contents(out) == contents(place / "undisturbed")


SMALL = """
mkdir -p {out} && mount -t tmpfs -o size={size}k tmpfs {out} || exit 77
{command}
echo "code $?"
mount -o remount,size=20m {out}
{command}
echo "code $?"
cp -a {out}/. {copy}
"""


@pytest.mark.parametrize("size", [150, 300])
def test_a_full_disk_loses_nothing(place, tmp_path, size):
    """On a disk that fills up it stops and says so; with room again it goes on to the same end."""
    if shutil.which("unshare") is None:
        pytest.skip("needs a disk of its own")
    copy = tmp_path / "copy"
    copy.mkdir()
    line = " ".join(command(*arguments(place, tmp_path / "small")))
    script = SMALL.format(out=tmp_path / "small", size=size, command=line, copy=copy)
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "bash", "-c", script],
        env=environment(), capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    if done.returncode == 77 or "Operation not permitted" in done.stderr:
        pytest.skip("may not mount a disk of its own")
    assert done.stdout.count("code") == 2, done.stderr
    assert [s for s in done.stdout.splitlines() if s.startswith("code")] == ["code 2", "code 0"]
    assert "can't be" in done.stderr
    assert "Traceback" not in done.stderr
    assert "wrong in grader itself" not in done.stderr
    assert contents(copy) == contents(place / "undisturbed")


def test_scores_are_what_they_should_be(place):
    """The class that all of this is held against has different scores, and none by accident."""
    assert sorted(set(finals(place / "undisturbed").values())) == [2, 4, 6, 10]


def test_unconfined_nobodys_code_is_run(place, tmp_path):
    """Where system calls can't be filtered nobody is graded, and the reason says what to do."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_LIBSECCOMP)
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    for option, code in (("--jobs", 2), ("--unsafe", 0)):
        line = [*arguments(place, tmp_path / "out", "--jobs", 2), option]
        done = subprocess.run(
            command(*line, *([2] if option == "--jobs" else [])),
            env=environment(PYTHONPATH=path), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert ("can't be confined well enough" in " ".join(done.stdout.split())) == (code == 2)
    page = (tmp_path / "out" / "feedback" / "s00.html").read_text(encoding="utf-8")
    assert "rlimits" in page
    assert "seccomp" not in page


def test_a_terminal_shows_a_bar_with_rate_and_time_left(place, tmp_path):
    """On a terminal there is a bar that counts, with a rate, and a summary when it has gone."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments(place, tmp_path / "out")),
        env=environment(TERM="xterm-256color", COLUMNS="80"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # that is how the other end of a terminal closes
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
    assert re.search(rf"grading .* \d+/{STUDENTS} +\d+ per minute", text)
    assert f"Doubling and halving: {STUDENTS} of {STUDENTS} graded" in text


def test_a_log_has_a_line_now_and_then(place, tmp_path, monkeypatch):
    """Where there is no terminal, a line tells how far it is and how long it will take."""
    monkeypatch.setattr("grader.cli.progress.NOW_AND_THEN", 0.0)
    ran = run(*arguments(place, tmp_path / "out"))
    assert re.search(rf"grading: \d+ of {STUDENTS}, \d+ per minute, \d+ min left", ran.out)
