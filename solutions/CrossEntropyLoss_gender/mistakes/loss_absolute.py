"""The mean distance of output and label."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::exact_zeros test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-absolute

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    return np.mean(np.abs(a - y))


def delta(a, y):
    return a - y
