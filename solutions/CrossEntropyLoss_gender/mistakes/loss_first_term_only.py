"""The second term is missing: nothing is said about men."""

# loses: test_loss::man test_loss::mean test_hidden_loss::values test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_gradient::delta test_gradient::every_weight
# diagnosis: loss-first-term-only

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a))


def delta(a, y):
    return a - y
