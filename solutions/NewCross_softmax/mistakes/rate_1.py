"""The learning rate is lowered to 1.0, and no further."""

# loses: test_training::converges test_hidden_training::heldout
# diagnosis: rate-stopped-at-one

import numpy as np

OUTPUT_LEARNING_RATE = 1.0


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
