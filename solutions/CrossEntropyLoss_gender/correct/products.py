"""One logarithm of a^y (1 - a)^(1 - y)."""

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    likelihood = a**y * (1 - a) ** (1 - y)
    return np.mean(-np.log(np.where(likelihood > 0, likelihood, 1e-300)))


def delta(a, y):
    return a - y
