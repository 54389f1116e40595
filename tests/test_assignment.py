"""NewCross_softmax itself: template, answer, digits and handouts.

Mistakes, other styles and mutants are `grader verify`'s, which CI runs beside the tests.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grader.checks import load_module
from grader.course import load_assignment
from grader.grading import grade
from grader.release.kit import stale
from grader.release.template import template_of
from grader.results import Outcome, measured, score
from grader.sandbox.forkserver import Forkserver
from grader.submission import read_submission

COURSE = Path(__file__).parents[1]
STUDENTS = COURSE / "assignments" / "NewCross_softmax"
TEAM = COURSE / "solutions" / "NewCross_softmax"
ANSWER = TEAM / "NewCross_softmax_answer.py"
TASKS = {"softmax": "Task 1a", "loss": "Task 1b", "delta": "Task 1c", "mean_loss": "Task 1d"}


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(STUDENTS, COURSE)


@pytest.fixture(scope="module")
def forkserver(assignment):
    server = Forkserver(assignment.settings.limits)
    yield server
    server.close()


@pytest.fixture
def graded(assignment, forkserver):
    def run(path, seed=0, only=None):
        submission = read_submission(path, assignment.settings.files, 2048)
        return grade(assignment, submission, forkserver, seed=seed, only=only)

    return run


def lost(report):
    return {c.id for c in report.checks if c.outcome is not Outcome.PASSED}


# The answer, the template and everything in between


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_the_reference_answer_earns_full_marks(graded, seed):
    """The reference answer passes every check, whatever the seed."""
    report = graded(ANSWER, seed)
    assert lost(report) == set()
    assert score(report) == 100.0


@pytest.mark.parametrize("name", ["NewCross_softmax.py", "NewCross_softmax.ipynb"])
def test_the_template_earns_nothing_and_says_what_to_do(graded, name):
    """The untouched template has no point, and every failure names its task."""
    report = graded(STUDENTS / name)
    assert score(report) == 0.0
    for check in report.checks:
        text = str(check.message)
        assert any(task in text for task in (*TASKS.values(), "Task 2")), (check.id, text)
        assert "not implemented" in text or "not chosen" in text, (check.id, text)


def test_the_plain_formula_loses_only_the_points_for_stability(graded, tmp_path):
    """The lesson's published answer, without any guard, has 95 of 100 points."""
    plain = tmp_path / "NewCross_softmax.py"
    source = ANSWER.read_text(encoding="utf-8")
    source = source.replace("powers = np.exp(net - np.max(net))", "powers = np.exp(net)")
    source = re.sub(r"return -np\.log\(max\(.*", "return -np.sum(y * np.log(a))", source)
    plain.write_text(source, encoding="utf-8")
    report = graded(plain)
    assert lost(report) == {"test_hidden_softmax::large_nets", "test_hidden_loss::exact_zeros"}
    assert score(report) == 95.0


def test_without_softmax_training_is_skipped_for_that_reason(graded, tmp_path):
    """A check that can't be run says why, in the words of what it depends on."""
    work = tmp_path / "NewCross_softmax.py"
    work.write_text(ANSWER.read_text(encoding="utf-8").replace("def softmax", "def soft_max"))
    report = graded(work)
    training = next(c for c in report.checks if c.id == "test_training::converges")
    assert training.outcome is Outcome.SKIPPED
    assert "There is no softmax, but there is soft_max." in str(training.message)
    assert report.training is None


def test_each_rate_tells_the_lessons_story(graded):
    """At 10 updates are too large, at 1.0 none is and it stops short, at 0.1 it converges."""
    ten = graded(TEAM / "mistakes" / "rate_10.py").training
    one = graded(TEAM / "mistakes" / "rate_1.py").training
    tenth = graded(ANSWER).training
    assert measured(ten.epochs[0], "updates_too_large") > 4000
    assert sum(measured(e, "updates_too_large") for e in (*one.epochs, *tenth.epochs)) == 0
    assert ten.epochs[-1].train_accuracy < 0.7 < one.epochs[-1].train_accuracy < 0.92
    assert tenth.epochs[-1].train_accuracy > 0.95
    assert [ten.converged, one.converged, tenth.converged] == [False, False, True]


