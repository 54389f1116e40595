"""The formula for a single sigmoid unit, summed over the classes."""

# loses: test_loss::example test_loss::true_class test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::exact_zeros test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-two-classes

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    a = np.clip(a, 1e-12, 1.0 - 1e-12)
    return -np.sum(y * np.log(a) + (1.0 - y) * np.log(1.0 - a))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
