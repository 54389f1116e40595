"""Divided by 4, however many people there are."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::everyone_twice test_hidden_loss::natural_logarithm test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-four-people

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / 4


def delta(a, y):
    return a - y
