"""A matrix with one row is returned."""

# loses: test_delta::answers test_delta::example test_hidden_delta::values test_hidden_delta::sign
# loses: test_hidden_delta::sums_to_zero test_hidden_delta::input_not_modified test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: delta-two-dimensional

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return (a - y).reshape(1, -1)


def mean_loss(losses):
    return sum(losses) / len(losses)
