"""The training loop of network.py for both sides of the border. Same arithmetic, same weights.

In the student's process `respond` asks the student's `delta` at each step; in the trusted one
it fills in what was answered, and the same loop computes the weights again.
"""

from typing import NamedTuple

import numpy as np

EPOCHS_TOGETHER = 50  # epochs in a block
PEOPLE = 4
BLOCK = EPOCHS_TOGETHER * PEOPLE
STEP_ANSWER = (1,)
LEARNING_RATE = 0.1


class Block(NamedTuple):
    """What happened in some epochs, fewer than `EPOCHS_TOGETHER` at the end."""

    outputs: np.ndarray  # (epochs * people,), the network's output at each step
    answers: np.ndarray  # (epochs * people, 1), the delta of each step


def answer(student, a, y, out):
    """Ask the student's function for one step's delta. Runs in the guest."""
    out[:] = student.delta(a, y)


def train(hidden, output, people, labels, epochs, respond):
    """Train in place, yielding a Block every `EPOCHS_TOGETHER` epochs.

    hidden: float64 (2, 3), output: float64 (3,); both are changed.
    people: centred, float64 (n, 2), labels: float64 (n,).
    respond(a, y, out): puts the delta of one step into out, (1,).
    """
    x = np.column_stack([people, np.ones(len(people))])
    together = list(zip(x, labels.tolist(), strict=True))
    h = np.ones(len(hidden) + 1)
    active, carry = h[:-1], output[:-1]  # without the biases
    for first in range(0, epochs, EPOCHS_TOGETHER):
        count = min(EPOCHS_TOGETHER, epochs - first)
        outputs, answers = [], np.empty((count * len(x), *STEP_ANSWER))
        for (person, y), answered in zip(together * count, answers, strict=True):
            np.divide(1.0, 1.0 + np.exp(-hidden.dot(person)), out=active)
            a = 1.0 / (1.0 + np.exp(-output.dot(h)))
            outputs.append(a)
            respond(a, y, answered)
            step = LEARNING_RATE * answered[0]
            hidden -= np.multiply.outer(step * carry * active * (1.0 - active), person)
            output -= step * h
        yield Block(np.array(outputs), answers)
