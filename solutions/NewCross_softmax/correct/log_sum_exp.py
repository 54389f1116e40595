"""The logarithm of the sum of powers, written by hand, and sums by math.fsum."""

import math

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def log_sum_exp(net):
    largest = float(np.max(net))
    return largest + math.log(math.fsum(math.exp(x - largest) for x in net.tolist()))


def softmax(net):
    return np.exp(net - log_sum_exp(net))


def loss(a, y):
    return -math.log(math.fsum((a * y).tolist()) or 5e-324)


def delta(a, y):
    return np.add(a, -y)


def mean_loss(losses):
    return math.fsum(losses) / len(losses)
