"""The formula without its logarithms."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_gradient::delta test_gradient::every_weight
# diagnosis: loss-no-logarithm

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    return -np.mean(y * a + (1 - y) * (1 - a))


def delta(a, y):
    return a - y
