"""The lesson before, kept whole: sigmoids and the two-class formula."""

# loses: test_softmax::example test_softmax::sums_to_one test_hidden_softmax::values
# loses: test_hidden_softmax::any_number_of_classes test_hidden_softmax::shift_invariance
# loses: test_hidden_softmax::large_nets
# loses: test_loss::example test_loss::true_class
# loses: test_hidden_loss::values test_hidden_loss::natural_logarithm test_hidden_loss::exact_zeros
# loses: test_gradient::delta test_gradient::every_weight test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: softmax-sigmoid loss-two-classes

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    return 1.0 / (1.0 + np.exp(-net))


def loss(a, y):
    a = np.clip(a, 1e-12, 1.0 - 1e-12)
    return -np.sum(y * np.log(a) + (1.0 - y) * np.log(1.0 - a))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
