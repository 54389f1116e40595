"""Works in place, as one does for speed, but on copies of its own."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    a = net.copy()
    a -= a.max()
    np.exp(a, out=a)
    a /= a.sum()
    return a


def loss(a, y):
    guarded = np.array(a)
    guarded += 1e-12
    np.log(guarded, out=guarded)
    guarded *= y
    return -guarded.sum()


def delta(a, y):
    error = a.copy()
    error[y.argmax()] -= 1.0
    return error


def mean_loss(losses):
    rest, total = list(losses), 0.0
    while rest:
        total += rest.pop()
    return total / len(losses)
