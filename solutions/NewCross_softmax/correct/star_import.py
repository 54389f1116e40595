"""Everything imported from NumPy with a star, and prints while the file is loaded."""

from numpy import *

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = exp(net - max(net))
    return powers / sum(powers)


def loss(a, y):
    return -log(clip(dot(a, y), 1e-12, 1))


def delta(a, y):
    return subtract(a, y)


def mean_loss(losses):
    return mean(losses)


a = softmax(array([1.0, 2.0, 3.0]))
y = array([0.0, 0.0, 1.0])
print("softmax:", a, "sum:", sum(a))
print("loss:", loss(a, y), "delta:", delta(a, y))
