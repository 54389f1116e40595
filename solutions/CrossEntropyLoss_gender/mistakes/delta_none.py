"""Nothing is returned."""

# loses: test_delta::answers test_delta::woman test_delta::man test_hidden_delta::values
# loses: test_hidden_delta::sign test_hidden_delta::confidently_wrong test_gradient::delta
# loses: test_gradient::every_weight test_training::tells_apart test_training::converges
# loses: test_hidden_training::questions
# diagnosis: delta-none

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    error = a - y
