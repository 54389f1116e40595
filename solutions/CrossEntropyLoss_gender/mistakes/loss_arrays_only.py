"""Lists are subtracted from numbers."""

# loses: test_loss::lists
# diagnosis: loss-arrays-only

import numpy as np


def loss(a, y):
    a = np.clip(a, 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
