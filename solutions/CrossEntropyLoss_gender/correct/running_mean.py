"""A mean that is brought up to date person by person."""

import numpy as np


def loss(a, y):
    mean = 0.0
    for count, (output, label) in enumerate(zip(a, y), start=1):
        one = -np.log(output if label == 1 else 1 - output) if abs(output - label) < 1 else np.inf
        mean += (one - mean) / count
    return mean


def delta(a, y):
    return -(y - a)
