"""Reads from address 0."""
# holds: loses loss
# says: crashed its process

import ctypes


def loss(a, y):
    return ctypes.string_at(0)
