"""The warm process that students' processes are forked from.

It has NumPy imported and used once, and has never seen anything that a student may not:
its environment is cleared, its arguments name no course, and it imports no check.

The trusted side sends one byte at a time over the control socket:

    F   with a descriptor attached: fork a child that serves on it    -> its pid
    E   wait for the child, if there is one, to end by itself -> its wait status, or KILLED
    K   kill it                                               -> its wait status
    C   with seconds, a float64: stop it when it has computed for so much longer -> 0
    S   say what it has spent    -> milliseconds of computing, and of waiting for a core
"""

import contextlib
import gc
import math
import os
import resource
import signal
import socket
import time
from typing import NoReturn

import numpy as np

from .confine import PR_SET_DUMPABLE, SOCKET, confine, prctl
from .guest import Guest, seed_unseeded
from .wire import KILLED, NUMBER, SECONDS, Connection

MAX_SETTINGS = 2**20
UNKNOWN_MAPPED = 2**30
# A process that is killed closes its connection a moment before it can be reaped: on a busy
# machine, a long moment.
LINGER_SECONDS = 1.0
PAUSE_SECONDS = 0.0005


def main(control_descriptor: str) -> NoReturn:
    """Serve until the control socket closes, and end the process."""
    control = socket.socket(fileno=int(control_descriptor))
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
            end(child, 0.0, settings["cpu"])  # whoever asks for another one has done with it
            child = os.fork()
            if child == 0:
                control.detach()
                serve(settings, descriptors[0], me)
            os.close(descriptors[0])
            control.sendall(NUMBER.pack(child))
        elif request == b"C":
            (seconds,) = SECONDS.unpack(control.recv(SECONDS.size, socket.MSG_WAITALL))
            limit_cpu(child, seconds)
            control.sendall(NUMBER.pack(0))
        elif request == b"S":
            for milliseconds in spent(child):
                control.sendall(NUMBER.pack(milliseconds))
        else:
            patience = LINGER_SECONDS if request == b"E" else 0.0
            status = end(child, patience, settings["cpu"])
            child = 0
            if request not in {b"E", b"K"}:
                os._exit(0)  # taking NumPy to pieces takes longer than to end
            control.sendall(NUMBER.pack(status))


def warm_up() -> None:
    """Use once what is slow the first time, and keep the collector away from what is here."""
    rng = np.random.default_rng(0)
    square = rng.random((4, 4))
    np.linalg.solve(square + 4.0 * np.eye(4), square)
    np.einsum("ij,jk", square, square)
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


def limit_cpu(child: int, seconds: float) -> None:
    """Let a child compute for some seconds from now on, rounded up; then it is stopped.

    Where that can't be done (on macOS) nothing is.
    """
    if not child:
        return
    with contextlib.suppress(OSError, ValueError, AttributeError):
        _, most = resource.prlimit(child, resource.RLIMIT_CPU)
        soft = math.ceil(spent(child)[0] / 1000 + seconds)
        resource.prlimit(child, resource.RLIMIT_CPU, (min(soft, most), most))


def spent(child: int) -> tuple[int, int]:
    """Tell for how many milliseconds a child has computed, and waited for a core to do so.

    Both are 0 where the system does not say. Of its first thread; it can't start others.
    """
    try:
        with open(f"/proc/{child}/schedstat") as times:  # noqa: PTH123
            computed, waited, _ = times.read().split()
    except OSError:
        return 0, 0
    return int(computed) // 10**6, int(waited) // 10**6


def end(child: int, patience: float, cpu: float) -> int:
    """Reap a child whose connection is closed; 0 if there was none.

    Args:
        child: its pid.
        patience: seconds to wait for it to end by itself.
        cpu: seconds of CPU time that it may use.

    Returns:
        The wait status of one that has ended: by itself, or because somebody killed it. KILLED
        of one that had not, and was killed here.
    """
    if not child:
        return 0
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        reaped, status, used = os.wait4(child, os.WNOHANG)
        if reaped:
            # Who ignores the signal for it is killed a second later. Nobody else did that.
            over = used.ru_utime + used.ru_stime >= cpu
            return signal.SIGXCPU if over and status == signal.SIGKILL else status
        time.sleep(PAUSE_SECONDS)
    os.kill(child, signal.SIGKILL)  # not yet reaped, so the pid is still its own
    os.waitpid(child, 0)
    return KILLED
