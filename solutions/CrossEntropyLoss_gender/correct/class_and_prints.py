"""A class behind the functions, and prints here and there."""

import numpy as np


class CrossEntropy:
    """Keeps nothing but its guard."""

    def __init__(self, guard=1e-9):
        self.guard = guard

    def of(self, a, y):
        a = np.minimum(np.maximum(a, self.guard), 1 - self.guard)
        y = np.array(y, dtype=float)
        return np.einsum("i,i->", -y, np.log(a)) - np.einsum("i,i->", 1 - y, np.log(1 - a))


CROSS_ENTROPY = CrossEntropy()


def loss(a, y):
    print(len(a), "people")
    return CROSS_ENTROPY.of(a, y) / len(a)


def delta(a, y):
    print("delta of", a)
    return a - y
