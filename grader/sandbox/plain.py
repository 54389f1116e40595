"""Students' processes where a process can't be forked, as on Windows: plain ones, with deadlines.

Nothing confines them. On one's own machine, with one's own code, that is fine; nobody else's
code is run like this.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import time

from grader.errors import SandboxError
from grader.sandbox.forkserver import (
    ENVIRONMENT,
    START_SECONDS,
    Forkserver,
    Spent,
    python_line,
)
from grader.sandbox.inside.wire import KILLED
from grader.sandbox.limits import Limits

LINGER_SECONDS = 1.0
CRASH = 0x80000000  # Windows' exit codes from here on are crashes
BAD_ACCESS = 11  # what a POSIX system calls most of these: SIGSEGV
NEEDED = ("SYSTEMROOT",)  # without it there are no sockets on Windows


class PlainServer:
    """Starts a process for each that is asked for. Does what `Forkserver` does, unconfined."""

    def __init__(self) -> None:
        """Start the first process at once: it warms up until it is asked for."""
        self._next: subprocess.Popen[bytes] | None = _started()
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self) -> tuple[socket.socket, list[str]]:
        """Give a process that waits for requests. Returns its socket, and all that confines it.

        Raises:
            SandboxError: it did not start.
        """
        self.kill()
        try:
            self._process, self._next = self._next or _started(), None
            return _connected(self._process), ["deadlines"]
        except OSError as error:
            self.kill()
            raise SandboxError(
                "The process for student code did not start: {detail}", detail=str(error)
            ) from error

    def kill(self) -> None:
        """End the process that was started last, whatever it is doing."""
        self._ended(0.0)

    def ended(self) -> int:
        """End the process, too, but say how it ended by itself; see `Forkserver.ended`."""
        return self._ended(LINGER_SECONDS)

    def _ended(self, patience: float) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None, "a pipe"
        try:
            code = process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return KILLED
        finally:
            with contextlib.suppress(OSError):
                process.stdin.close()
        if code < 0:
            return -code
        return BAD_ACCESS if code >= CRASH else code << 8

    def limit_cpu(self, _seconds: float) -> None:
        """Do nothing: here is no such limit."""

    def spent(self) -> Spent:
        """Tell nothing: nobody knows."""
        return Spent(0.0, 0.0)

    def close(self) -> None:
        """End what was started."""
        self.kill()
        self._process, self._next = self._next, None
        self.kill()


Server = Forkserver | PlainServer


def server(limits: Limits) -> Server:
    """Start what gives students' processes on this machine, for its own user's code."""
    return Forkserver(limits) if hasattr(os, "fork") else PlainServer()


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        python_line("plain"),
        env=ENVIRONMENT | {name: os.environ[name] for name in NEEDED if name in os.environ},
        cwd=os.path.abspath(os.sep),  # noqa: PTH100 - a folder, whatever the system
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _connected(process: subprocess.Popen[bytes]) -> socket.socket:
    """Let a process connect to us, and nobody else on this machine.

    Raises:
        OSError: it did not.
    """
    token = secrets.token_hex(16).encode()
    deadline = time.monotonic() + START_SECONDS
    assert process.stdin is not None, "a pipe"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process.stdin.write(b"%d %s\n" % (listener.getsockname()[1], token))
        process.stdin.flush()  # and it stays open: when it closes, nobody waits any more
        while True:
            listener.settimeout(max(deadline - time.monotonic(), 0.01))
            sock, _ = listener.accept()
            sock.settimeout(max(deadline - time.monotonic(), 0.01))
            with contextlib.suppress(OSError):
                if secrets.compare_digest(_read(sock, len(token)), token):
                    sock.settimeout(None)
                    return sock
            sock.close()


def _read(sock: socket.socket, size: int) -> bytes:
    """Read so many bytes, or fewer if the other end closes.

    Raises:
        OSError: they don't come.
    """
    data = b""
    while len(data) < size and (more := sock.recv(size - len(data))):
        data += more
    return data
