"""Comparing a student's answer with what is right: type, shape, kind, finite, value.

The first difference in that order is the one that is told: a wrong shape explains wrong
values, never the other way round.
"""

import contextlib
from typing import Any, NoReturn

import numpy as np

from grader.checks.margins import at_most
from grader.results import Evidence, Text
from grader.sandbox.inside.wire import Opaque

MAX_EVIDENCE = 600
MAX_SHOWN_ITEMS = 12
MAX_SHOWN_DIMENSIONS = 2  # printing more takes long and tells little


class CheckFailure(AssertionError):
    """A comparison failed: the student's work is not right.

    Args:
        message: what is wrong, without the values, which may be withheld.
        evidence: the values.
    """

    def __init__(self, message: Text, evidence: Evidence | None = None) -> None:
        """Keep both apart."""
        super().__init__(str(message))
        self.message = message
        self.evidence = evidence


def require(condition: object, message: str, zh: str = "", **params: Any) -> None:
    """Fail with a message unless the condition holds.

    Args:
        condition: taken as true or false.
        message: English, a template over params. Students see it: put no withheld value in.
        zh: the same in Simplified Chinese.
        params: numbers and strings.

    Raises:
        CheckFailure: it doesn't hold.
    """
    if not condition:
        raise CheckFailure(Text(message, zh, params))


def assert_close(got: Any, expected: Any, *, rtol: float = 1e-7, atol: float = 1e-9) -> None:
    """Fail unless the answer is the expected one, within |got - want| <= atol + rtol |want|.

    Lists and tuples of numbers count as arrays, and NumPy scalars as arrays of shape ().

    Args:
        got: the student's answer.
        expected: numbers of any shape.
        rtol: relative tolerance.
        atol: absolute tolerance.

    Raises:
        CheckFailure: the first difference, in the order type, shape, kind, finite, value.
    """
    want = np.asarray(expected, dtype=np.float64)
    try:
        answer = numbers(got, want.shape)
    except CheckFailure as failure:  # which knows the shape alone
        shows = Evidence(got=shown(got), expected=shown(want))
        raise CheckFailure(failure.message, shows) from None
    if (answer == want).all():  # as in most of right work: what follows takes much longer
        at_most(0.0, atol + rtol)
        return
    bad = np.isfinite(want) & ~np.isfinite(answer)
    if np.any(bad):
        _fail_not_finite(answer, bad, Evidence(got=shown(got), expected=shown(want)))
    with np.errstate(all="ignore"):  # inf - inf and the like: equal infinities are taken out
        error = np.where(answer == want, 0.0, np.abs(answer - want))
        allowed = atol + rtol * np.abs(want)
        near = np.isfinite(want) & (error <= allowed)
        used = error / allowed
    wrong = ~((answer == want) | near)
    if atol + rtol > 0.0:
        at_most(float(np.max(used[np.isfinite(used)], initial=0.0)), 1.0)
    if not np.any(wrong):
        return
    evidence = Evidence(got=shown(got), expected=shown(want))
    if want.shape == ():
        raise CheckFailure(Text("The value is wrong."), evidence)
    worst = np.unravel_index(int(np.argmax(np.where(wrong, error, -1.0))), want.shape)
    raise CheckFailure(
        Text(
            "{count} of {size} entries are wrong, the worst at index {index}.",
            params={"count": int(wrong.sum()), "size": want.size, "index": index_text(worst)},
        ),
        evidence,
    )


def _fail_not_finite(answer: np.ndarray, bad: np.ndarray, evidence: Evidence) -> NoReturn:
    first = np.unravel_index(int(np.argmax(bad)), bad.shape)
    value = str(answer[first])
    if answer.shape == ():
        raise CheckFailure(
            Text("It is {value}; a finite number is expected.", params={"value": value}), evidence
        )
    raise CheckFailure(
        Text(
            "{count} of {size} entries are not finite: there is {value} at index {index}.",
            params={
                "count": int(bad.sum()),
                "size": answer.size,
                "value": value,
                "index": index_text(first),
            },
        ),
        evidence,
    )


