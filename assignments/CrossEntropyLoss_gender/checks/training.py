"""The training run of this assignment, computed from what delta returned.

The loop is loop.py's, run on both sides of the border. This file runs on the trusted side
only; it counts what network.py prints, and asks the two questions.
"""

import json
from pathlib import Path

import numpy as np

from grader.checks import Student, TrainingTask, load_module
from grader.checks.training import Watch, replay
from grader.results import Comparison, Epoch, Measure, Progress, Text, Training

HERE = Path(__file__).parent
MOST_LOSS = 0.02  # see assignment.toml
TINY = 1e-300  # below any output that float64 can tell from 0


def run(student: Student, task: TrainingTask, watch: Watch) -> Training:
    """Train on the four people, noting every fiftieth epoch, until a value is not finite."""
    network = load_module(task.folder / "network.py")
    hidden, output = network.start_weights(task.seed)
    labels, people = network.LABELS, network.PEOPLE - network.CENTRE
    passes = []

    def arguments():
        weights = {"hidden": hidden.copy(), "output": output.copy()}
        passes.append(weights)  # the last ones made are the ones that are trained here
        return weights | {"people": people, "labels": labels, "epochs": task.epochs}

    epochs, done, diverged = [], 0, False
    # What is not finite is seen in the outputs; NumPy need not say it again.
    with np.errstate(all="ignore"):
        for block in replay(student, HERE / "loop.py", arguments):
            outputs = block.outputs.reshape(-1, len(labels))  # a row for each epoch
            broken = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
            diverged = len(broken) > 0
            outputs = outputs[: broken[0] + 1] if diverged else outputs
            done, last = done + len(outputs), outputs[-1]
            watch(Progress(done * len(labels), task.epochs * len(labels)))
            answers = ask(network, passes[-1])
            epochs.append(
                Epoch(
                    epoch=done,
                    loss=mean_loss(last, labels),
                    train_accuracy=float(np.mean((last > 0.5) == (labels == 1.0))),
                    heldout_accuracy=heldout_accuracy(answers, task.solutions),
                )
            )
            watch(epochs[-1])
            if diverged:
                break
    return Training(
        epochs=tuple(epochs),
        samples=len(labels),
        threshold=task.threshold,
        most_loss=MOST_LOSS,
        converged=not diverged
        and epochs[-1].train_accuracy >= task.threshold
        and epochs[-1].loss <= MOST_LOSS,
        measures=tuple(map(measured, range(1, len(answers) + 1), network.QUESTIONS, answers)),
        diverged=diverged,
        comparisons=(reference(task.folder, task.epochs),),
    )


def reference(folder, epochs):
    """The curves of curves.json, which the course team made: means over its random starts."""
    curves = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    noted = tuple(epoch for epoch in curves["epochs"] if epoch <= epochs)
    losses, accuracies = (
        tuple(np.mean(curves[name], axis=0).round(4).tolist()[: len(noted)])
        for name in ("losses", "accuracies")
    )
    return Comparison(
        title=Text("reference answer", "参考答案"),
        note=Text(
            "Reference answer: the mean of {starts} random starts.",
            "参考答案：{starts} 次随机初始化的平均值。",
            {"starts": len(curves["losses"])},
        ),
        epochs=noted,
        losses=losses,
        accuracies=accuracies,
    )


def mean_loss(a, y):
    """The lesson's loss of the outputs a, (n,), and the labels y, (n,)."""
    return float(-np.mean(np.log(np.maximum(np.where(y == 1.0, a, 1.0 - a), TINY))))


def ask(network, weights):
    """The network's outputs for the questions, (2,)."""
    return np.array([network.forward(**weights, person=q)[1] for q in network.QUESTIONS])


def heldout_accuracy(answers, solutions):
    """The share of the questions that were answered right; None where nobody knows."""
    if solutions is None:
        return None
    labels = np.loadtxt(solutions / "questions.csv", delimiter=",", skiprows=1)[:, -1]
    return float(np.mean((answers > 0.5) == (labels == 1.0)))


def measured(number, question, answer):
    """What the page shows of a question."""
    weight, height = map(int, question)
    return Measure(
        name=f"question_{number}",
        value=round(float(answer), 4),
        title=Text(
            "output for {weight} kg and {height} cm",
            "{weight} kg、{height} cm 的输出",
            {"weight": weight, "height": height},
        ),
    )
