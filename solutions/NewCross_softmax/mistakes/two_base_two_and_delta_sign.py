"""Two mistakes: softmax to the base 2, and delta with the opposite sign."""

# loses: test_softmax::example test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes
# loses: test_delta::example
# loses: test_hidden_delta::values test_hidden_delta::sign test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: softmax-base-two delta-sign

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = 2.0 ** (net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return y - a


def mean_loss(losses):
    return sum(losses) / len(losses)
