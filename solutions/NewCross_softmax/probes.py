"""What the functions are tried with, to recognise the known mistakes by what they return.

Students are shown such calls, and what is right there: none may be one that a hidden check makes.
"""

import numpy as np

CLASSES = (2, 3, 5, 9, 10, 11, 17)
SLOW = 0.02  # the smallest learning rate that was seen to reach the bar


def activations(rng, classes):
    """Activations that sum to 1, none near 0: any guard in a logarithm is far below them."""
    raw = rng.random(classes) + 0.15
    return raw / raw.sum()


def label(classes, true):
    return np.eye(classes)[true]


def probes(rng):
    """Inputs at which all right answers agree."""
    nets = [rng.normal(scale=scale, size=n) for scale in (1.0, 3.0) for n in CLASSES]
    nets += [nets[3].copy(), np.abs(nets[4]) + 0.1, -np.abs(nets[5]) - 0.1]
    nets += [rng.normal(size=10) + 12.0, nets[0] * 4.0]
    samples = []
    for classes in CLASSES:
        a = activations(rng, classes)
        best = int(np.argmax(a))
        trues = (best, 0, classes - 1, int(rng.integers(classes)))
        samples += [(a, label(classes, true)) for true in trues]
    lists = [rng.exponential(size=n).tolist() for n in (3, 1, 2, 3, 8, 40)]
    return {
        "softmax": [(net,) for net in nets],
        "loss": samples,
        "delta": samples,
        "mean_loss": [(losses,) for losses in lists],
    }


def extremes(rng):
    """Nets whose powers overflow, and activations that are exactly 0 or 1."""
    small = rng.normal(size=10)
    far = small.copy()
    far[rng.integers(10)] -= 4000.0
    tall = small.copy()
    tall[rng.integers(10)] += 4000.0
    a = np.array([0.0, 0.4, 0.6, 0.0])
    samples = [(a, label(4, 1)), (np.array([0.0, 0.0, 1.0]), label(3, 2))]
    return {
        "softmax": [(net,) for net in (small + 4000.0, small - 4000.0, far, tall)],
        "loss": samples,
        "delta": samples,
    }


def rate_kind(rate):
    """Say in which way a learning rate, a float or a string, goes wrong."""
    if isinstance(rate, str):
        return "text"
    if rate <= 0.0:
        return "not positive"
    if rate < SLOW:
        return "too small"
    return "still too large" if 1.0 < rate < 10.0 else rate


KINDS = {"OUTPUT_LEARNING_RATE": rate_kind}