# The files


def test_the_template_is_the_answer_without_its_solutions(assignment):
    """Template, notebook and digests are what the answer makes of them today."""
    assert stale(assignment) == ()
    template = (STUDENTS / "NewCross_softmax.py").read_text(encoding="utf-8")
    assert template == template_of(ANSWER.read_text(encoding="utf-8"), ANSWER.name)
    assert re.findall(r'NotImplementedError\("(Task \d\w): ', template) == list(TASKS.values())
    assert "\nOUTPUT_LEARNING_RATE = 10.0\n" in template


def test_the_notebook_holds_the_template():
    """Every function and constant of the template stands in the notebook, word for word."""
    notebook = nbformat.read(STUDENTS / "NewCross_softmax.ipynb", as_version=4)
    nbformat.validate(notebook)
    template = (STUDENTS / "NewCross_softmax.py").read_text(encoding="utf-8")
    cells = [c.source for c in notebook.cells if c.cell_type == "code"]
    assert sum(cell in template for cell in cells) == len(cells) == 7
    assert [n for n in TASKS if any(f"def {n}(" in cell for cell in cells)] == list(TASKS)
    assert all(c.get("outputs", []) == [] for c in notebook.cells)


def test_the_templates_digests_are_those_of_assignment_toml(assignment):
    """The digests by which an untouched template is known are up to date."""
    for file in assignment.settings.files:
        data = (STUDENTS / file.name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file.template_sha256, file.name


def test_the_digits_are_the_lessons():
    """Training and held-out digits together are the 10,000 of the lesson, digit by digit."""
    digits = dict(np.load(STUDENTS / "digits.npz"))
    heldout = dict(np.load(TEAM / "heldout.npz"))
    assert (len(digits["labels"]), len(heldout["labels"])) == (8000, 2000)
    counts = np.bincount(np.concatenate([digits["labels"], heldout["labels"]]))
    assert counts.tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    for part in (digits, heldout):
        assert part["images"].shape == (len(part["labels"]), 784)
        assert part["images"].dtype == part["labels"].dtype == np.uint8
        assert part["images"].max() == 255


def test_no_held_out_digit_is_among_the_students():
    """Not one held-out image is in the students' file."""
    digits, heldout = np.load(STUDENTS / "digits.npz"), np.load(TEAM / "heldout.npz")
    known = {image.tobytes() for image in digits["images"]}
    assert not [i for i, image in enumerate(heldout["images"]) if image.tobytes() in known]


def test_nothing_of_the_solutions_is_in_the_students_folder():
    """No file of the assignment names the solutions folder or holds a line of a hidden check."""
    hidden = {
        line.strip()
        for path in (TEAM / "checks").glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.strip()) > 50 and "hint" not in line and "import" not in line
    }
    for path in STUDENTS.rglob("*"):
        if path.suffix in (".py", ".md", ".ipynb", ".toml"):
            text = path.read_text(encoding="utf-8")
            assert "softmax_answer" not in text
            assert not hidden & {line.strip() for line in text.splitlines()}, path


def test_the_handouts_tell_the_same_steps():
    """Both handouts have the lesson's eight steps, the tasks, the groups and their points."""
    english, chinese = ((STUDENTS / n).read_text("utf-8") for n in ("README.md", "README.zh-CN.md"))
    for text in (english, chinese):
        assert all(name in text for name in (*TASKS, "OUTPUT_LEARNING_RATE", "grader check"))
        assert all(points in text for points in ("28", "16", "12", "15", "24"))
    assert english.count("$$") == chinese.count("$$") > 6
    for number in range(1, 9):
        assert re.search(rf"(?i)step {number}\b", english), number
        assert re.search(rf"第 ?{number} ?步", chinese), number


