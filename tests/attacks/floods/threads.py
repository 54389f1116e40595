"""Starts a hundred thousand threads."""
# holds: loses loss

import threading
import time


def loss(a, y):
    for _ in range(10**5):
        threading.Thread(target=time.sleep, args=(10**6,)).start()
    return 0.0
