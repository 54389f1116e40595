"""The caller's net is changed."""

# loses: test_hidden_softmax::input_not_modified
# diagnosis: softmax-in-place

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    net -= np.max(net)
    np.exp(net, out=net)
    net /= np.sum(net)
    return net.copy()


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
