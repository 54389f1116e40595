"""What this machine has to confine students' code with: really tried, and why what fails does."""

import contextlib
import ctypes
import errno
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.errors import SandboxError
from grader.foreign import clean
from grader.results import Text
from grader.sandbox import seccomp
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.limits import Limits
from grader.sandbox.words import said

SECONDS = 10.0
LANDLOCK_CREATE_RULESET, LANDLOCK_VERSION = 444, 1
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
# Settings of the kernel, and the value with which each forbids bubblewrap its namespaces.
FORBIDDING = {
    "kernel.unprivileged_userns_clone": "0",
    "user.max_user_namespaces": "0",
    "kernel.apparmor_restrict_unprivileged_userns": "1",
}


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about a machine.

    Args:
        system: for example 'Linux'.
        kernel: its release, for example '6.8.0-45-generic'.
        architecture: for example 'x86_64'.
        distributions: ids of the distribution and of those that it is like, nearest first.
        root: whether we are root.
        container: whether this is the inside of a container.
        in_force: what confined a student's process that was started as in a batch.
        unwrapped: what confined one that was started without bubblewrap.
        problem: why none could be started, or None.
        libseccomp: whether the C library is there.
        landlock: what the kernel answers who asks for Landlock: the name of an error, such as
            'ENOSYS', or "" if it has it.
        bubblewrap: whether it is installed.
        complaint: what it says where it doesn't work, or "".
        forbidding: settings of the kernel that forbid bubblewrap its namespaces.
    """

    system: str
    kernel: str
    architecture: str
    distributions: tuple[str, ...] = ()
    root: bool = False
    container: bool = False
    in_force: tuple[str, ...] = ()
    unwrapped: tuple[str, ...] = ()
    problem: Text | None = None
    libseccomp: bool = False
    landlock: str = "ENOSYS"
    bubblewrap: bool = False
    complaint: str = ""
    forbidding: tuple[str, ...] = ()


def look() -> Machine:
    """Find out about this machine. Takes about a second: two processes are warmed up."""
    linux = sys.platform == "linux"
    bubblewrap = linux and shutil.which("bwrap") is not None
    in_force, unwrapped, problem = _tried()
    works = not bubblewrap or problem is not None or "bubblewrap" in in_force
    return Machine(
        system=platform.system(),
        kernel=platform.release(),
        architecture=platform.machine(),
        distributions=_distributions() if linux else (),
        root=hasattr(os, "geteuid") and os.geteuid() == 0,
        container=any(Path(mark).exists() for mark in CONTAINER_MARKS) or "container" in os.environ,
        in_force=in_force,
        unwrapped=unwrapped,
        problem=problem,
        libseccomp=linux and seccomp.library() is not None,
        landlock=_landlock() if linux else "ENOSYS",
        bubblewrap=bubblewrap,
        complaint="" if works else _complaint(),
        forbidding=tuple(name for name, value in FORBIDDING.items() if _setting(name) == value),
    )


def in_force(forkserver: Forkserver) -> tuple[str, ...]:
    """Tell what confines a process of this forkserver, before any student's code is in one.

    Raises:
        SandboxError: there is none to be had.
    """
    sock, protections = forkserver.fork()
    sock.close()
    forkserver.kill()
    return tuple(protections)


def version_of(name: str, protections: tuple[str, ...]) -> str | None:
    """Find the version of a protection that is in force, "" if it has none; None if it is not."""
    found = (p.partition("-") for p in protections)
    return next((version for known, _dash, version in found if known == name), None)


def _tried() -> tuple[tuple[str, ...], tuple[str, ...], Text | None]:
    """What confines a child as in a batch, the same without bubblewrap, or why there is none."""
    try:
        with contextlib.ExitStack() as stack:
            ours = Forkserver(Limits())
            stack.callback(ours.close)
            with _bubblewrap_hidden():  # both are warming up while we wait for the first
                other = Forkserver(Limits())
            stack.callback(other.close)
            return in_force(ours), in_force(other), None
    except SandboxError as error:
        return (), (), said(error)


@contextlib.contextmanager
def _bubblewrap_hidden() -> Iterator[None]:
    """Have no bubblewrap on the path for a moment, as on a machine without it."""
    path = os.environ.get("PATH")
    os.environ["PATH"] = ""
    try:
        yield
    finally:
        if path is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = path


def _distributions() -> tuple[str, ...]:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ()
    return (release["ID"], *release.get("ID_LIKE", "").split())


def _landlock() -> str:
    """Ask the kernel for its version of Landlock, which changes nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = ctypes.c_long(LANDLOCK_CREATE_RULESET)
    size, flags = ctypes.c_long(0), ctypes.c_long(LANDLOCK_VERSION)
    if libc.syscall(number, None, size, flags) > 0:
        return ""
    code = ctypes.get_errno()
    return errno.errorcode.get(code, str(code))


def _complaint() -> str:
    """What bubblewrap says where it does not work, its first line."""
    line = "bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev -- true".split()
    try:
        done = subprocess.run(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return clean(str(error))
    said_first = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    if done.returncode == 0:
        return "it starts, but not with what grader asks of it"
    return clean(said_first) or f"exit code {done.returncode}"


def _setting(name: str) -> str:
    """Read a setting of the kernel; "" where there is none of that name."""
    try:
        return Path("/proc/sys", *name.split(".")).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
