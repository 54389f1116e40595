"""Catches every signal that can be caught with a handler that never returns, and waits for one."""
# holds: loses loss
# says: had not finished

import signal
import time


def wait(*_):
    while True:
        time.sleep(0.01)


for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, wait)
    except (OSError, ValueError):
        pass


def loss(a, y):
    wait()
