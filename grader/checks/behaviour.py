"""What a function does, as data: it is asked the same, whoever wrote it, and compared.

A student's function answers over the border, and one of the course team's in this process,
but with arguments and answers that were framed and unframed just the same. So both see fresh
arguments, and both sides' answers are plain data.
"""

import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple, Protocol

import numpy as np

from grader.errors import CheckError, Raised
from grader.sandbox.inside.wire import Opaque, pack, unpack_frame

# A guard as large as 1e-6 inside a logarithm is no difference; any other formula is one.
RTOL, ATOL = 1e-4, 1e-6
MODIFIED = 2  # calls after which the arguments are looked at: each is an exchange of its own

Calls = Sequence[tuple[Any, ...]]


class Raising(NamedTuple):
    """An exception in the place of an answer."""

    kind: str


class Behaviour(NamedTuple):
    """What a function does, aspect by aspect: what matters most comes first.

    Args:
        ordinary: its answers at ordinary inputs.
        modified: whether it changed its arguments, in its first calls.
        extreme: its answers at extreme inputs.
    """

    ordinary: tuple[Any, ...]
    modified: tuple[Any, ...] = ()
    extreme: tuple[Any, ...] = ()


ASPECTS = range(len(Behaviour._fields))


class Answering(Protocol):
    """The part of a `Student` that is needed here."""

    def call(self, name: str, *args: Any) -> Any:
        """Call a function with plain data."""

    def map(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a function once for each list of arguments."""

    def modifies(self, name: str, *args: Any) -> bool:
        """Call a function and tell whether it changed its arguments."""

    def value(self, name: str) -> Any:
        """Read a constant."""


class OurCode:
    """A module of the course team, which answers as a student's code would."""

    def __init__(self, module: ModuleType) -> None:
        """Take a module that `load_module` ran."""
        self.module = module

    def call(self, name: str, *args: Any) -> Any:
        """Call a function with plain data."""
        return self.map(name, [args])[0]

    def map(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a function once for each list of arguments."""
        return self._answers(name, _framed([list(args) for args in calls]))

    def modifies(self, name: str, *args: Any) -> bool:
        """Call a function and tell whether it changed its arguments."""
        given = _framed([list(args)])
        before = pack(given)
        self._answers(name, given)
        return before != pack(given)

    def value(self, name: str) -> Any:
        """Read a constant."""
        return _framed(self._get(name))

    def _answers(self, name: str, calls: list[list[Any]]) -> list[Any]:
        function = self._get(name)
        try:
            answers: list[Any] = _framed([function(*args) for args in calls])
        except Exception as error:
            raise Raised("{name} raised {kind}.", name=name, kind=type(error).__name__) from error
        return answers

    def _get(self, name: str) -> Any:
        if not hasattr(self.module, name):
            raise CheckError(
                "{file} has no {name}, which it is compared by.",
                file=str(self.module.__file__),
                name=name,
            )
        return getattr(self.module, name)


def _framed(value: Any) -> Any:
    """Make of a value what is left of it behind a border."""
    return unpack_frame(pack(value))


def behaviour(
    student: Answering,
    name: str,
    ordinary: Calls,
    extreme: Calls = (),
    *,
    deadline: float = float("inf"),
) -> Behaviour:
    """Try a function.

    Args:
        student: whose it is.
        name: the function.
        ordinary: arguments at which all right answers agree.
        extreme: arguments at which right formulas may differ: overflow, exact zeros.
        deadline: on the clock of `time.monotonic`: no question is asked after it.

    Raises:
        TimeoutError: the deadline passed.
        StudentError: something else than an exception: no function, no end, no process.
    """

    def answer(call: Any, *args: Any) -> Any:
        if time.monotonic() > deadline:
            raise TimeoutError
        try:
            return call(name, *args)
        except Raised as error:
            return Raising(str(error.fields.get("kind", "")))

    def answers(calls: Calls) -> tuple[Any, ...]:
        together = answer(student.map, calls)
        if isinstance(together, Raising):  # which of them raised?
            return tuple(answer(student.call, *args) for args in calls)
        return tuple(together)

    return Behaviour(
        ordinary=answers(ordinary),
        modified=tuple(answer(student.modifies, *args) for args in ordinary[:MODIFIED]),
        extreme=answers(extreme),
    )


def alike(one: Any, other: Any) -> bool:
    """Tell whether two answers are the same: kind, shape, and values but for rounding.

    A Python number is the same as NumPy's; integers of any size are one kind, and floats of
    each size another. NaN is the same as NaN.
    """
    if _is_number(one) and _is_number(other):
        return _close(np.asarray(one), np.asarray(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    return isinstance(one, str | Opaque | None) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | complex | np.ndarray)


def _kind(array: np.ndarray) -> str:
    kind = array.dtype.kind
    return array.dtype.str if kind in "fc" else "i" if kind == "u" else kind


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    if _kind(one) != _kind(other) or one.shape != other.shape:
        return False
    if one.dtype.hasobject:  # whole numbers of more than 64 bits
        return bool(np.array_equal(one, other))
    if one.dtype == other.dtype and one.tobytes() == other.tobytes():
        return True  # as most are that are alike at all, and to find that out takes next to nothing
    with np.errstate(all="ignore"):
        return bool(np.allclose(one, other, RTOL, ATOL, equal_nan=True))
