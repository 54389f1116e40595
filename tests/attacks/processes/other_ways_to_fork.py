"""Starts programs and processes by every other call."""
# holds: loses nothing

import ctypes
import multiprocessing
import os
import pty
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
if libc.fork() == 0 or libc.system(b"sleep 1000 &") == 0:
    raise RuntimeError("a process")
for attempt in (
    lambda: subprocess.Popen([sys.executable or "python3", "-c", "while True: pass"]),
    lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "sleep 1000"], {}),
    lambda: os.execv("/bin/sh", ["sh"]),
    lambda: os.forkpty(),
    lambda: pty.fork(),
    lambda: os.popen("sleep 1000"),
    lambda: multiprocessing.get_context("fork").Process(target=print).start(),
    lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
):
    try:
        attempt()
    except (OSError, ImportError, AttributeError):
        continue
    raise RuntimeError("a process")
