"""Shifted by the minimum instead of the maximum: the largest power can still overflow."""

# loses: test_hidden_softmax::large_nets test_hidden_softmax::unequal_nets
# diagnosis: softmax-shift-minimum

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.min(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
