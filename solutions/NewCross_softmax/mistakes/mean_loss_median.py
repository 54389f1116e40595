"""The median instead of the mean."""

# loses: test_mean_loss::example test_hidden_mean_loss::any_number
# diagnosis: mean-loss-median

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return np.median(losses)
