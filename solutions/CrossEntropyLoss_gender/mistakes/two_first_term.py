"""The first term alone, in both functions: each is the derivative of the other."""

# loses: test_loss::man test_loss::mean test_hidden_loss::values test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_delta::man test_hidden_delta::values
# loses: test_hidden_delta::sign test_hidden_delta::confidently_wrong test_gradient::delta
# loses: test_gradient::every_weight test_training::tells_apart test_training::converges
# loses: test_hidden_training::questions
# diagnosis: loss-first-term-only delta-women-only

import numpy as np


def loss(a, y):
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a))


def delta(a, y):
    return -y * (1 - a)
