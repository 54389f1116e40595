"""Arrays of shape () where a number is asked for, and integers where they will do."""

import numpy as np

OUTPUT_LEARNING_RATE = np.float64(0.05)


def softmax(net):
    powers = np.exp(net - np.max(net))
    return np.divide(powers, np.add.reduce(powers))


def loss(a, y):
    return np.asarray(-np.log(a[y.astype(bool)] + 1e-10)).sum(keepdims=False).reshape(())


def delta(a, y):
    return a - y.astype(int)


def mean_loss(losses):
    return np.array(np.mean(losses))
