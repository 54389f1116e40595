"""Which submissions train alike, told without training."""

import pytest

from grader import course as courses
from grader.verify.trained import asked_in_training, code_in_training
from tests.command import ROOT

ANSWER = '''"""An answer."""
import numpy as np

RATE = 0.1


def softmax(net):
    """Turn nets into activations."""
    return shares(np.exp(net))


def shares(powers):
    return powers / powers.sum()


def loss(a, y):
    return -np.log(a @ y)


if __name__ == "__main__":
    print(loss(softmax([1.0]), [1.0]))
'''
ASKED = ("softmax", "RATE")


def code(source: str) -> str:
    return code_in_training(source, ASKED)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("-np.log", "np.log"),
        ('"""An answer."""', '"""The same."""'),
        ('    """Turn nets into activations."""\n', ""),
        ("print(loss", "print(1 + loss"),
        ("def loss(a, y):", "def helper():\n    pass\n\n\ndef loss(a, y):"),
        ("RATE = 0.1", "RATE = 0.10  # a comment"),
    ],
)
def test_what_training_never_asks_for_makes_no_difference(was, becomes):
    """Another loss, other docstrings and a program's own ending train alike."""
    assert ANSWER.count(was) == 1
    assert code(ANSWER.replace(was, becomes)) == code(ANSWER)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("np.exp(net)", "np.exp2(net)"),
        ("/ powers.sum()", "/ powers.max()"),
        ("RATE = 0.1", "RATE = 1.0"),
        ("if __name__", "softmax = loss\nif __name__"),
        ("if __name__", "print(loss(1, 1))\nif __name__"),
        ("import numpy as np", "import numpy as np\nnp.exp = np.exp2"),
        ("shares(np.exp(net))", "globals()['loss'](np.exp(net), 1)"),
    ],
)
def test_what_training_asks_for_makes_a_difference(was, becomes):
    """A function that is asked for, what it calls, constants, and what runs at once."""
    assert ANSWER.count(was) == 1
    assert code(ANSWER.replace(was, becomes)) != code(ANSWER)


def test_functions_that_share_a_variable_are_kept():
    """A loss that could change what softmax sees is no reason to skip a training."""
    sharing = ANSWER.replace("RATE = 0.1", "RATE = 0.1\nseen = []").replace(
        "return -np.log", "seen.append(a)\n    return -np.log"
    )
    assert code(sharing) == sharing


@pytest.mark.parametrize(
    "body",
    [
        "global softmax\n    softmax = 1",
        "np.exp = np.exp2",
        "softmax.__defaults__ = (1,)",
        "globals().update(softmax=1)",
        "np.seterr(all='raise')",
        "np.random.seed(5)",
        "setattr(np, 'exp', 1)",
        "class Loss:\n        pass",
        "def inner(k=np.zeros(1)):\n        pass",
    ],
)
def test_functions_that_reach_out_of_themselves_are_kept(body):
    """A loss that might change what softmax does is no reason to skip a training."""
    reaching = ANSWER.replace("    return -np.log", f"    {body}\n    return -np.log")
    assert code(reaching) == reaching


@pytest.mark.parametrize("source", ["def (", "x = '\0'", ""])
def test_what_is_no_program_is_kept_as_it_is(source):
    """Nothing is known of it."""
    assert code(source) == source


def test_what_an_assignments_training_asks_for_is_read_from_its_code():
    """Of the real assignment it is softmax, delta and the learning rate, and never the loss."""
    name = "NewCross_softmax"
    assignment = courses.load_assignment(ROOT / "assignments" / name, ROOT)
    assert asked_in_training(assignment) == {"softmax", "delta", "OUTPUT_LEARNING_RATE"}
