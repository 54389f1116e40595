"""Stops itself, so that it neither ends nor runs."""
# holds: loses nothing

import os
import signal
import threading

for attempt in (
    lambda: os.kill(os.getpid(), signal.SIGSTOP),
    lambda: signal.raise_signal(signal.SIGSTOP),
    lambda: signal.pthread_kill(threading.get_ident(), signal.SIGSTOP),
):
    try:
        attempt()
    except OSError:
        pass
