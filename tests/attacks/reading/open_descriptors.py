"""Reads from every descriptor that is open, but for its one connection."""
# holds: loses nothing

import os

for number in (*range(3), *range(4, 70_000)):
    try:
        found = os.read(number, 100)
    except OSError:
        continue
    if found:
        raise ValueError(found)
