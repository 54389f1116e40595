"""An extra a (1 - a), carried over from the sigmoid."""

# loses: test_delta::example test_hidden_delta::values test_hidden_delta::sums_to_zero
# loses: test_gradient::delta test_gradient::every_weight test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: delta-sigmoid-factor

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return (a - y) * a * (1.0 - a)


def mean_loss(losses):
    return sum(losses) / len(losses)
