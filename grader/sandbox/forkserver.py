"""The trusted side of the forkserver: start it, get confined children from it, end them."""

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from grader.blas import ONE_THREAD
from grader.errors import SandboxError
from grader.sandbox import inside, seccomp
from grader.sandbox.inside.wire import NUMBER, SECONDS, Connection, WireError
from grader.sandbox.limits import Limits

START_SECONDS = 30.0
MOST_STARTS = 4
WAITING_BYTES = 2**20  # that may lie between both sides, if the system allows for so many
BY_SIGNAL = 128  # what bubblewrap adds to the number of the signal that ended its child
INSIDE = Path(inside.__file__).parent
PACKAGES = Path(np.__file__).parents[1]
PYTHON = Path(sys.executable).resolve()

# Runs `main` of one of the modules in inside/. What is imported stays, and is not to be looked
# through for what may go.
BOOT = """
import gc, sys, importlib.util
gc.disable()
module, inside, packages, *arguments = sys.argv[1:]
sys.argv[:] = [""]
sys.path.append(packages)
spec = importlib.util.spec_from_file_location(
    "inside", inside + "/__init__.py", submodule_search_locations=[inside])
sys.modules["inside"] = package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
running = importlib.import_module("inside." + module)
gc.freeze()
gc.enable()
running.main(*arguments)
"""

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # sets of strings are walked in the same order in every run
    **ONE_THREAD,
}


