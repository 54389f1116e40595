"""Rounded to two decimals."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes test_hidden_softmax::order
# loses: test_gradient::delta test_gradient::every_weight
# diagnosis: softmax-rounded

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return np.round(powers / np.sum(powers), 2)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
