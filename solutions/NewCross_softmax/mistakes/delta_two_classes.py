"""Divided by a (1 - a): the derivative of the two-class formula with respect to a."""

# loses: test_delta::example test_hidden_delta::values test_hidden_delta::sums_to_zero
# loses: test_gradient::delta test_gradient::every_weight test_training::stable
# loses: test_training::converges test_hidden_training::heldout
# diagnosis: delta-two-classes

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return (a - y) / np.maximum(a * (1 - a), 1e-12)


def mean_loss(losses):
    return sum(losses) / len(losses)
