"""Divided by the mean of the powers instead of their sum."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::range test_hidden_softmax::any_number_of_classes
# loses: test_gradient::delta test_gradient::every_weight
# loses: test_training::stable test_training::converges test_hidden_training::heldout
# diagnosis: softmax-divided-by-mean

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.mean(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
