"""What a command spends: wall time, CPU seconds of all its processes, memory of the first.

A student's process is reaped by a forkserver, a forkserver that loses its parent by nobody who
adds up, and what ends with bubblewrap's namespace by the kernel alone. So what a parent is told
of its children is too little. A control group counts whatever ran in it, alive or not.
"""

import contextlib
import itertools
import math
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

ROOT = Path(__file__).parents[2]
GROUPS = Path("/sys/fs/cgroup")
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "",  # or who grades as a worker does compiles each check again
}
# Puts itself into the group before it becomes the command: no process of it is missed.
ENTER = 'echo $$ > "$0" && exec "$@"'
AFTERWARDS = 10.0  # seconds that processes may take to end after the command
LAST_WORDS = 300
NUMBERS = itertools.count()


class Spent(NamedTuple):
    """What a command spent.

    Args:
        wall: seconds.
        cpu: seconds of all of its processes, nan if they could not be counted.
        peak: MiB of memory that its first process had at most.
    """

    wall: float
    cpu: float
    peak: float


class Meter:
    """CPU seconds of everything that is started in a control group. A context manager."""

    def __init__(self) -> None:
        """Make a control group, if that can be done here."""
        self.folder = _make()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.folder is not None:
            with contextlib.suppress(OSError):
                self.folder.rmdir()

    def line(self, words: Sequence[object]) -> list[str]:
        """Make the command line that runs another one in the group."""
        command = [str(word) for word in words]
        if self.folder is None:
            return command
        return ["sh", "-c", ENTER, str(self.folder / "cgroup.procs"), *command]

    def seconds(self) -> float:
        """Say how much was computed so far; nan if it is not known."""
        return math.nan if self.folder is None else counted(self.folder)

    def wait(self) -> None:
        """Wait until nothing runs in the group any more."""
        deadline = time.monotonic() + AFTERWARDS
        while self.folder is not None and (self.folder / "cgroup.procs").read_text():
            assert time.monotonic() < deadline, "a process outlives its command"
            time.sleep(0.002)


def counted(folder: Path) -> float:
    """Read the CPU seconds of a control group."""
    with contextlib.suppress(FileNotFoundError):
        return int((folder / "cpuacct.usage").read_text()) / 1e9
    fields = (folder / "cpu.stat").read_text().split()
    return int(fields[fields.index("usage_usec") + 1]) / 1e6


def _make() -> Path | None:
    mine = Path("/proc/self/cgroup")
    for line in mine.read_text(encoding="utf-8").splitlines() if mine.exists() else ():
        _, controllers, path = line.split(":", 2)
        if "cpuacct" in controllers.split(","):
            parent = GROUPS / controllers
        elif not controllers and (GROUPS / "cgroup.controllers").exists():
            parent = GROUPS
        else:
            continue
        folder = parent / path.lstrip("/") / f"grader-{os.getpid()}-{next(NUMBERS)}"
        with contextlib.suppress(OSError):
            folder.mkdir()
            # To make a group is one right, to move a process into it another.
            tried = ["sh", "-c", ENTER, str(folder / "cgroup.procs"), "true"]
            if subprocess.run(tried, stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return folder
            folder.rmdir()
    return None


def environment(**variables: str) -> dict[str, str]:
    """Make the environment of a command: one thread for NumPy, and the grader of this tree."""
    return dict(os.environ) | ENVIRONMENT | variables


def spent(
    *words: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    codes: tuple[int, ...] = (0,),
) -> Spent:
    """Run a command, its output thrown away unless it fails.

    Raises:
        subprocess.CalledProcessError: it ended with none of the codes. Has what it said.
    """
    with Meter() as meter:
        start = time.perf_counter()
        process = subprocess.Popen(
            meter.line(words),
            env=dict(env or environment()),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with _watching(process.pid) as peaks:
            said, _ = process.communicate()
        wall = time.perf_counter() - start
        meter.wait()
        cpu = meter.seconds()
    if process.returncode not in codes:
        command = [str(word) for word in words]
        raise subprocess.CalledProcessError(process.returncode, command, said.decode())
    return Spent(wall, cpu, max(peaks, default=math.nan))


def failure(error: subprocess.CalledProcessError) -> str:
    """Say on one line how a command failed: its code, and the end of what it said."""
    said = " ".join(str(error.output).split())[-LAST_WORDS:].replace("|", "/")
    return f"{' '.join(error.cmd)[:LAST_WORDS]} ended with code {error.returncode}: {said}"


@contextlib.contextmanager
def _watching(pid: int) -> Iterator[list[float]]:
    """Look again and again at the most memory that a process has had, in MiB."""
    peaks: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            with contextlib.suppress(OSError, ValueError, IndexError):
                status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
                peaks.append(int(status.split("VmHWM:")[1].split()[0]) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()
