"""Shifted by the maximum, but not divided by the sum: the largest activation is always 1."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes
# loses: test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: softmax-divided-by-max

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    return np.exp(net - np.max(net))


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