def readable_folders() -> list[str]:
    """List what a student's process may read: Python, its packages, shared libraries."""
    paths = sysconfig.get_paths()
    folders = {
        *(Path(paths[name]).resolve() for name in ("stdlib", "platstdlib")),
        Path(sys.base_prefix).resolve() / "lib",
        PACKAGES.resolve(),
        *(Path(name) for name in ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")),
        *(Path(name) for name in ("/etc/ld.so.cache", "/dev/null", "/dev/urandom")),
    }
    return sorted(str(folder) for folder in folders if folder.exists())


def python_line(module: str, *arguments: str) -> list[str]:
    """Make the command line that runs a module of inside/, which has nothing else of ours.

    -S: no site, so no .pth file and no user folder; the path holds the standard library and the
    folder that NumPy is in.
    """
    options = ("-s", "-S", "-P", "-B", "-c", BOOT)
    return [str(PYTHON), *options, module, str(INSIDE), str(PACKAGES), *arguments]


class Spent(NamedTuple):
    """Seconds of a child: of computing, and of waiting for a core; 0 where nobody knows."""

    computing: float
    waiting: float


class Forkserver:
    """A warm process that forks confined children. Start it early: warming up takes a while.

    Raises:
        SandboxError: from `fork`, if the process can't be started or has gone.
    """

    def __init__(self, limits: Limits) -> None:
        """Start the process and return at once, before it is warm.

        Raises:
            SandboxError: this system has no fork.
        """
        if not hasattr(os, "fork"):
            raise SandboxError(
                "Only `grader check` runs on this system. Use Linux, macOS, or WSL on Windows."
            )
        self._limits = limits
        self._ready = False
        self._failure: SandboxError | None = None
        self._starts = 1
        self._start(wrapped=sys.platform == "linux" and shutil.which("bwrap") is not None)

    def _start(self, *, wrapped: bool) -> None:
        self._wrapped = wrapped
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._control, theirs = socket.socketpair()
        with theirs:
            python = python_line("forkserver", str(theirs.fileno()))
            self._process = subprocess.Popen(
                [*(_bubblewrap() if wrapped else ()), *python],
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the trusted process alone
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
            )

    def wait_until_warm(self) -> None:
        """Hand over the settings and wait until children can be forked.

        Where bubblewrap is installed and does not work (user namespaces may be forbidden),
        the process is started again without it. One that somebody killed is started again as
        it was: nobody is to be graded with less protection because of that.
        """
        if self._ready:
            return
        if self._failure is not None:
            raise self._failure
        settings = {
            "memory": self._limits.memory_mib * 2**20,
            "cpu": self._limits.cpu_seconds,
            "readable": readable_folders(),
            "seccomp": np.frombuffer(seccomp.program(), dtype=np.uint8),
        }
        try:
            self._greet(settings)
        except (OSError, EOFError, WireError) as error:
            why = self._why()
            killed = self._was_killed()
            self.close()
            self._starts += 1
            if self._starts > MOST_STARTS or not (self._wrapped or killed):
                self._failure = SandboxError(
                    "The process for student code did not start: {detail}", detail=why
                )
                raise self._failure from error
            self._start(wrapped=self._wrapped and killed)
            self.wait_until_warm()
            return
        self._control.settimeout(START_SECONDS)
        self._ready = True

    def _greet(self, settings: dict[str, object]) -> None:
        connection = Connection(self._control)
        deadline = time.monotonic() + START_SECONDS
        connection.send(settings, deadline)
        connection.receive(1024, deadline)

    def _was_killed(self) -> bool:
        """Tell whether a signal ended the process, or what bubblewrap ran."""
        code = self._process.returncode
        return code is not None and (code < 0 or code > BY_SIGNAL)

    def _why(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"exit code {self._process.returncode}"

    def fork(self) -> tuple[socket.socket, list[str]]:
        """Fork a child that waits for requests. Returns its socket and what confines it."""
        self.wait_until_warm()
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):  # who is busy for a moment need not keep the other waiting
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)
        try:
            with theirs:
                socket.send_fds(self._control, [b"F"], [theirs.fileno()])
                self._number()
            protections = Connection(ours).receive(4096, time.monotonic() + START_SECONDS)
        except (OSError, EOFError, WireError) as error:
            ours.close()
            raise SandboxError("The process for student code has gone away.") from error
        ours.settimeout(None)
        return ours, ["bubblewrap", *protections] if self._wrapped else protections

    def kill(self) -> None:
        """End the child that was forked last, whatever it is doing."""
        self._asked(b"K")

    def ended(self) -> int:
        """End the child, too, but say how it ended by itself, if it did: its wait status.

        `KILLED` of one that did not, although it had closed its connection.
        """
        return self._asked(b"E")

    def limit_cpu(self, seconds: float) -> None:
        """Let the child compute for some seconds from now on, if that can be told here."""
        self._asked(b"C" + SECONDS.pack(seconds))

    def spent(self) -> Spent:
        """Tell what the child has spent so far."""
        return Spent(self._asked(b"S") / 1000, self._number() / 1000)

    def _asked(self, request: bytes) -> int:
        try:
            self._control.sendall(request)
            return self._number()
        except OSError as error:
            raise SandboxError("The process for student code has gone away.") from error

    def _number(self) -> int:
        data = self._control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(data) < NUMBER.size:
            raise ConnectionResetError
        return int(NUMBER.unpack(data)[0])

    def close(self) -> None:
        """End the process and its child."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._control.close()
        try:
            _wait_for(self._process.pid)  # `wait` alone looks only now and then
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()


def _wait_for(pid: int) -> None:
    """Wait at most two seconds for a child to end, where the system tells when that is."""
    with contextlib.suppress(OSError, AttributeError):
        process = os.pidfd_open(pid)
        try:
            select.select([process], [], [], 2.0)
        finally:
            os.close(process)


def _bubblewrap() -> list[str]:
    """The start of a command line that hides everything but Python: see bwrap(1)."""
    read_only = [p for p in (*readable_folders(), str(PYTHON), str(INSIDE)) if p[:4] != "/dev"]
    return [
        *(
            shutil.which("bwrap") or "bwrap",
            "--unshare-all",
            "--die-with-parent",
            "--new-session",
            "--clearenv",
        ),
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
        *("--proc", "/proc", "--dev", "/dev"),
        *(word for path in read_only for word in ("--ro-bind", path, path)),
        *("--chdir", "/", "--"),
    ]
