"""Warns thousands of times, each time about something else."""
# holds: loses nothing

import warnings

honest_loss = loss


def loss(a, y):
    for number in range(50):
        warnings.warn(f"warning {number} " + "x" * 1000, stacklevel=1)
    return honest_loss(a, y)


for number in range(2000):
    warnings.warn(f"import {number}", stacklevel=1)
