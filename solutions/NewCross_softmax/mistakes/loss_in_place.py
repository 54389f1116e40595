"""The caller's activations are changed."""

# loses: test_hidden_loss::input_not_modified
# diagnosis: loss-in-place

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    a += 1e-9
    return -np.sum(y * np.log(a))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
