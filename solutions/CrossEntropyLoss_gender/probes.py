"""What the functions are tried with, to recognise the known mistakes by what they return.

Students are shown such calls, and what is right there: none may be one that a hidden check makes.
"""

import numpy as np


def probes(rng):
    """Inputs at which all right answers agree: outputs far from 0 and 1, in arrays."""
    people = []
    for n in (5, 4, 3, 2, 8, 13):
        y = (rng.random(n) < 0.5).astype(float)
        y[:2] = 1.0, 0.0  # both are there
        people.append((rng.random(n) * 0.8 + 0.1, y))
    people += [(np.array([0.3]), np.array([1.0])), (np.array([0.3]), np.array([0.0]))]
    pairs = [(float(a), float(y)) for a in rng.random(6) * 0.8 + 0.1 for y in (0.0, 1.0)]
    return {"loss": people, "delta": pairs}


def extremes(rng):
    """Lists in the place of arrays, and outputs that are exactly 0 or 1."""
    a = np.array([1.0, 0.0, 0.25, 0.5])
    y = np.array([1.0, 0.0, 1.0, 0.0])
    lists = rng.random(3) * 0.8 + 0.1
    return {
        "loss": [(lists.tolist(), [1.0, 0.0, 1.0]), (a, y)],
        "delta": [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)],
    }
