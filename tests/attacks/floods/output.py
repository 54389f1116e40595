"""Prints forty megabytes, in Python and past it."""
# holds: loses nothing

import os
import sys

for _ in range(20):
    print("x" * 2**20)
    sys.stderr.write("x" * 2**20)
for number in (0, 1, 2):
    os.write(number, b"\x1b[2J" + bytes(2**20))
