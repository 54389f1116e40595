"""float32 is returned: half of the digits are gone."""

# loses: test_softmax::array test_gradient::delta test_gradient::every_weight
# diagnosis: softmax-float32

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return (powers / np.sum(powers)).astype(np.float32)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
