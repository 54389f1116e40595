"""0 * ln 0 is nan."""

# loses: test_hidden_loss::exact_zeros
# diagnosis: loss-zero-log

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.sum(y * np.log(a))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
