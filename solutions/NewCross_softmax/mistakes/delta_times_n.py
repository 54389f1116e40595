"""Multiplied by the number of classes."""

# loses: test_delta::example test_hidden_delta::values test_gradient::delta
# loses: test_gradient::every_weight test_training::converges test_hidden_training::heldout
# diagnosis: delta-times-n

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return len(a) * (a - y)


def mean_loss(losses):
    return sum(losses) / len(losses)
