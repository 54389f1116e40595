"""Kills its parent, its group, its session and everybody, by every call that there is."""
# holds: loses nothing

import os
import signal

for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGUSR1):
    for target in (os.getppid(), -1, 0, -os.getppid(), 1, os.getppid() - 1, os.getppid() + 1):
        for send in (os.kill, os.killpg):
            try:
                send(target, number)
            except OSError:
                continue
            raise RuntimeError(f"{send.__name__}({target}, {number})")
