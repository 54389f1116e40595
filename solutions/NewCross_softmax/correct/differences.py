"""Differences between the nets alone: a_k = 1 / sum_i e^(net_i - net_k)."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    with np.errstate(over="ignore"):  # 1 / inf is 0, as it should be
        return 1.0 / np.exp(net[None, :] - net[:, None]).sum(axis=1)


def loss(a, y):
    return -np.log(a[y == 1.0] + 1e-12)[0]


def delta(a, y):
    return np.where(y == 1.0, a - 1.0, a)


def mean_loss(losses):
    mean = 0.0
    for count, one in enumerate(losses, start=1):
        mean += (one - mean) / count
    return mean
