"""Cross-entropy loss and softmax: the output layer of a network that reads digits.

Fill in the four functions and choose the learning rate. README.md has the derivation, step
by step. Then train, and check your work:

    python NewCross_softmax.py
    grader check NewCross_softmax.py
"""

import numpy as np

# Task 2. The learning rate of the output layer. Train with 10.0 and read the warnings; then
# try 1.0 and 0.1. Which one is stable, and why? (Step 8 of the lesson.)
OUTPUT_LEARNING_RATE = 10.0


def softmax(net):
    """Turn the output layer's nets into activations that are positive and sum to 1 (step 2).

    net: float64 array (n,), any number of classes n. It must not be changed.

    Returns the activations, float64 array (n,).
    """
    raise NotImplementedError("Task 1a: turn the nets into activations")


def loss(a, y):
    """The cross-entropy of one sample (step 4).

    a: activations, float64 array (n,).
    y: one-hot label, float64 array (n,): 1 for the true class, 0 for all others.

    Returns one number, the natural logarithm being meant.
    """
    raise NotImplementedError("Task 1b: compute the cross-entropy")


def delta(a, y):
    """The output error: the derivative of the loss with respect to the nets (step 5).

    a: activations, float64 array (n,).
    y: one-hot label, float64 array (n,).

    Returns the error of each output unit, float64 array (n,).
    """
    raise NotImplementedError("Task 1c: compute the output error")


def mean_loss(losses):
    """The mean of an epoch's losses, by which convergence is judged (step 6).

    losses: list of numbers, one for each sample.

    Returns one number.
    """
    raise NotImplementedError("Task 1d: compute the mean")


if __name__ == "__main__":
    import network

    network.train(softmax, loss, delta, mean_loss, OUTPUT_LEARNING_RATE)
