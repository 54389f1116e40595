"""Reads from its connection what has not been asked yet."""
# holds: loses loss
# says: had not finished

import os


def loss(a, y):
    return os.read(3, 10**6)
