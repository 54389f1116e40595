"""A sum over the people in the place of their mean."""

# loses: test_loss::mean test_hidden_loss::values test_hidden_loss::everyone_twice
# loses: test_gradient::every_weight
# diagnosis: loss-sum

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
