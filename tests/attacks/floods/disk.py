"""Fills every folder that could be writable, and the working folder."""
# holds: loses nothing

import os
import tempfile

for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", ".", "/", os.path.dirname(np.__file__)):
    try:
        with open(os.path.join(folder, "grader-attack"), "wb") as file:
            for _ in range(64):
                file.write(bytes(2**20))
    except OSError:
        pass
try:
    tempfile.TemporaryFile().write(bytes(2**26))
except OSError:
    pass
