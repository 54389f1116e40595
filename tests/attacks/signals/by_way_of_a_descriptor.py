"""Has the kernel kill its parent when something arrives on its connection."""
# holds: loses nothing

import fcntl
import os
import signal

F_SETSIG = 10
for command, argument in (
    (fcntl.F_SETOWN, os.getppid()),
    (fcntl.F_SETOWN, -os.getppid()),
    (F_SETSIG, signal.SIGKILL),
    (fcntl.F_SETLEASE, fcntl.F_WRLCK),
    (fcntl.F_NOTIFY, 1),
    (1031, 2**20),
):
    try:
        fcntl.fcntl(3, command, argument)
    except OSError:
        continue
    raise RuntimeError(f"fcntl {command}")
