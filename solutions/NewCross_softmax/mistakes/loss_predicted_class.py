"""The class that the network believes in is read, instead of the true one."""

# loses: test_loss::true_class test_hidden_loss::values test_hidden_loss::natural_logarithm
# loses: test_hidden_loss::exact_zeros test_gradient::delta test_gradient::every_weight
# diagnosis: loss-predicted-class

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(a[np.argmax(a)])


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
