"""Cross-entropy for one class: a network that tells women from men by weight and height.

Fill in the two functions. README.md has the derivation, step by step. Then train, and check
your work:

    python CrossEntropyLoss_gender.py
    grader check CrossEntropyLoss_gender.py
"""

import numpy as np


def loss(a, y):
    """The mean cross-entropy of some people (step 3).

    a: the network's outputs, numbers from 0 to 1: a list or a float64 array, (n,).
    y: the labels, 1 for a woman and 0 for a man: a list or a float64 array, (n,).
    The number n of people is any number from 1 on. Neither a nor y may be changed.

    Returns one number, the natural logarithm being meant.
    """
    ### BEGIN SOLUTION
    ### INSTEAD: raise NotImplementedError("Task 1: compute the mean cross-entropy")
    # Kept a little away from 0 and 1, so that no ln 0 is there to be multiplied by 0.
    a, y = np.clip(a, 1e-12, 1 - 1e-12), np.asarray(y)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    ### END SOLUTION


def delta(a, y):
    """The output error: the derivative of one person's loss with respect to the net (step 4).

    a: the network's output for one person, a number from 0 to 1.
    y: the person's label, 1 or 0.

    Returns one number.
    """
    ### BEGIN SOLUTION
    ### INSTEAD: raise NotImplementedError("Task 2: compute the output error")
    return a - y
    ### END SOLUTION


if __name__ == "__main__":
    import network

    network.train(loss, delta)
