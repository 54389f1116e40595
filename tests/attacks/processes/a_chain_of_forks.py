"""A process that forks and dies, over and over: its number changes faster than one can kill."""
# holds: loses nothing

import os

try:
    while True:
        if os.fork():
            os._exit(0)
except OSError:
    pass
