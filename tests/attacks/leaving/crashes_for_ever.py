"""Catches its own crash: a handler that returns makes the same instruction crash again."""
# holds: loses loss
# says: had not finished

import ctypes
import signal

signal.signal(signal.SIGSEGV, lambda *_: None)


def loss(a, y):
    return ctypes.string_at(0)
