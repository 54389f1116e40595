"""Outputs and labels are taken for each other."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_gradient::delta test_gradient::every_weight
# diagnosis: loss-swapped

import numpy as np


def loss(y, a):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
