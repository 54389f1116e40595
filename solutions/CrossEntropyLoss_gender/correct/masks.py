"""Women and men one after the other, each with a mask."""

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    women = np.log(a[y == 1] + 1e-300)
    men = np.log(1 - a[y == 0] + 1e-300)
    return -(women.sum() + men.sum()) / len(a)


def delta(a, y):
    return a - 1.0 if y == 1 else a
