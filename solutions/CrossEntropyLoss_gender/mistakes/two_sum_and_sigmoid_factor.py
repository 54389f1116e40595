"""A sum in the place of the mean, and the sigmoid's derivative left in."""

# loses: test_loss::mean test_hidden_loss::values test_hidden_loss::everyone_twice
# loses: test_delta::woman test_delta::man test_hidden_delta::values
# loses: test_hidden_delta::confidently_wrong test_gradient::delta test_gradient::every_weight
# loses: test_training::converges
# diagnosis: loss-sum delta-sigmoid-factor

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return (a - y) * a * (1 - a)
