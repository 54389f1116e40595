"""The arguments are swapped and nothing guards: ln of a label that is 0 is infinite."""

# loses: test_loss::example test_loss::true_class test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_gradient::delta test_gradient::every_weight
# diagnosis: loss-swapped

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(y, a):
    return -np.sum(y * np.log(a))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
