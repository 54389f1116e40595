"""Shares of the nets themselves, without e."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::range test_hidden_softmax::any_number_of_classes
# loses: test_hidden_softmax::shift_invariance test_hidden_softmax::order
# loses: test_hidden_softmax::large_nets
# loses: test_hidden_softmax::unequal_nets test_gradient::delta test_gradient::every_weight
# loses: test_training::converges test_hidden_training::heldout
# diagnosis: softmax-linear

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    return net / np.sum(net)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
