"""The size of the mistake without its sign."""

# loses: test_delta::woman test_hidden_delta::values test_hidden_delta::sign
# loses: test_hidden_delta::confidently_wrong test_gradient::delta test_gradient::every_weight
# loses: test_training::tells_apart test_training::converges test_hidden_training::questions
# diagnosis: delta-absolute

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    return abs(a - y)
