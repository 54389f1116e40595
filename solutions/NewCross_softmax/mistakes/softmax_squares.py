"""Shares of the squared nets: positive, but not e^net."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes test_hidden_softmax::shift_invariance
# loses: test_hidden_softmax::order test_hidden_softmax::large_nets
# loses: test_hidden_softmax::unequal_nets test_gradient::delta test_gradient::every_weight
# loses: test_training::stable test_training::converges test_hidden_training::heldout
# diagnosis: softmax-squares

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    squares = net**2
    return squares / np.sum(squares)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
