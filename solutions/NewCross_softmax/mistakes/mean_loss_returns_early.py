"""return stands inside the loop: only the first loss is added."""

# loses: test_mean_loss::example test_hidden_mean_loss::any_number
# diagnosis: mean-loss-returns-early

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    total = 0.0
    for one in losses:
        total += one
        return total / len(losses)
