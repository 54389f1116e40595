"""The outputs are rounded to the class before the logarithm is taken."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::positive test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-rounded

import numpy as np


def loss(a, y):
    a, y = np.clip(np.round(a), 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return a - y
