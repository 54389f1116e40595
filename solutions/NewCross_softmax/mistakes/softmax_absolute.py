"""e to the absolute value of net: a very negative net counts as a large one."""

# loses: test_hidden_softmax::values test_hidden_softmax::any_number_of_classes
# loses: test_hidden_softmax::shift_invariance test_hidden_softmax::order
# loses: test_hidden_softmax::large_nets
# loses: test_hidden_softmax::unequal_nets test_gradient::delta test_gradient::every_weight
# diagnosis: softmax-absolute

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    sizes = np.abs(net)
    powers = np.exp(sizes - np.max(sizes))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
