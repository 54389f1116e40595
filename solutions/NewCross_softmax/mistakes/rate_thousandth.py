"""The learning rate is lowered too far: four epochs are not enough."""

# loses: test_training::converges test_hidden_training::heldout
# diagnosis: rate-too-small

import numpy as np

OUTPUT_LEARNING_RATE = 0.001


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
