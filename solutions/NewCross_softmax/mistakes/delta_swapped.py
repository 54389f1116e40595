"""The arguments are swapped, so the sign is the opposite one."""

# loses: test_delta::example test_hidden_delta::values test_hidden_delta::sign test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: delta-sign

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(y, a):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
