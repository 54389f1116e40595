"""A running average that forgets: later losses weigh more."""

# loses: test_mean_loss::example test_hidden_mean_loss::any_number
# diagnosis: mean-loss-running

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
    average = losses[0]
    for one in losses[1:]:
        average = 0.9 * average + 0.1 * one
    return average
