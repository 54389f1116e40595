"""ln(1 - a) of the other classes only: the second half of the two-class formula."""

# loses: test_loss::example test_loss::true_class test_hidden_loss::values test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-other-classes

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.sum((1 - y) * np.log(np.maximum(1 - a, 1e-12)))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
