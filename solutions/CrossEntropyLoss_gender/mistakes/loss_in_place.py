"""The outputs of men are turned round in the caller's own array."""

# loses: test_hidden_loss::input_not_modified
# diagnosis: loss-in-place

import numpy as np


def loss(a, y):
    for i in range(len(a)):
        if y[i] == 0:
            a[i] = 1 - a[i]
    return -np.mean(np.log(np.maximum(a, 1e-300)))


def delta(a, y):
    return a - y
