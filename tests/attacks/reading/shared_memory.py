"""Attaches to memory, semaphores, queues and keys that processes share."""
# holds: loses nothing

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
found = []
for number in range(200):
    if libc.shmat(number, None, 0o10000) not in (-1, 0xFFFFFFFF):
        found.append(f"segment {number}")
    if libc.msgget(number, 0) != -1 or libc.semget(number, 0, 0) != -1:
        found.append(f"queue {number}")
for folder in ("/dev/shm", "/dev/mqueue", "/run"):
    try:
        found += os.listdir(folder)
    except OSError:
        pass
if found:
    raise ValueError(found)
