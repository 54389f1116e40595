"""Make curves.json: the learning curves that a student's are drawn beside.

Run it from any folder, without arguments; it takes about a minute::

    python make_curves.py

Two networks learn the students' 8,000 digits for four epochs from 20 random starts each: the
reference answer, and the lesson before it, whose output layer is a sigmoid with squared error.
The loop is blockwise.py's for both. Two runs on the same machine write the same bytes; on
another, sums are rounded otherwise and the last digits may differ.
"""

import json
from pathlib import Path

import numpy as np

from grader.checks import load_module

SEEDS = 20
EPOCHS = 4
HERE = Path(__file__).resolve().parent
STUDENTS = HERE.parents[1] / "assignments" / HERE.name

OLD_SCALE = 31 / 10  # as the hidden layer's: its number of inputs, over 10
OLD_RATE = 1.0

ANSWER = load_module(HERE / "NewCross_softmax_answer.py")
NETWORK = load_module(STUDENTS / "network.py")
BLOCKWISE = load_module(STUDENTS / "checks" / "blockwise.py")


def softmax_with_cross_entropy(net, y, out):
    """Answer one step as the reference does."""
    BLOCKWISE.answer(ANSWER, net, y, out)


def sigmoid_with_squared_error(net, y, out):
    """Answer one step as the old network did: E is the sum of (a - y)^2."""
    out[0] = a = NETWORK.sigmoid(net / OLD_SCALE)
    out[1] = 2 * (a - y) * a * (1 - a)


def curves(respond, rate, seed):
    """Train from one start.

    Returns the mean cross-entropy and the accuracy of each epoch, both (EPOCHS,).
    """
    digits = dict(np.load(STUDENTS / "digits.npz"))
    weights = NETWORK.start_weights(seed)
    blocks = list(
        BLOCKWISE.train(*weights, digits["images"], digits["labels"], rate, EPOCHS, respond)
    )
    labels = np.tile(digits["labels"], EPOCHS)
    nets = np.concatenate([block.nets for block in blocks])
    chosen = np.concatenate([block.answers[:, 0] for block in blocks])[np.arange(len(nets)), labels]
    right = np.argmax(nets, axis=1) == labels
    return -np.log(chosen).reshape(EPOCHS, -1).mean(axis=1), right.reshape(EPOCHS, -1).mean(axis=1)


def rounded(rows):
    """Numbers as they are written: four decimals are more than a chart can show."""
    return [[round(float(value), 4) for value in row] for row in rows]


def main() -> None:
    """Write the file and say what is in it."""
    runs = {
        "reference": [
            curves(softmax_with_cross_entropy, ANSWER.OUTPUT_LEARNING_RATE, seed)
            for seed in range(SEEDS)
        ],
        "old": [curves(sigmoid_with_squared_error, OLD_RATE, seed) for seed in range(SEEDS)],
    }
    content = {
        name: {
            "losses": rounded(losses for losses, _ in found),
            "accuracies": rounded(accuracies for _, accuracies in found),
        }
        for name, found in runs.items()
    }
    del content["old"]["losses"]  # another quantity was minimised
    (STUDENTS / "curves.json").write_text(json.dumps(content) + "\n", encoding="utf-8")
    for name, curve in content.items():
        for kind, rows in curve.items():
            print(f"{name}, {kind}: mean {np.mean(rows, axis=0).round(4).tolist()}")


if __name__ == "__main__":
    main()
