"""The training loop of network.py, made fast. Same arithmetic, same weights to rounding.

Both sides of the border run this file. In the student's process each step asks the
student's `softmax` and `delta`; in the trusted process the same steps are run again with
the answers that came back, so that the weights, and with them every accuracy, are computed
where no student code is.

**Why it is fast.** Stochastic gradient descent changes the hidden weights W, (30, 785),
after every sample, and touching all of W costs most of a step. Within a block of samples
x_1 .. x_B the changes can wait. Before sample i they amount to

    W_i = W - rate * sum_{j<i} outer(d_j, x_j)        (d_j: hidden delta of sample j)

and all that sample i needs of W_i is the product

    W_i @ x_i = W @ x_i - rate * sum_{j<i} d_j (x_j . x_i)

The first term is one matrix product for the whole block, the dot products are the block's
Gram matrix, and what is left for each step is one small sum over earlier samples. After the
block, W -= rate * sum_j outer(d_j, x_j) is one matrix product again. Nothing is
approximated: every sample still sees the weights that all earlier ones left behind.
"""

from typing import NamedTuple

import numpy as np

BLOCK = 32
STEP_ANSWER = (2, 10)  # what the student answers in one step: the activations and the delta

HIDDEN_SCALE = 785 / 10
HIDDEN_LEARNING_RATE = 10.0


class Block(NamedTuple):
    """What happened while one block of B samples was learned."""

    nets: np.ndarray  # (B, 10), the output nets
    answers: np.ndarray  # (B, 2, 10), the activations and the delta of each step
    hidden_out: np.ndarray  # (B, 31), the output layer's inputs, bias included


def answer(student, net, y, out):
    """Ask the student's functions for one step's activations and delta. Runs in the guest."""
    activations = student.softmax(net)
    out[0] = activations
    out[1] = student.delta(activations, y)


def train(hidden, output, images, labels, output_rate, epochs, respond):
    """Train in place, as network.train does, yielding a Block after each block of samples.

    hidden: float64 (30, 785), output: float64 (10, 31); both are changed.
    images: uint8 (n, 784), labels: integers (n,).
    respond(net, y, out): puts the activations and the delta of one step into out, (2, 10).
    """
    targets = np.eye(len(output))[labels]
    for _ in range(epochs):
        for start in range(0, len(images), BLOCK):
            chosen = slice(start, start + BLOCK)
            # A copy, as students may write into y.
            labelled = images[chosen], targets[chosen].copy()
            yield train_block(hidden, output, *labelled, output_rate, respond)


def train_block(hidden, output, images, targets, output_rate, respond):
    """Learn from one block of samples, one after the other, and say what happened."""
    size, classes = targets.shape
    x = np.ones((size, images.shape[1] + 1))
    np.divide(images, 255.0, out=x[:, :-1])
    known = (x @ hidden.T) / HIDDEN_SCALE
    gram = (x @ x.T) * (HIDDEN_LEARNING_RATE / HIDDEN_SCALE)
    hidden_deltas = np.zeros((size, len(hidden)))
    hidden_out = np.ones((size, len(hidden) + 1))
    active = hidden_out[:, :-1]  # without the bias
    nets = np.empty((size, classes))
    answers = np.empty((size, *STEP_ANSWER))
    carry, update = output[:, :-1].T, np.empty_like(output)
    for step in zip(
        known, gram, active, hidden_out, nets, targets, answers, hidden_deltas, strict=True
    ):
        known_net, dots, sigmoid, h, net, y, answered, hidden_delta = step
        # The deltas of this sample and of later ones are still 0 in this sum.
        negative = dots @ hidden_deltas
        negative -= known_net
        np.divide(1.0, 1.0 + np.exp(negative), out=sigmoid)
        np.dot(output, h, out=net)
        respond(net, y, answered)
        delta = answered[1]
        np.multiply(carry @ delta, sigmoid * (1.0 - sigmoid), out=hidden_delta)
        np.multiply.outer(output_rate * delta, h, out=update)
        output -= update
    hidden -= HIDDEN_LEARNING_RATE * (hidden_deltas.T @ x)
    return Block(nets, answers, hidden_out)
