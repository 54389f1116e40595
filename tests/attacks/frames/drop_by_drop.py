"""Sends its answer a byte now and then, so that something always arrives."""
# holds: loses loss
# says: had not finished

import os
import time

from inside.wire import LENGTHS


def loss(a, y):
    os.write(3, LENGTHS.pack(10**6, 0))
    while True:
        os.write(3, b" ")
        time.sleep(0.01)
