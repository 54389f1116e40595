"""Make curves.json: the learning curve of the reference answer, beside which a student's is drawn.

Run it from any folder, without arguments; it takes some seconds::

    python make_curves.py

The reference answer learns from the four people from 20 random starts, and every fiftieth epoch
is noted, as for a student's. Two runs on the same machine write the same bytes.
"""

import json
from pathlib import Path

import numpy as np

from grader.checks import load_module

SEEDS = 20
HERE = Path(__file__).resolve().parent
STUDENTS = HERE.parents[1] / "assignments" / HERE.name

ANSWER = load_module(HERE / "CrossEntropyLoss_gender_answer.py")
NETWORK = load_module(STUDENTS / "network.py")
LOOP = load_module(STUDENTS / "checks" / "loop.py")


def respond(a, y, out):
    """Answer one step as the reference does."""
    LOOP.answer(ANSWER, a, y, out)


def curves(seed):
    """Train from one start.

    Returns the mean loss and the accuracy of every fiftieth epoch, both (20,).
    """
    people = NETWORK.PEOPLE - NETWORK.CENTRE
    blocks = LOOP.train(
        *NETWORK.start_weights(seed), people, NETWORK.LABELS, NETWORK.EPOCHS, respond
    )
    last = [block.outputs[-len(people) :] for block in blocks]
    losses = [ANSWER.loss(a, NETWORK.LABELS) for a in last]
    accuracies = [np.mean((a > 0.5) == (NETWORK.LABELS == 1.0)) for a in last]
    return np.array(losses), np.array(accuracies)


def main() -> None:
    """Write the file and say what is in it."""
    losses, accuracies = zip(*map(curves, range(SEEDS)), strict=True)
    content = {
        "epochs": list(range(LOOP.EPOCHS_TOGETHER, NETWORK.EPOCHS + 1, LOOP.EPOCHS_TOGETHER)),
        "losses": [[round(float(value), 4) for value in row] for row in losses],
        "accuracies": [[round(float(value), 4) for value in row] for row in accuracies],
    }
    (STUDENTS / "curves.json").write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(f"mean losses: {np.mean(losses, axis=0).round(4).tolist()}")


if __name__ == "__main__":
    main()
