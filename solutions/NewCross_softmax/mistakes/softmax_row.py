"""A matrix with one row is returned."""

# loses: test_softmax::answers test_softmax::array test_softmax::example
# loses: test_softmax::sums_to_one test_hidden_softmax::values test_hidden_softmax::range
# loses: test_hidden_softmax::any_number_of_classes test_hidden_softmax::shift_invariance
# loses: test_hidden_softmax::permutation test_hidden_softmax::order
# loses: test_hidden_softmax::input_not_modified test_hidden_softmax::no_memory
# loses: test_hidden_softmax::large_nets test_hidden_softmax::unequal_nets test_gradient::delta
# loses: test_gradient::every_weight test_training::stable test_training::converges
# loses: test_hidden_training::heldout
# diagnosis: softmax-two-dimensional

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return (powers / np.sum(powers)).reshape(1, -1)


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
