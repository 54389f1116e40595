"""Generators, itertools and statistics."""

import itertools
import math
import operator
import statistics

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def powers(net):
    largest = max(net)
    for x in net:
        yield math.exp(x - largest)


def softmax(net):
    total = sum(powers(net))
    return np.fromiter((p / total for p in powers(net)), dtype=float, count=len(net))


def loss(a, y):
    chosen = next(itertools.compress(a, y))
    return -math.log(chosen) if chosen > 0 else math.inf


def delta(a, y):
    return np.fromiter(map(operator.sub, a, y), dtype=float)


def mean_loss(losses):
    return statistics.fmean(losses)