def assert_number(got: Any) -> float:
    """Fail unless the answer is one real number; give it as a float.

    Raises:
        CheckFailure: it is something else.
    """
    return float(numbers(got, ()))


def numbers(got: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Take an answer as real numbers of a shape.

    Args:
        got: the student's answer.
        shape: the shape that it has to have.

    Returns:
        float64 of that shape. NaN and infinity are let through.

    Raises:
        CheckFailure: its type, shape or kind is wrong.
    """
    array = _as_array(got, shape)
    if array.shape != shape:
        raise CheckFailure(
            Text(
                "It has shape {got}; {expected} is expected.",
                params={"got": str(array.shape), "expected": str(shape)},
            ),
            Evidence(got=shown(got)),
        )
    if array.dtype.kind not in "iuf":
        raise CheckFailure(
            Text("It holds {kind}; real numbers are expected.", params={"kind": array.dtype.name}),
            Evidence(got=shown(got)),
        )
    return array.astype(np.float64)


def _as_array(got: Any, shape: tuple[int, ...]) -> np.ndarray:
    if type(got) is np.ndarray:  # what comes from a student's process, nearly always
        return got
    if got is None:
        raise CheckFailure(Text("It returns None. Is a `return` missing?"))
    if holds_numbers(got):
        with contextlib.suppress(ValueError):  # a list of lists of different lengths
            return np.asarray(got)
    wanted = (
        Text("one number")
        if shape == ()
        else Text("an array of shape {shape}", params={"shape": str(shape)})
    )
    raise CheckFailure(
        Text(
            "It returns {kind}; {wanted} is expected.",
            params={"kind": kind_of(got), "wanted": wanted},
        ),
        Evidence(got=shown(got)),
    )


def holds_numbers(got: Any) -> bool:
    """Tell whether all of it is numbers. NumPy would make huge arrays of mixed lists."""
    if isinstance(got, list | tuple):
        return all(holds_numbers(item) for item in got)
    return isinstance(got, bool | int | float | complex | np.ndarray | np.generic)


def kind_of(got: Any) -> str:
    """Say of what kind an answer is, for people."""
    if isinstance(got, Opaque):
        return got.kind
    if isinstance(got, np.ndarray):
        return f"an array of {got.dtype.name}"
    name = type(got).__name__
    return {"NoneType": "None"}.get(name, f"a {'string' if name == 'str' else name}")


def index_text(index: tuple[np.intp, ...]) -> str:
    """Write an index as it is written in code."""
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def shown(value: Any) -> str:
    """Write a value for a person to read: sensible precision, never longer than a few lines."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        text = f"{value.item():.6g}" if value.dtype.kind in "iufc" else str(value)
    elif isinstance(value, np.ndarray) and value.ndim > MAX_SHOWN_DIMENSIONS:
        text = f"<an array of shape {value.shape}>"
    elif isinstance(value, np.ndarray):
        text = np.array2string(value, precision=6, threshold=12, max_line_width=68)
    elif isinstance(value, float):
        text = f"{value:.6g}"
    elif isinstance(value, tuple) and len(value) == 1:
        text = f"({shown(value[0])},)"
    elif isinstance(value, dict):
        few = ", ".join(f"{shown(k)}: {shown(v)}" for k, v in list(value.items())[:MAX_SHOWN_ITEMS])
        text = "{" + few + (", ...}" if len(value) > MAX_SHOWN_ITEMS else "}")
    elif isinstance(value, str):
        text = repr(value[:MAX_EVIDENCE])
    elif isinstance(value, list | tuple):
        few = ", ".join(shown(item) for item in value[:MAX_SHOWN_ITEMS]) + (
            ", ..." if len(value) > MAX_SHOWN_ITEMS else ""
        )
        text = f"[{few}]" if isinstance(value, list) else f"({few})"
    else:
        text = repr(value)
    return text[:MAX_EVIDENCE] + ("..." if len(text) > MAX_EVIDENCE else "")


def shown_call(name: str, args: tuple[Any, ...]) -> str:
    """Write a call for a person to read."""
    return f"{name}({', '.join(shown(arg) for arg in args)})"
