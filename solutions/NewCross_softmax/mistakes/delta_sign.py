"""y - a: the opposite sign."""

# loses: test_delta::example test_hidden_delta::values test_hidden_delta::sign
# loses: test_gradient::delta test_gradient::every_weight test_training::stable
# loses: test_training::converges test_hidden_training::heldout
# diagnosis: delta-sign

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return y - a


def mean_loss(losses):
    return sum(losses) / len(losses)
