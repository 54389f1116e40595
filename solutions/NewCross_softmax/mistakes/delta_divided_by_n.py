"""Divided by the number of classes, as if the loss were a mean over them."""

# loses: test_delta::example test_hidden_delta::values test_gradient::delta
# loses: test_gradient::every_weight test_training::converges test_hidden_training::heldout
# diagnosis: delta-divided-by-n

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return (a - y) / a.size


def mean_loss(losses):
    return sum(losses) / len(losses)
