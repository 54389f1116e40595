"""A return that stands inside the loop: only the first person is added."""

# loses: test_loss::mean test_hidden_loss::values test_hidden_loss::everyone_twice
# loses: test_gradient::every_weight
# diagnosis: loss-returns-early

import numpy as np


def loss(a, y):
    total = 0.0
    for one, label in zip(a, y):
        one = min(max(one, 1e-12), 1 - 1e-12)
        total -= np.log(one) if label == 1 else np.log(1 - one)
        return total / len(a)


def delta(a, y):
    return a - y
