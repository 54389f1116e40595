"""Tells the environment and the arguments, its own and, through /proc, those of others."""
# holds: loses nothing

import glob
import os
import sys

EXPECTED = {"LC_ALL", "LC_CTYPE", "PYTHONHASHSEED", "PWD", *(
    f"{library}_NUM_THREADS" for library in ("OPENBLAS", "OMP", "MKL")
)}  # fmt: skip
found = [name for name in os.environ if name not in EXPECTED] + sys.argv[1:]
for place in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
    try:
        found.append(open(place).read())
    except OSError:
        pass
if found:
    raise ValueError(found)
