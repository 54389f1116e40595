"""The plain formula: e^1000 overflows."""

# loses: test_hidden_softmax::large_nets
# diagnosis: softmax-no-shift

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    return np.exp(net) / np.sum(np.exp(net))


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
