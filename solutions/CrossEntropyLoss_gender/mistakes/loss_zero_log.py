"""0 * ln 0 is nan."""

# loses: test_hidden_loss::exact_zeros
# diagnosis: loss-zero-log

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
