"""The warm process that students' processes are forked from.

It has NumPy imported and used once, and has never seen anything that a student may not:
its environment is cleared, its arguments name no course, and it imports no check.

The trusted side sends one byte at a time over the control socket:

    F   with a descriptor attached: fork a child that serves on it    -> its pid
    K   wait for the child, if there is one, or kill it       -> its wait status, or KILLED
"""

import gc
import os
import random
import signal
import socket
import struct
import time

import numpy as np

from .confine import PR_SET_DUMPABLE, SOCKET, confine, prctl
from .guest import Guest
from .wire import Connection

NUMBER = struct.Struct("<i")
MAX_SETTINGS = 2**20
UNKNOWN_MAPPED = 2**30
# A process that is killed closes its connection a moment before it can be reaped: on a busy
# machine, a long moment.
LINGER_SECONDS = 1.0
PAUSE_SECONDS = 0.0005
KILLED = -1


def main(control_descriptor: int) -> None:
    """Serve until the control socket closes."""
    control = socket.socket(fileno=control_descriptor)
    connection = Connection(control)
    settings = connection.receive(MAX_SETTINGS)
    warm_up()
    prctl(PR_SET_DUMPABLE, 0)  # our memory is nobody's, not even another process of this user
    settings["mapped"] = mapped_bytes()
    connection.send("ready")
    me, child = os.getpid(), 0
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if request == b"F":
            child = os.fork()
            if child == 0:
                control.detach()
                serve(settings, descriptors[0], me)
            os.close(descriptors[0])
            control.sendall(NUMBER.pack(child))
        else:
            status = end(child)
            child = 0
            if request != b"K":
                return
            control.sendall(NUMBER.pack(status))


def warm_up() -> None:
    """Use once what is slow the first time, and keep the collector away from what is here."""
    rng = np.random.default_rng(0)
    square = rng.random((4, 4))
    np.linalg.solve(square + 4.0 * np.eye(4), square)
    np.einsum("ij,jk", square, square)
    gc.collect()
    gc.freeze()


def mapped_bytes() -> int:
    """Count the bytes of address space in use, the base of a child's memory limit."""
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - pathlib would be one more import
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return UNKNOWN_MAPPED


def serve(settings: dict[str, object], descriptor: int, parent: int) -> None:
    """Be a student's process. Never returns."""
    try:
        in_force = confine(settings, descriptor, parent)
        seed_unseeded()
        connection = Connection(socket.socket(fileno=SOCKET))
        connection.send(in_force)
        Guest(connection).serve()
    finally:
        os._exit(0)


def seed_unseeded() -> None:
    """Make a student's unseeded random numbers the same in every run."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    # What default_rng() without a seed asks for entropy.
    np.random.bit_generator.randbits = random.Random(0).getrandbits  # type: ignore[attr-defined]  # noqa: S311


def end(child: int) -> int:
    """Reap a child whose connection is closed; 0 if there was none.

    Returns:
        The wait status of one that has ended: by itself, or because somebody killed it. KILLED
        of one that had not, and was killed here.
    """
    if not child:
        return 0
    deadline = time.monotonic() + LINGER_SECONDS
    while time.monotonic() < deadline:
        reaped, status = os.waitpid(child, os.WNOHANG)
        if reaped:
            return status
        time.sleep(PAUSE_SECONDS)
    os.kill(child, signal.SIGKILL)  # not yet reaped, so the pid is still its own
    os.waitpid(child, 0)
    return KILLED
