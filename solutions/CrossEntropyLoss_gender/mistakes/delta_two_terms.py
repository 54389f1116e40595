"""dE/da, written with its two terms."""

# loses: test_delta::woman test_delta::man test_hidden_delta::values
# loses: test_hidden_delta::confidently_wrong test_gradient::delta test_gradient::every_weight
# diagnosis: delta-by-output

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def delta(a, y):
    a = min(max(a, 1e-12), 1 - 1e-12)
    return -y / a + (1 - y) / (1 - a)
