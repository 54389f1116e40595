"""The loss as relative entropy y ln(y / a): for one-hot labels it is the cross-entropy."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    spread = net - np.logaddexp.reduce(net)
    return np.exp(spread)


def loss(a, y):
    true = y > 0
    return np.sum(y[true] * (np.log(y[true]) - np.log(a[true] + 1e-12)))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return np.add.reduce(losses) / np.shape(losses)[0]
