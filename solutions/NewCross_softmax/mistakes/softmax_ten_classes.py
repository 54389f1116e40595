"""The number of classes is written into the function."""

# loses: test_softmax::example test_softmax::sums_to_one
# loses: test_hidden_softmax::any_number_of_classes test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: softmax-ten-classes

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    a = np.zeros(10)
    total = np.sum(np.exp(net - np.max(net))[:10])
    for k in range(10):
        a[k] = np.exp(net[k] - np.max(net)) / total
    return a


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
