"""Forks twice, as daemons do, to live on when it has been killed."""
# holds: loses nothing

import os
import time

try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
        os._exit(0)
except OSError:
    pass
