"""The mean of a list of its own, which stays empty, instead of the one it is given."""

# loses: test_mean_loss::example test_hidden_mean_loss::any_number
# diagnosis: mean-loss-ignores-losses

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


history = []


def mean_loss(losses):
    return sum(history) / max(len(history), 1)
