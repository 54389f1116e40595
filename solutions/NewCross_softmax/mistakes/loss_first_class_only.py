"""return stands inside the loop: only the first class is counted."""

# loses: test_loss::example test_loss::true_class test_hidden_loss::values
# loses: test_hidden_loss::positive test_hidden_loss::exact_zeros test_gradient::delta
# loses: test_gradient::every_weight
# diagnosis: loss-first-class-only

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    total = 0.0
    for a_j, y_j in zip(a, y):
        total -= y_j * np.log(a_j)
        return total


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
