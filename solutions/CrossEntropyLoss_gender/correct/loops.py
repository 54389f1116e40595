"""A loop over the people, and one logarithm for each."""

import math


def loss(a, y):
    total = 0.0
    for output, label in zip(a, y):
        wanted = output if label == 1 else 1 - output
        total -= math.log(max(wanted, 1e-15))
    return total / len(a)


def delta(a, y):
    return a - y
