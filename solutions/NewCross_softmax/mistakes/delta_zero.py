"""Zero, with a loss that never changes: nothing to learn, and nothing wrong with the slope."""

# loses: test_loss::example test_loss::true_class test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_delta::example test_hidden_delta::values
# loses: test_hidden_delta::sign test_hidden_delta::sums_to_zero test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: loss-constant delta-zero

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return 0.5


def delta(a, y):
    return np.zeros_like(a)


def mean_loss(losses):
    return sum(losses) / len(losses)
