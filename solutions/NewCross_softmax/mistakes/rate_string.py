"""The learning rate is written as text."""

# loses: test_training::rate test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: rate-string

import numpy as np

OUTPUT_LEARNING_RATE = "0.1"


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
