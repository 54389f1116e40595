"""One number for each class instead of their sum."""

# loses: test_loss::answers test_loss::example test_loss::true_class test_hidden_loss::values
# loses: test_hidden_loss::natural_logarithm test_hidden_loss::positive
# loses: test_hidden_loss::exact_zeros test_hidden_loss::input_not_modified test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-per-class

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -y * np.log(np.maximum(a, np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
