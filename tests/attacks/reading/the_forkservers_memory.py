"""Reads the memory of the process that it was forked from, and of that one's parent."""
# holds: loses nothing

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(64)
for process in (os.getppid(), 1, 2, os.getpid()):
    for name in ("mem", "maps", "pagemap", "auxv", "stack", "syscall"):
        try:
            open(f"/proc/{process}/{name}", "rb").read(1)
        except OSError:
            continue
        raise ValueError(f"/proc/{process}/{name}")


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


here = Piece(ctypes.addressof(buffer), 64)
there = Piece(id(libc), 64)
for process in (os.getppid(), 1):
    if libc.process_vm_readv(process, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:
        raise ValueError("another process's memory")
