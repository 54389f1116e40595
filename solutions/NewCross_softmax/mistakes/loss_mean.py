"""The mean over the classes instead of the sum."""

# loses: test_loss::example test_loss::true_class test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::exact_zeros test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-mean

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.mean(y * np.log(np.maximum(a, np.finfo(float).tiny)))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
