"""What a forked child does to itself before it runs a stranger's code.

Every step that did not work is left out of the list that `confine` returns; nothing is
assumed. `prctl` is called through the C library. The three Landlock calls have the same
numbers on every architecture that Linux gave one to since 2019, and the seccomp program
comes ready-made from the trusted side, so nothing here is tied to one kind of machine.
"""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from typing import Any

HIGHEST = 2**16  # descriptors are given out from below, and a forkserver has a handful
SOCKET = 3  # the only descriptor that is left, beside /dev/null on 0, 1 and 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION, CAPABILITY_SETS = 0x20080522, 24  # version 3: bytes of its three sets
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
LANDLOCK_VERSION = 1
READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
FILE_READ = 1 << 0 | 1 << 2
# By ABI version: how many rights on files, on TCP ports, and how many scopes it knows.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}
NET_RIGHTS = {4: 2, 5: 2, 6: 2, 7: 2}
SCOPES = {6: 2, 7: 2}

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def confine(settings: dict[str, Any], connection: int, parent: int) -> list[str]:
    """Give up everything but one connection. Returns what is in force, for the report.

    Args:
        settings: `mapped` and `memory`, bytes of address space in use and allowed beyond;
            `cpu`, seconds; `readable`, folders that may be read; `seccomp`, a BPF program
            as a uint8 array (n,), perhaps empty.
        connection: the descriptor to keep. It becomes number 3.
        parent: the forkserver's pid.
    """
    done = []
    if prctl(PR_SET_PDEATHSIG, signal.SIGKILL) and os.getppid() != parent:
        os._exit(1)
    os.setsid()
    _close_descriptors(connection)
    done.append("descriptors")
    _limit(settings)
    done.append("rlimits")
    if prctl(PR_SET_NO_NEW_PRIVS, 1):
        done.append("no_new_privs")
        _drop_capabilities()
        with contextlib.suppress(OSError):
            done.append(f"landlock-{_landlock(settings['readable'])}")
        if _seccomp(settings["seccomp"].tobytes()):
            done.append("seccomp")
    return done


def prctl(option: int, argument: int) -> bool:
    """Ask the kernel for a setting of this process; tell whether it was made."""
    return _libc is not None and _libc.prctl(option, argument, 0, 0, 0) == 0


def _close_descriptors(connection: int) -> None:
    os.dup2(connection, SOCKET)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.closerange(SOCKET + 1, HIGHEST)


def _limit(settings: dict[str, Any]) -> None:
    limits = {
        "RLIMIT_AS": settings["mapped"] + settings["memory"],
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_NOFILE": 32,
    }
    for name, value in limits.items():
        if hasattr(resource, name):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(getattr(resource, name), (value, value))
    # The soft limit's signal tells this end from others; the hard one can't be caught.
    resource.setrlimit(resource.RLIMIT_CPU, (settings["cpu"], settings["cpu"] + 1))


def _drop_capabilities() -> None:
    """Be root in name only, where grader runs as root. No program that is run gives them back."""
    if _libc is not None and hasattr(_libc, "capset"):
        _libc.capset(struct.pack("<Ii", CAPABILITY_VERSION, 0), bytes(CAPABILITY_SETS))


def _landlock(readable: list[str]) -> int:
    """Allow reading beneath some folders and nothing else. Returns the ABI version.

    Raises:
        OSError: the kernel does not have it.
    """
    abi = _syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION)
    known = min(abi, max(FILE_RIGHTS))
    rights = [FILE_RIGHTS[known], NET_RIGHTS.get(known, 0), SCOPES.get(known, 0)]
    attributes = struct.pack("<QQQ", *((1 << n) - 1 for n in rights))
    size = 8 if known < min(NET_RIGHTS) else 16 if known < min(SCOPES) else 24
    ruleset = _syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0)
    for path in readable:
        with contextlib.suppress(OSError):
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = READ if os.path.isdir(path) else FILE_READ  # noqa: PTH112 - no pathlib here
            rule = struct.pack("<Qi", allowed, folder)
            _syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
            os.close(folder)
    _syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return abi


def _syscall(number: int, *arguments: Any) -> int:
    if _libc is None:
        raise OSError("not Linux")
    # Each as a long: the C function takes variable arguments, whose width is not converted.
    longs = (ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
    result: int = _libc.syscall(ctypes.c_long(number), *longs)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _seccomp(program: bytes) -> bool:
    if not program or _libc is None:
        return False
    wrapped = _Program(len(program) // 8, program)
    pointer = ctypes.addressof(wrapped)
    return bool(
        _libc.prctl(
            PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.c_ulong(pointer), 0, 0
        )
        == 0
    )
