"""The difference of label and predicted class: right answers teach nothing."""

# loses: test_delta::woman test_delta::man test_hidden_delta::values test_hidden_delta::sign
# loses: test_hidden_delta::confidently_wrong test_gradient::delta test_gradient::every_weight
# loses: test_training::converges
# diagnosis: delta-rounded

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return float(a > 0.5) - y
