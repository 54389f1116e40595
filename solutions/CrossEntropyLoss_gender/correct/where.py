"""np.where picks the term that counts."""

import numpy as np


def loss(a, y):
    a, y = np.asarray(a, dtype=float), np.asarray(y)
    return -np.log(np.maximum(np.where(y == 1, a, 1 - a), np.finfo(float).tiny)).mean()


def delta(a, y):
    return np.subtract(a, y)
