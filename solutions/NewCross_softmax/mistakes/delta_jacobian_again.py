"""Multiplied by softmax's derivative, which is in a - y already."""

# loses: test_delta::example test_hidden_delta::values test_hidden_delta::sign test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: delta-jacobian-again

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return (np.diag(a) - np.outer(a, a)) @ (a - y)


def mean_loss(losses):
    return sum(losses) / len(losses)
