"""Base 2 instead of e."""

# loses: test_softmax::example test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes
# loses: test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: softmax-base-two

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = 2.0 ** (net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
