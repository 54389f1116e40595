"""A student in this process, for tests of checks on code that we wrote ourselves."""

import copy
import types

import numpy as np

from grader.errors import Missing, Raised, StudentError

# A training loop as small as can be: each step asks f, and four steps make a block.
LOOP = """\
from typing import NamedTuple

import numpy as np

BLOCK, STEP_ANSWER = 4, (2,)

class Block(NamedTuple):
    answers: np.ndarray

def answer(student, x, out):
    out[:] = student.f(x)

def train(steps, respond):
    for start in range(0, steps, BLOCK):
        answers = np.empty((min(BLOCK, steps - start), *STEP_ANSWER))
        for number, out in enumerate(answers):
            respond(float(start + number), out)
        yield Block(answers)
"""


class FakeStudent:
    """The `Student` protocol over plain Python functions and constants.

    Arguments are copied, as they are on their way to a real student's process, and an
    exception becomes `Raised`, as it does on its way back.
    """

    def __init__(self, **names):
        """Take functions and constants by name."""
        self._names = names
        self.last_call = None
        self.memory = None

    def call(self, name, *args):
        """Call a function."""
        self.last_call = name, args
        return self._answer(name, copy.deepcopy(args))

    def map(self, name, calls):
        """Call a function once for each list of arguments."""
        self.last_call = None
        return [self._answer(name, copy.deepcopy(tuple(args))) for args in calls]

    def modifies(self, name, *args):
        """Call a function and tell whether it changed its arguments."""
        self.last_call = name, args
        given = copy.deepcopy(args)
        self._answer(name, given)
        return not all(np.array_equal(a, b) for a, b in zip(args, given, strict=True))

    def value(self, name):
        """Read a constant."""
        self.last_call = None
        return self._get(name)

    def replay(self, loop, arguments, step_shape, block):
        """Run a loop's source with the functions and yield the answers, block by block."""
        self.last_call = None
        module = types.ModuleType("loop")
        exec(compile(loop, "<loop>", "exec"), module.__dict__)
        functions = types.SimpleNamespace(**self._names)

        def respond(*inputs_and_out):
            module.answer(functions, *inputs_and_out)

        for learned in module.train(**arguments, respond=respond):
            assert learned.answers.shape[1:] == step_shape
            assert len(learned.answers) <= block
            if (yield learned.answers) is not None:
                yield learned.answers[:0]

    def __getattr__(self, name):
        """Give a function that can be called like one of ours."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.call(name, *args)

    def _get(self, name):
        if name not in self._names:
            raise Missing("There is no {name} in what you handed in.", name=name)
        return self._names[name]

    def _answer(self, name, args):
        try:
            return self._get(name)(*args)
        except StudentError:
            raise
        except Exception as error:
            raise Raised(
                "{name} raised {kind}: {text}",
                name=name,
                kind=type(error).__name__,
                text=str(error),
            ) from error
