"""The factor 2/n of the derivative of squared error."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_gradient::delta test_gradient::every_weight
# diagnosis: loss-two-over-n

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -2 / len(a) * np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
