"""Summed along the wrong axis of a row: each power is divided by itself."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes test_hidden_softmax::shift_invariance
# loses: test_hidden_softmax::permutation test_hidden_softmax::order test_hidden_softmax::no_memory
# loses: test_hidden_softmax::large_nets test_hidden_softmax::unequal_nets test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: softmax-all-ones

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    row = net.reshape(1, -1)
    powers = np.exp(row - np.max(row, axis=1, keepdims=True))
    return (powers / np.sum(powers, axis=0))[0]


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
