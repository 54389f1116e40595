"""CrossEntropyLoss_gender itself: answer, network, training run and handouts.

Mistakes, other styles and mutants are `grader verify`'s, which CI runs beside the tests.
"""

import re
import subprocess
import sys

import numpy as np
import pytest

from grader.checks import load_module
from grader.checks.training import TrainingTask, run_training
from grader.course import load_assignment
from grader.release.kit import stale
from grader.results import measured
from tests.command import ROOT, grade, lost, replace_in
from tests.students import FakeStudent

NAME = "CrossEntropyLoss_gender"
STUDENTS, TEAM = ROOT / "assignments" / NAME, ROOT / "solutions" / NAME
ANSWER = TEAM / f"{NAME}_answer.py"
TASKS = {"loss": "Task 1", "delta": "Task 2"}


def right(a, y):
    return a - y


def sigmoid_factor(a, y):
    return (a - y) * a * (1.0 - a)


@pytest.fixture
def work(tmp_path):
    """Write the answer with parts of it replaced."""

    def write(*pairs):
        path = tmp_path / f"{NAME}.py"
        path.write_text(ANSWER.read_text(encoding="utf-8"), encoding="utf-8")
        replace_in(path, *pairs)
        return path

    return write


@pytest.fixture
def train():
    """Run the training with a delta of our own, in this process."""

    def train(delta, seed=0, epochs=1000, solutions=TEAM):
        task = TrainingTask(STUDENTS, solutions, epochs, 1.0, seed)
        file = STUDENTS / "checks" / "training.py"
        return run_training(FakeStudent(delta=delta), file, task, lambda _event: None)

    return train


def test_the_answer_earns_full_marks(work):
    """The reference answer passes every check, and its JSON tells what was measured."""
    ran = grade(work())
    assert (ran.code, ran.result["score"], lost(ran.result)) == (0, 100.0, set())
    training = ran.result["training"]
    assert list(training) == ["epochs", "question_1", "question_2", "converged"]
    assert [e["epoch"] for e in training["epochs"]] == list(range(50, 1001, 50))
    assert set(training["epochs"][0]) == {"epoch", "loss", "train_accuracy", "heldout_accuracy"}
    assert training["question_1"] < 0.05
    assert training["question_2"] > 0.95


def test_the_template_says_which_task_is_not_done(work):
    """The untouched template has no point, and every failure names its task."""
    ran = grade(STUDENTS / f"{NAME}.py", "--html", work().with_suffix(".html"))
    assert ran.result["score"] == 0.0
    for check in ran.result["checks"]:
        assert any(f"{task}:" in check["message"] for task in TASKS.values()), check


@pytest.mark.parametrize(
    ("guard", "checks"),
    [
        ("np.clip(a, 1e-12, 1 - 1e-12)", set()),
        ("np.clip(a, 1e-7, 1 - 1e-7)", set()),
        ("np.asarray(a)", {"test_hidden_loss::exact_zeros"}),
    ],
)
def test_the_plain_formula_loses_only_the_points_for_stability(work, guard, checks):
    """Whatever guard there is, it is right; without one, only exact zeros go wrong."""
    ran = grade(work(("np.clip(a, 1e-12, 1 - 1e-12)", guard)))
    assert lost(ran.result) == checks
    assert ran.result["score"] == 100.0 - 3.0 * len(checks)


@pytest.mark.parametrize("seed", range(8))
def test_training_reaches_the_bar_from_every_start(train, seed):
    """The right delta learns all four people and both questions; the old one is too slow."""
    good, slow = train(right, seed), train(sigmoid_factor, seed)
    assert good.converged
    assert not slow.converged
    assert good.epochs[-1].loss < 0.01 < good.most_loss < 0.05 < slow.epochs[-1].loss
    assert good.epochs[-1].heldout_accuracy == slow.epochs[-1].heldout_accuracy == 1.0


def test_the_wrong_direction_learns_the_opposite(train):
    """With the opposite sign no one is told apart, and nothing breaks."""
    training = train(lambda a, y: y - a)
    assert not training.diverged
    assert not training.converged
    assert training.epochs[-1].heldout_accuracy <= 0.5


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e308])
def test_training_that_breaks_down_is_stopped(train, value):
    """A delta that is not finite, or huge, ends the run in its epoch."""
    calls = iter(range(10_000))
    training = train(lambda a, y: value if next(calls) >= 4 * 70 else a - y)
    assert training.diverged
    assert [e.epoch for e in training.epochs] == [50, 71]
    assert not training.converged


