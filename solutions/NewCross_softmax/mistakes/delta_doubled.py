"""The factor 2 of a squared error's derivative."""

# loses: test_delta::example test_hidden_delta::values test_gradient::delta
# loses: test_gradient::every_weight test_training::converges test_hidden_training::heldout
# diagnosis: delta-doubled

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return 2 * (a - y)


def mean_loss(losses):
    return sum(losses) / len(losses)
