"""The largest net takes all: 1 for it, 0 for the others."""

# loses: test_softmax::example test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes test_hidden_softmax::order
# loses: test_gradient::delta test_gradient::every_weight
# loses: test_training::converges test_hidden_training::heldout
# diagnosis: softmax-one-hot

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    a = np.zeros(len(net))
    a[np.argmax(net)] = 1.0
    return a


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
