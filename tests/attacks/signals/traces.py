"""Traces its parent, asks to be traced, and takes its memory, files and processor away."""
# holds: loses nothing

import ctypes
import os
import resource

libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid()
PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE = 0, 16, 0x4206
for request, process in ((PTRACE_ATTACH, parent), (PTRACE_SEIZE, parent), (PTRACE_TRACEME, 0)):
    if libc.ptrace(request, process, None, None) != -1:
        raise RuntimeError(f"ptrace {request}")
for attempt in (
    lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
    lambda: os.setpriority(os.PRIO_PGRP, 0, 19),
    lambda: os.nice(5),
    lambda: os.sched_setaffinity(parent, {0}),
    lambda: os.sched_setaffinity(0, {0}),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (1, 1)),
    lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
    lambda: os.pidfd_open(parent),
):
    try:
        attempt()
    except OSError:
        continue
    except ValueError:
        continue
    raise RuntimeError("it worked")
