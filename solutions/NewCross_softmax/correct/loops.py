"""Plain loops and the math module."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1

import math


def softmax(net):
    largest = max(net)
    powers = [math.exp(x - largest) for x in net]
    total = sum(powers)
    return np.array([p / total for p in powers])


def loss(a, y):
    for a_j, y_j in zip(a, y):
        if y_j == 1:
            return -math.log(a_j) if a_j > 0 else 700.0


def delta(a, y):
    errors = np.zeros(len(a))
    for j in range(len(a)):
        errors[j] = a[j] - y[j]
    return errors


def mean_loss(losses):
    total = 0.0
    for one in losses:
        total += one
    return total / len(losses)
