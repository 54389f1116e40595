"""Maps memory past Python, with mmap and the C library."""
# holds: loses nothing

import ctypes
import mmap

held = []
try:
    while len(held) < 10**4:
        held.append(mmap.mmap(-1, 2**26))
        held[-1][:1] = b"x"
except (OSError, MemoryError, ValueError):
    pass
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
while libc.malloc(ctypes.c_size_t(2**26)):
    pass
held.clear()
