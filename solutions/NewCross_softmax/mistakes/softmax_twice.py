"""Softmax of softmax: the activations are pushed together."""

# loses: test_softmax::example test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes
# loses: test_hidden_softmax::large_nets test_hidden_softmax::unequal_nets test_gradient::delta
# loses: test_gradient::every_weight test_training::converges test_hidden_training::heldout
# diagnosis: softmax-twice

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def shares(x):
    powers = np.exp(x - np.max(x))
    return powers / np.sum(powers)


def softmax(net):
    return shares(shares(net))


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
