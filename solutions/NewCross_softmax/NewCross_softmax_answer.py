"""Cross-entropy loss and softmax: the output layer of a network that reads digits.

Fill in the four functions and choose the learning rate. README.md has the derivation, step
by step. Then train, and check your work:

    python NewCross_softmax.py
    grader check NewCross_softmax.py
"""

import numpy as np

# Task 2. The learning rate of the output layer. Train with 10.0 and read the warnings; then
# try 1.0 and 0.1. Which one is stable, and why? (Step 8 of the lesson.)
### BEGIN SOLUTION
### INSTEAD: OUTPUT_LEARNING_RATE = 10.0
OUTPUT_LEARNING_RATE = 0.1
### END SOLUTION


def softmax(net):
    """Turn the output layer's nets into activations that are positive and sum to 1 (step 2).

    net: float64 array (n,), any number of classes n. It must not be changed.

    Returns the activations, float64 array (n,).
    """
    ### BEGIN SOLUTION
    ### INSTEAD: raise NotImplementedError("Task 1a: turn the nets into activations")
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)
    ### END SOLUTION


def loss(a, y):
    """The cross-entropy of one sample (step 4).

    a: activations, float64 array (n,).
    y: one-hot label, float64 array (n,): 1 for the true class, 0 for all others.

    Returns one number, the natural logarithm being meant.
    """
    ### BEGIN SOLUTION
    ### INSTEAD: raise NotImplementedError("Task 1b: compute the cross-entropy")
    # The label picks the true class. The smallest float keeps ln away from an exact 0.
    return -np.log(max(np.sum(a * y), np.finfo(float).tiny))
    ### END SOLUTION


def delta(a, y):
    """The output error: the derivative of the loss with respect to the nets (step 5).

    a: activations, float64 array (n,).
    y: one-hot label, float64 array (n,).

    Returns the error of each output unit, float64 array (n,).
    """
    ### BEGIN SOLUTION
    ### INSTEAD: raise NotImplementedError("Task 1c: compute the output error")
    return a - y
    ### END SOLUTION


def mean_loss(losses):
    """The mean of an epoch's losses, by which convergence is judged (step 6).

    losses: list of numbers, one for each sample.

    Returns one number.
    """
    ### BEGIN SOLUTION
    ### INSTEAD: raise NotImplementedError("Task 1d: compute the mean")
    return sum(losses) / len(losses)
    ### END SOLUTION


if __name__ == "__main__":
    import network

    network.train(softmax, loss, delta, mean_loss, OUTPUT_LEARNING_RATE)
