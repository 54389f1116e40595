"""Squared error with its own delta: they belong together, but to another loss."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::exact_zeros test_delta::woman
# loses: test_delta::man test_hidden_delta::values test_hidden_delta::confidently_wrong
# loses: test_gradient::delta test_gradient::every_weight test_training::converges
# diagnosis: loss-squared-error delta-squared-error

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    return np.mean((a - y) ** 2)


def delta(a, y):
    return 2 * (a - y) * a * (1 - a)
