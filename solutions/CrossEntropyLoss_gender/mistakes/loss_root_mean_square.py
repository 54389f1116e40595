"""The root of the mean square of the losses."""

# loses: test_loss::mean test_hidden_loss::values test_gradient::every_weight
# diagnosis: loss-root-mean-square

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    losses = -(y * np.log(a) + (1 - y) * np.log(1 - a))
    return np.sqrt(np.mean(losses**2))


def delta(a, y):
    return a - y
