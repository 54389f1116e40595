"""The caller's activations are changed."""

# loses: test_hidden_delta::input_not_modified
# diagnosis: delta-in-place

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    a -= y
    return a.copy()


def mean_loss(losses):
    return sum(losses) / len(losses)
