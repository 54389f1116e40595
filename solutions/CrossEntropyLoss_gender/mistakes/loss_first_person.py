"""Only the first person counts."""

# loses: test_loss::mean test_hidden_loss::values test_gradient::every_weight
# diagnosis: loss-first-person

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -(y[0] * np.log(a[0]) + (1 - y[0]) * np.log(1 - a[0]))


def delta(a, y):
    return a - y
