"""Sends bytes for ever."""
# holds: loses loss

import os

from inside.wire import LENGTHS


def loss(a, y):
    os.write(3, LENGTHS.pack(2**20, 0))
    while True:
        os.write(3, b"[" * 2**16)