def test_a_students_kit_has_no_labels_of_the_questions(train):
    """Without solutions/ the questions are asked all the same, and nobody judges the answers."""
    training = train(right, epochs=60, solutions=None)
    assert [e.epoch for e in training.epochs] == [50, 60]
    assert [e.heldout_accuracy for e in training.epochs] == [None, None]
    assert 0.0 < measured(training, "question_1") < measured(training, "question_2") < 1.0


def test_the_loop_is_the_lessons_loop(train):
    """The trusted loop has network.py's weights to rounding, and records what it prints."""
    network, loop = (load_module(STUDENTS / p) for p in ("network.py", "checks/loop.py"))
    answer, said = load_module(ANSWER), []
    slow = network.train(answer.loss, answer.delta, epochs=200, seed=3, say=said.append)
    hidden, output = network.start_weights(3)
    blocks = loop.train(
        hidden, output, network.PEOPLE - network.CENTRE, network.LABELS, 200,
        lambda a, y, out: loop.answer(answer, a, y, out),
    )  # fmt: skip
    assert [len(block.outputs) for block in blocks] == [200] * 4
    np.testing.assert_allclose(hidden, slow[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(output, slow[1], rtol=0, atol=1e-12)
    training = train(right, seed=3, epochs=200)
    recorded = [f"epoch {e.epoch}: mean loss {e.loss:.4f}" for e in training.epochs]
    assert recorded == said[4:20:5]
    assert f"output {measured(training, 'question_1'):.4f}, male" in said[-2]


def test_nothing_but_delta_is_trained_with(work):
    """Weights that a submission finds and changes are not the ones that count."""
    stolen = """
import sys
def delta(a, y):
    frame = sys._getframe()
    while frame:
        if "output" in frame.f_locals and "hidden" in frame.f_locals:
            frame.f_locals["output"][:] = 7.0
        frame = frame.f_back
    return 0.0 * a
"""
    ran = grade(work(("\n\nif __name__", f"{stolen}\n\nif __name__")), "--only", "training")
    assert ran.result["score"] == 0.0
    assert ran.result["training"]["epochs"][-1]["train_accuracy"] == 0.5


def test_running_the_file_trains_and_asks(tmp_path, work):
    """Running the file prints the mean loss every 10 epochs, and answers both questions."""
    work(("network.train(loss, delta)", "network.train(loss, delta, epochs=200)"))
    (tmp_path / "network.py").symlink_to(STUDENTS / "network.py")
    done = subprocess.run(
        [sys.executable, f"{NAME}.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    *losses, him, her = done.stdout.splitlines()
    assert len(losses) == 20
    assert re.fullmatch(r"epoch 10: mean loss 0\.\d{4}", losses[0])
    assert re.fullmatch(r"89 kg, 190 cm: output 0\.\d{4}, male", him)
    assert re.fullmatch(r"60 kg, 155 cm: output 0\.\d{4}, female", her)


def test_files_are_in_step():
    """Template, notebook, digests and the questions are what they are made from."""
    assert stale(load_assignment(STUDENTS, ROOT)) == ()
    asked = np.loadtxt(TEAM / "questions.csv", delimiter=",", skiprows=1)
    network = load_module(STUDENTS / "network.py")
    np.testing.assert_array_equal(asked[:, :2], network.QUESTIONS)


def test_the_handouts_tell_the_same_steps():
    """Both handouts have the seven steps, the tasks, the groups' points and the same losses."""
    english, chinese = ((STUDENTS / n).read_text("utf-8") for n in ("README.md", "README.zh-CN.md"))
    settings = load_assignment(STUDENTS, ROOT).settings
    for text in (english, chinese):
        assert all(f"{task} | `{name}(a, y)`" in text for name, task in TASKS.items())
        assert all(f"| `{g.name}` | {g.points} |" in text for g in settings.groups)
        assert str(settings.hidden.checks) in text
    assert english.count("$$") == chinese.count("$$") > 6
    assert re.findall("epoch .*", english) == re.findall("epoch .*", chinese)
    for number in range(1, 8):
        assert re.search(rf"(?i)step {number}\b", english), number
        assert re.search(rf"第 ?{number} ?步", chinese), number
