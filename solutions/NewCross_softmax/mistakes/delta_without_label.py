"""The label is forgotten: every class is pushed down."""

# loses: test_delta::example test_hidden_delta::values test_hidden_delta::sign
# loses: test_hidden_delta::sums_to_zero test_gradient::delta test_gradient::every_weight
# loses: test_training::stable test_training::converges test_hidden_training::heldout
# diagnosis: delta-without-label

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a.copy()


def mean_loss(losses):
    return sum(losses) / len(losses)
