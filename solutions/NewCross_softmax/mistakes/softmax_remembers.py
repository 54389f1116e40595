"""The first answer for each length is kept for ever."""

# loses: test_hidden_softmax::values test_hidden_softmax::any_number_of_classes
# loses: test_hidden_softmax::permutation test_hidden_softmax::order
# loses: test_hidden_softmax::no_memory test_hidden_softmax::large_nets
# loses: test_hidden_softmax::unequal_nets test_gradient::delta test_gradient::every_weight
# loses: test_training::stable test_training::converges test_hidden_training::heldout
# diagnosis: softmax-remembers

import numpy as np

OUTPUT_LEARNING_RATE = 0.1

answers = {}


def softmax(net):
    if len(net) not in answers:
        powers = np.exp(net - np.max(net))
        answers[len(net)] = powers / np.sum(powers)
    return answers[len(net)].copy()


def loss(a, y):
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
