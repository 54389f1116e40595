"""0.01 is added inside the logarithm, which changes every loss."""

# loses: test_loss::woman test_loss::man test_loss::mean test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::exact_zeros test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-large-epsilon

import numpy as np


def loss(a, y):
    a, y = np.asarray(a), np.asarray(y)
    return -np.mean(y * np.log(a + 0.01) + (1 - y) * np.log(1 - a + 0.01))


def delta(a, y):
    return a - y
