"""Makes the system calls that a filter may not have heard of, past all of Python.

From 424 on, the same number means the same call on every kind of machine.
"""
# holds: loses nothing

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
done = [n for n in range(424, 1000) if libc.syscall(n, -1, -1, -1, -1, -1, -1) != -1]
if done:
    raise RuntimeError(done)
