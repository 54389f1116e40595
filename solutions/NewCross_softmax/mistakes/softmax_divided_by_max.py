"""Divided by the largest power instead of the sum."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes
# loses: test_hidden_softmax::large_nets test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: softmax-divided-by-max

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net)
    return powers / np.max(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
