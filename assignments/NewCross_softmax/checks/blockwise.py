"""The training loop of network.py, made fast. Same arithmetic, same weights to rounding.

Both sides of the border run this file. In the student's process `train` asks the student's
`softmax` and `delta` at each step; in the trusted process `retrace` computes the weights again
from the answers that came back, so that every accuracy is computed where no student code is.

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

**Why retracing is faster still.** With the answers of a block known, so is everything but the
hidden activations h_1 .. h_B, each of which depends on the earlier ones. The student's process
sends them along, as a claim. One step of the recurrence, for all samples at once, shows whether
they are true: its i-th row depends on earlier rows alone, so only the true ones fit throughout.
That is asked to the last bit: `retrace_block` does with arrays of samples what `train_block` does
sample by sample, product for product and in the same order, so no rounding differs. Where a claim
does not fit, or a number is not finite, the block is computed step by step. Either way the weights
follow from the answers alone, the same ones to the bit.
"""

from typing import NamedTuple

import numpy as np

BLOCK = 32
UNITS, CLASSES = 30, 10
# What comes back from one step: the activations, the delta, and the hidden activations.
STEP_ANSWER = (2 + UNITS // CLASSES, CLASSES)
ANSWERED = 2  # rows of it that come from the student

HIDDEN_SCALE = 785 / 10
HIDDEN_LEARNING_RATE = 10.0


class Block(NamedTuple):
    """What happened while one block of B samples was learned."""

    nets: np.ndarray  # (B, 10), the output nets
    targets: np.ndarray  # (B, 10), the one-hot labels
    answers: np.ndarray  # (B, 5, 10), the activations, the delta and the claims of each step
    hidden_out: np.ndarray  # (B, 31), the output layer's inputs, bias included

    @property
    def inputs(self):
        """What the functions were asked with at each step."""
        return self.nets, self.targets


def answer(student, net, y, out):
    """Ask the student's functions for one step's activations and delta. Runs in the guest."""
    activations = student.softmax(net)
    out[0] = activations
    out[1] = student.delta(activations, y)


def train(hidden, output, images, labels, output_rate, epochs, respond):
    """Train in place, as network.train does, yielding a Block after each block of samples.

    Runs in the student's process.

    hidden: float64 (30, 785), output: float64 (10, 31); both are changed.
    images: uint8 (n, 784), labels: integers (n,).
    respond(net, y, out): puts the activations and the delta of one step into out, (5, 10).
    """
    targets = np.eye(len(output))[labels]
    for chosen, x, gram in blocks_of(images, epochs):
        y = targets[chosen].copy()  # students may write into it
        yield train_block(hidden, output, x, gram, y, output_rate, respond)


def retrace(hidden, output, images, labels, output_rate, epochs, take):
    """Train in place with answers that are known, yielding the same Blocks.

    take(count): gives the answers of so many steps, float64 (count, 5, 10).
    """
    targets = np.eye(len(output))[labels]
    for chosen, x, gram in blocks_of(images, epochs):
        yield retrace_block(hidden, output, x, gram, targets[chosen], output_rate, take(len(x)))


def blocks_of(images, epochs):
    """Cut the samples into blocks, in the order in which they are learned from.

    images: uint8 (n, 784).

    Yields which samples they are, a slice; the network's inputs x, float64 (B, 785), bias
    included; and their Gram matrix, (B, B), scaled, which is the same in each epoch. Of it there
    is only what is below the diagonal: what earlier samples are to later ones.
    """
    grams = {}
    for start in list(range(0, len(images), BLOCK)) * epochs:
        chosen = slice(start, start + BLOCK)
        pixels = images[chosen]
        x = np.empty((len(pixels), pixels.shape[1] + 1))
        x[:, :-1], x[:, -1] = pixels, 255.0
        x /= 255.0
        if start not in grams:
            grams[start] = np.tril(x @ x.T, k=-1) * (HIDDEN_LEARNING_RATE / HIDDEN_SCALE)
        yield chosen, x, grams[start]


def train_block(hidden, output, x, gram, targets, output_rate, respond):
    """Learn from one block of samples, one after the other, and say what happened.

    At this size a step costs what its calls cost, so none of them makes an array: each writes
    into one that is there before. Rate and one are arrays because a number would be made into
    one each time, and `np.dot` of a column and a row is the quickest outer product. (It never
    gives -0.0, as the product in `retrace_block` may: so no weight is to be -0.0 at the start.)
    """
    size, classes = targets.shape
    known = (x @ hidden.T) / HIDDEN_SCALE
    hidden_deltas = np.zeros((size, len(hidden)))
    hidden_out = np.ones((size, len(hidden) + 1))
    active, rows = hidden_out[:, :-1], hidden_out[:, None]  # without the bias; (B, 1, 31)
    nets = np.empty((size, classes))
    answers = np.empty((size, *STEP_ANSWER))
    rate, ones, work = np.full(classes, output_rate), np.ones(len(hidden)), np.empty(len(hidden))
    column, carried, update = (
        np.empty((classes, 1)),
        np.empty(len(hidden) + 1),
        np.empty_like(output),
    )
    scaled, carried_back = column[:, 0], carried[:-1]  # views; to the units without the bias
    samples = zip(
        known, gram, hidden_out, rows, active, nets, targets, answers, hidden_deltas, strict=True
    )
    for known_net, dots, h, row, sigmoid, net, y, answered, hidden_delta in samples:
        # Forward: sigmoid(known_net - dots @ hidden_deltas), then the output layer.
        np.dot(dots, hidden_deltas, out=work)
        np.subtract(work, known_net, out=work)
        np.exp(work, out=work)
        np.add(ones, work, out=work)
        np.reciprocal(work, out=sigmoid)
        np.dot(output, h, out=net)
        respond(net, y, answered)
        # Backward: through the old output weights, then these are changed.
        delta = answered[1]
        np.dot(delta, output, out=carried)
        np.subtract(ones, sigmoid, out=work)
        np.multiply(sigmoid, work, out=work)
        np.multiply(carried_back, work, out=hidden_delta)
        np.multiply(rate, delta, out=scaled)
        np.dot(column, row, out=update)
        np.subtract(output, update, out=output)
    hidden -= HIDDEN_LEARNING_RATE * (hidden_deltas.T @ x)
    answers[:, ANSWERED:] = active.reshape(size, -1, CLASSES)
    return Block(nets, targets, answers, hidden_out)


def retrace_block(hidden, output, x, gram, targets, output_rate, answers):
    """Learn from one block of samples, all at once, from the answers and the claims."""
    hidden_out = np.ones((len(x), len(hidden) + 1))
    hidden_out[:, :-1] = answers[:, ANSWERED:].reshape(len(x), -1)
    active, deltas = hidden_out[:, :-1], answers[:, 1]
    # The output weights before each sample, and after the last one.
    weights = np.empty((len(x) + 1, *output.shape))
    weights[0] = output
    np.multiply((output_rate * deltas)[:, :, None], hidden_out[:, None, :], out=weights[1:])
    np.subtract.accumulate(weights, out=weights)
    carried = (weights[:-1, :, :-1].transpose(0, 2, 1) @ deltas[:, :, None])[:, :, 0]
    hidden_deltas = carried * (active * (1.0 - active))
    negative = (gram[:, None, :] @ hidden_deltas)[:, 0] - (x @ hidden.T) / HIDDEN_SCALE
    # What is not a number equals nothing; 0.0 equals -0.0, which no sigmoid gives.
    true = np.array_equal(1.0 / (1.0 + np.exp(negative)), active)
    if not true or np.signbit(active).any():
        return repeat_block(hidden, output, x, gram, targets, output_rate, answers)
    nets = (weights[:-1] @ hidden_out[:, :, None])[:, :, 0]
    output[:] = weights[-1]
    hidden -= HIDDEN_LEARNING_RATE * (hidden_deltas.T @ x)
    return Block(nets, targets, answers, hidden_out)


def repeat_block(hidden, output, x, gram, targets, output_rate, answers):
    """Learn from one block step by step, with answers that are known; claims don't matter."""
    known = iter(answers)

    def respond(_net, _y, out):
        out[:] = next(known)

    return train_block(hidden, output, x, gram, targets, output_rate, respond)
