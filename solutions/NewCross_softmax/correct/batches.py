"""Written for whole batches (..., n) as well as for one sample."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - net.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def loss(a, y):
    terms = np.zeros_like(a)
    np.log(a, out=terms, where=(y > 0) & (a > 0))
    terms[(y > 0) & (a == 0)] = np.log(np.finfo(a.dtype).tiny)
    return -np.sum(y * terms, axis=-1)


def delta(a, y):
    return np.subtract(a, y)


def mean_loss(losses):
    return np.mean(np.asarray(losses), axis=0)