def test_running_the_file_trains_and_warns(tmp_path):
    """Running NewCross_softmax.py prints each epoch's loss and accuracy, and the warnings."""
    for path in (STUDENTS / "network.py", STUDENTS / "digits.npz"):
        (tmp_path / path.name).symlink_to(path)
    source = ANSWER.read_text(encoding="utf-8").replace("RATE = 0.1", "RATE = 10.0")
    source = source.replace("OUTPUT_LEARNING_RATE)", "OUTPUT_LEARNING_RATE, epochs=1)")
    (tmp_path / "NewCross_softmax.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "NewCross_softmax.py"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert re.match(r"epoch 1: mean loss \d+\.\d{4}, accuracy \d+\.\d%\n", done.stdout)
    assert "warning: output layer's gradient too large in " in done.stdout


# The trusted loop


def test_the_block_loop_is_the_lessons_loop():
    """After an epoch of 8,000 digits the fast loop has network.py's weights, to rounding."""
    network = load_module(STUDENTS / "network.py")
    blockwise = load_module(STUDENTS / "checks" / "blockwise.py")
    answer = load_module(ANSWER)
    said = []
    slow = network.train(
        answer.softmax, answer.loss, answer.delta, answer.mean_loss, 0.1, epochs=1, say=said.append
    )
    digits = dict(np.load(STUDENTS / "digits.npz"))
    hidden, output = network.start_weights(0)

    def respond(net, y, out):
        blockwise.answer(answer, net, y, out)

    nets = [
        block.nets
        for block in blockwise.train(
            hidden, output, digits["images"], digits["labels"], 0.1, 1, respond
        )
    ]
    np.testing.assert_allclose(hidden, slow[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(output, slow[1], rtol=0, atol=1e-9)
    right = np.mean(np.argmax(np.concatenate(nets), axis=1) == digits["labels"])
    assert f"accuracy {right:.1%}" in said[0]


def loops(size, answer, seed=1):
    """The trusted loop's module, and what both of its ways take: weights and images of noise."""
    network = load_module(STUDENTS / "network.py")
    rng = np.random.default_rng(size)
    images = rng.integers(0, 256, size=(size, 784), dtype=np.uint8)

    def arguments():
        hidden, output = network.start_weights(seed)
        return {"hidden": hidden, "output": output, "images": images, "output_rate": 0.1,
                "labels": np.arange(size) % 10, "epochs": 2}  # fmt: skip

    def respond(net, y, out):
        out[0], out[1] = answer(net, y)

    return load_module(STUDENTS / "checks" / "blockwise.py"), arguments, respond


def taker(blocks):
    """Give the answers of so many steps."""
    steps = iter(np.concatenate([block.answers for block in blocks]))
    return lambda count: np.stack([next(steps) for _ in range(count)])


def right(net, y):
    powers = np.exp(net - net.max())
    return powers / powers.sum(), powers / powers.sum() - y


@pytest.mark.parametrize("size", [1, 31, 32, 33, 70])
def test_retracing_a_training_gives_the_same(size):
    """From the answers alone come the same nets and weights, to the bit, in short blocks, too."""
    blockwise, arguments, respond = loops(size, right)
    there, here = arguments(), arguments()
    blocks = list(blockwise.train(**there, respond=respond))
    again = list(blockwise.retrace(**here, take=taker(blocks)))
    assert sum(len(b.nets) for b in again) == 2 * size
    for block, other in zip(blocks, again, strict=True):
        np.testing.assert_array_equal(other.nets, block.nets)
    for name in ("hidden", "output"):
        np.testing.assert_array_equal(here[name], there[name])


def test_retracing_an_honest_training_repeats_no_step(monkeypatch):
    """Where all claims are true, no block is computed step by step: they fit to the bit."""
    blockwise, arguments, respond = loops(70, right)
    blocks = list(blockwise.train(**arguments(), respond=respond))
    monkeypatch.delattr(blockwise, "repeat_block")
    assert len(list(blockwise.retrace(**arguments(), take=taker(blocks)))) == len(blocks)


LIES = {
    "a bit off": lambda claims: np.nextafter(claims, 1.0),
    "nothing": np.zeros_like,
    "nan": lambda claims: claims * np.nan,
    "huge": lambda claims: claims * 1e308 * 10,
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_claim_that_is_not_true_changes_nothing(lie):
    """Whatever is claimed of one hidden activation, nets and weights stay the same, to the bit."""
    blockwise, arguments, respond = loops(64, right)
    there, here = arguments(), arguments()
    blocks = list(blockwise.train(**there, respond=respond))
    with np.errstate(all="ignore"):
        blocks[1].answers[3, 2:, 7] = lie(blocks[1].answers[3, 2:, 7])
        again = list(blockwise.retrace(**here, take=taker(blocks)))
    for block, other in zip(blocks, again, strict=True):
        np.testing.assert_array_equal(other.nets, block.nets)
    np.testing.assert_array_equal(here["hidden"], there["hidden"])


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e200, -1e308, 5e-324])
def test_extreme_answers_give_what_they_gave_over_there(value):
    """A block with an infinite or huge answer gives the same nets, nan for nan."""
    calls = iter(range(1000))
    blockwise, arguments, respond = loops(
        64, lambda net, y: (net, np.full(10, value) if next(calls) == 40 else right(net, y)[1])
    )
    with np.errstate(all="ignore"):
        blocks = list(blockwise.train(**arguments(), respond=respond))[:2]
        again = blockwise.retrace(**arguments(), take=taker(blocks))
        for block, other in zip(blocks, again, strict=False):
            np.testing.assert_array_equal(other.nets, block.nets)


def test_what_is_counted_is_what_network_py_counts(graded):
    """Loss and the monitor's counts of the first epoch are those that network.py prints."""
    network, answer = load_module(STUDENTS / "network.py"), load_module(ANSWER)
    said = []
    network.train(
        answer.softmax, answer.loss, answer.delta, answer.mean_loss, 0.1, epochs=1, say=said.append
    )
    epoch = graded(ANSWER, only="training").training.epochs[0]
    assert said[0] == f"epoch 1: mean loss {epoch.loss:.4f}, accuracy {epoch.train_accuracy:.1%}"
    assert f"too small in {measured(epoch, 'updates_too_small')} of 8000" in said[1]


FORGERIES = {
    "one-hot activations": "def softmax(net):\n    return LABEL.copy()\n",
    "its own loop": """
import sys
def _steal():
    frame = sys._getframe()
    while frame:
        if "output_rate" in frame.f_locals and "epochs" in frame.f_locals:
            frame.f_locals["output"][:] = 7.0
            frame.f_locals["hidden"][:] = 7.0
        frame = frame.f_back
def softmax(net):
    _steal()
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)
def delta(a, y):
    return np.zeros_like(a)
""",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_patched_loop_earns_nothing(graded, tmp_path, name):
    """Accuracy is counted from weights that only the trusted side has."""
    source = ANSWER.read_text(encoding="utf-8").split("if __name__")[0]
    source += "\nLABEL = np.eye(10)[0]\n" + FORGERIES[name]
    source += "def delta(a, y):\n    LABEL[:] = y\n    return np.zeros_like(a)\n"
    work = tmp_path / "NewCross_softmax.py"
    work.write_text(source, encoding="utf-8")
    report = graded(work)
    assert report.training.epochs[-1].train_accuracy < 0.2
    earned = {c.id: c.points for c in report.checks if c.group == "training"}
    assert earned["test_training::converges"] == earned["test_hidden_training::heldout"] == 0.0


def test_the_same_seed_gives_the_same_report(graded):
    """Two gradings with one seed differ in nothing but seconds."""

    def plain(report):
        text = json.dumps([str(c) for c in report.checks])
        return re.sub(r"seconds=[\d.e-]+", "", text), report.training, report.gradient

    path = TEAM / "mistakes" / "softmax_linear.py"
    assert plain(graded(path, 5)) == plain(graded(path, 5))
