"""Lists other processes, and finds out about them what can be asked by number."""
# holds: loses nothing

import os

found = []
try:
    found += [name for name in os.listdir("/proc") if name.isdigit()]
except OSError:
    pass
for attempt in (os.getpgid, os.getsid, os.sched_getparam, os.sched_getscheduler):
    try:
        attempt(os.getppid())
    except OSError:
        continue
    found.append(attempt.__name__)
if found:
    raise ValueError(found)
