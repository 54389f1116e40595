"""Einstein's sums for everything, and a smaller rate."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.07


def softmax(net):
    t = np.exp(net - np.einsum("i->i", net).max())
    return np.einsum("i,->i", t, 1.0 / np.einsum("i->", t))


def loss(a, y):
    return -np.log(np.einsum("i,i", a, y) + np.finfo(np.float64).eps)


def delta(a, y):
    both = np.stack([a, y])
    return np.einsum("s,si->i", [1.0, -1.0], both)


def mean_loss(losses):
    return np.einsum("i->", np.array(losses)) / len(losses)
