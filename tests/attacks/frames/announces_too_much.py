"""Announces four gigabytes, then fewer than none."""
# holds: loses loss
# says: not an answer

import os


def loss(a, y):
    os.write(3, b"\xff" * 8)
