"""1 is subtracted from the caller's own activations."""

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
    a[np.argmax(y)] -= 1
    return a


def mean_loss(losses):
    return sum(losses) / len(losses)
