"""One number for each person."""

# loses: test_loss::answers test_loss::woman test_loss::man test_loss::mean test_loss::lists
# loses: test_hidden_loss::values test_hidden_loss::everyone_twice
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_hidden_loss::input_not_modified test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-per-person

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
