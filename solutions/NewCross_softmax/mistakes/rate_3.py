"""The learning rate is lowered, but its steps are still too large."""

# loses: test_training::stable test_training::converges test_hidden_training::heldout
# diagnosis: rate-still-too-large

import numpy as np

OUTPUT_LEARNING_RATE = 3.0


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
