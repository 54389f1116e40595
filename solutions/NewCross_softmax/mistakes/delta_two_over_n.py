"""The factor 2 / n of squared error."""

# loses: test_delta::example test_hidden_delta::values test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: delta-two-over-n

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return 2.0 / len(a) * (a - y)


def mean_loss(losses):
    return sum(losses) / len(losses)
