"""1e-7 is added inside both logarithms."""

import numpy as np

EPSILON = 1e-7


def loss(a, y):
    a = np.array(a)
    y = np.array(y)
    return np.sum(-y * np.log(a + EPSILON) - (1 - y) * np.log(1 - a + EPSILON)) / len(y)


def delta(a, y):
    error = a - y
    return error
