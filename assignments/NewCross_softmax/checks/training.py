"""The training run of this assignment, computed from what softmax and delta returned.

The loop is blockwise.py's, run on both sides of the border. This file runs on the trusted
side only; it counts what network.py prints, and judges the held-out digits if they are here.
"""

import math
from pathlib import Path

import numpy as np

from grader.checks import (
    Student,
    TrainingTask,
    assert_number,
    load_arrays,
    load_module,
    require,
)
from grader.checks.training import Watch, replay
from grader.results import Epoch, Figure, Measure, Progress, Text, Training

HERE = Path(__file__).parent
PART = 128  # images that are read together
TINY = 1e-300  # below any activation that float64 can tell from 0
SUSPICIOUS = Figure(
    title=Text("Suspicious updates per epoch", "每轮的可疑更新"),
    note=Text(
        "Too large and too small are updates of the output layer's weights, counted by sample.",
        "更新指输出层权重的更新，按样本计数。",
    ),
)


def output_rate(student: Student) -> float:
    """Read the student's learning rate, or fail unless it is a positive number."""
    value = student.value("OUTPUT_LEARNING_RATE")
    require(
        not isinstance(value, str),
        "OUTPUT_LEARNING_RATE is a string; a number is expected, without quotation marks.",
        "OUTPUT_LEARNING_RATE 是字符串；应当是数，不要加引号。",
    )
    rate = assert_number(value)
    require(
        math.isfinite(rate) and rate > 0,
        "OUTPUT_LEARNING_RATE is {rate}; it has to be a positive number.",
        "OUTPUT_LEARNING_RATE 是 {rate}，它应当是正数。",
        rate=f"{rate:g}",
    )
    return rate


def run(student: Student, task: TrainingTask, watch: Watch) -> Training:
    """Train on all digits for the task's epochs, or until a value is not finite."""
    network = load_module(task.folder / "network.py")
    digits = load_arrays(task.folder / "digits.npz")
    images, labels = digits["images"], digits["labels"]
    hidden, output = network.start_weights(task.seed)
    rate = output_rate(student)
    passes = []

    def arguments():
        weights = {"hidden": hidden.copy(), "output": output.copy()}
        passes.append(weights)  # the last ones made are the ones that are trained here
        return weights | {
            "images": images,
            "labels": labels,
            "output_rate": rate,
            "epochs": task.epochs,
        }

    pictures, story = (load_module(HERE / name) for name in ("pictures.py", "story.py"))
    epochs, blocks, samples = [], [], len(images)
    seen = 0  # samples of this epoch
    first, totals = None, story.Totals()
    diverged = False
    # What is not finite is seen in the counts; NumPy need not say it again.
    with np.errstate(all="ignore"):
        for block in replay(student, HERE / "blockwise.py", arguments):
            blocks.append(block)
            if first is None:
                first = pictures.first_update(block, labels, rate)
                # Not read before: a training that is known does not need them.
                unseen = heldout_digits(task.solutions)
            seen += len(block.nets)
            watch(Progress(len(epochs) * samples + seen, task.epochs * samples))
            diverged = not np.isfinite(block.nets).all()
            if diverged or seen == samples:
                count = Count(network, blocks, labels[:seen], rate)
                accuracy = None
                if unseen is not None:
                    nets = judge(network, passes[-1], unseen["images"])
                    accuracy = share_right(nets, unseen["labels"])
                epochs.append(count.epoch(len(epochs) + 1, accuracy))
                watch(epochs[-1])
                totals = totals.plus(count)
                blocks, seen = [], 0
            if diverged:
                break
        if unseen is None:
            nets = judge(network, passes[-1], images)
        worst, confusion = pictures.reading(nets, unseen or digits, heldout=unseen is not None)
        plot = pictures.plot(first)
        told = story.story(totals, first, rate, network.TOO_LARGE, epochs)
    return Training(
        epochs=tuple(epochs),
        samples=samples,
        threshold=task.threshold,
        converged=not diverged and epochs[-1].train_accuracy >= task.threshold,
        diverged=diverged,
        measures=(
            Measure(
                "output_rate", rate, Text("learning rate of the output layer", "输出层的学习率")
            ),
            Measure("largest_update", totals.largest),
        ),
        figure=SUSPICIOUS,
        comparisons=pictures.comparisons(task.folder, task.epochs),
        story=told,
        plot=plot,
        worst=worst,
        confusion=confusion,
    )


class Count:
    """What is counted of an epoch, from its blocks, with the definitions of network.py."""

    def __init__(self, network, blocks, labels, rate):
        """Count: labels are the true digits of the blocks' samples, in order."""
        nets, _, answers, inputs = map(np.concatenate, zip(*blocks, strict=True))
        self.samples = len(labels)
        # By the nets, which this side computed. The activations are the student's word.
        self.right = np.argmax(nets, axis=1) == labels
        activations, deltas = answers[:, 0], np.abs(answers[:, 1])
        chosen = activations[np.arange(len(labels)), labels]
        self.loss = float(np.sum(-np.log(np.maximum(chosen, TINY))))
        # An update is rate * delta_k * h_j, so the largest factors make the largest one, and
        # the smallest that are not 0 the smallest.
        inputs = np.abs(inputs)
        largest = rate * deltas.max(axis=1) * inputs.max(axis=1)
        smallest = rate * not_zero(deltas).min(axis=1) * not_zero(inputs).min(axis=1)
        for i in np.flatnonzero(smallest == 0):  # too small for a float: look at all of them
            smallest[i] = not_zero(rate * np.multiply.outer(deltas[i], inputs[i])).min()
        largest[~np.isfinite(largest)] = np.inf
        self.largest_update = float(largest.max())
        self.too_large = int(np.sum(largest > network.TOO_LARGE))
        self.small = smallest < network.TOO_SMALL
        self.too_small = int(np.sum(self.small))

    def epoch(self, number, heldout_accuracy):
        """Sum up."""
        return Epoch(
            epoch=number,
            loss=self.loss / self.samples,
            train_accuracy=int(np.sum(self.right)) / self.samples,
            heldout_accuracy=heldout_accuracy,
            measures=(
                Measure("updates_too_large", self.too_large, Text("too large", "更新过大")),
                Measure("updates_too_small", self.too_small, Text("too small", "更新过小")),
            ),
        )


def not_zero(sizes):
    """The same numbers, with infinity in the place of 0."""
    return np.where(sizes == 0, np.inf, sizes)


def heldout_digits(solutions):
    """The held-out images and labels; None in a student's kit."""
    return None if solutions is None else load_arrays(solutions / "heldout.npz")


def judge(network, weights, images):
    """The output nets of images, uint8 (n, 784): (n, 10). In parts, which stay in the cache."""
    nets = np.empty((len(images), len(weights["output"])))
    inputs, h = (np.ones((PART, weights[name].shape[1])) for name in ("hidden", "output"))
    for start in range(0, len(images), PART):
        part = images[start : start + PART]
        x, active = inputs[: len(part)], h[: len(part)]  # the last one of each is the bias unit
        np.divide(part, 255.0, out=x[:, :-1])
        active[:, :-1] = network.sigmoid(x @ weights["hidden"].T / network.HIDDEN_SCALE)
        nets[start : start + PART] = active @ weights["output"].T
    return nets


def share_right(nets, labels):
    """The share of samples of which the largest net is the true digit's."""
    return float(np.mean(np.argmax(nets, axis=1) == labels))
