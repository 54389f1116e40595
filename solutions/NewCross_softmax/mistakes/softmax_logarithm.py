"""The logarithm of softmax is returned, for a loss that is not in use here."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::range test_hidden_softmax::any_number_of_classes
# loses: test_hidden_softmax::large_nets
# loses: test_hidden_softmax::unequal_nets test_gradient::delta test_gradient::every_weight
# loses: test_training::stable test_training::converges test_hidden_training::heldout
# diagnosis: softmax-logarithm

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    shifted = net - np.max(net)
    return shifted - np.log(np.sum(np.exp(shifted)))


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
