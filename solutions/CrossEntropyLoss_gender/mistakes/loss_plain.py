"""The plain formula: it takes arrays alone, and 0 * ln 0 is nan."""

# loses: test_loss::lists test_hidden_loss::exact_zeros
# diagnosis: loss-plain

import numpy as np


def loss(a, y):
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
