"""Nested helpers, and sums and maxima that halve their list and call themselves."""

import math

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def fold(combine, values):
    if len(values) == 1:
        return values[0]
    middle = len(values) // 2
    return combine(fold(combine, values[:middle]), fold(combine, values[middle:]))


def add(left, right):
    return left + right


def softmax(net):
    values = net.tolist()
    largest = fold(max, values)

    def power(x):
        return math.exp(x - largest)

    powers = [power(x) for x in values]
    total = fold(add, powers)
    return np.array([p / total for p in powers])


def loss(a, y):
    def term(a_j, y_j):
        return -math.log(a_j + 1e-12) if y_j else 0.0

    return fold(add, [term(a_j, y_j) for a_j, y_j in zip(a.tolist(), y.tolist())])


def delta(a, y):
    def errors(k):
        return [] if k == len(a) else [a[k] - y[k], *errors(k + 1)]

    return np.array(errors(0))


def mean_loss(losses):
    return fold(add, losses) / len(losses)
