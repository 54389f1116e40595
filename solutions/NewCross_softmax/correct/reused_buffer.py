"""Each function writes into an array that it keeps: every answer is right when it comes."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1
KEPT = {}


def kept(name, size):
    return KEPT.setdefault((name, size), np.empty(size))


def softmax(net):
    powers = kept("softmax", len(net))
    np.subtract(net, np.max(net), out=powers)
    np.exp(powers, out=powers)
    powers /= np.sum(powers)
    return powers


def loss(a, y):
    return -np.log(a[np.argmax(y)])


def delta(a, y):
    return np.subtract(a, y, out=kept("delta", len(a)))


def mean_loss(losses):
    return np.mean(losses)
