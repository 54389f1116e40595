"""A class behind the functions, and prints here and there."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


class Layer:
    """The output layer."""

    def activate(self, net):
        powers = np.exp(net - np.amax(net))
        return powers / powers.sum(axis=0, keepdims=True)


softmax = Layer().activate


def loss(a, y):
    print("loss of", a)
    return -np.einsum("i,i->", y, np.log(np.where(a > 0, a, 1e-300)))


def delta(a, y):
    return a - y


def mean_loss(losses):
    print(len(losses), "losses")
    return np.average(losses)
