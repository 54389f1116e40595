"""Showing a misconception: the call at which it is seen best, and how its answer differs.

Whatever is told consists of numbers, written here, and of words of the course's own code: answers
are only explained by a known mistake that gives the same.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from grader.checks.behaviour import ATOL, RTOL, Calls, Raising, alike
from grader.checks.compare import CheckFailure, holds_numbers, index_text, numbers
from grader.errors import mark
from grader.results import Text

CLEAR = 0.1  # a relative difference that is seen at a glance
READABLE = 3  # entries: few enough to read, and enough to see what all of them have in common
MAX_ENTRIES = 10
MAX_CALL = 120
FIGURES = 4
MOST_FIGURES = 17  # with which no two floats look the same

Params = dict[str, int | float | str | Text]
Pair = tuple[np.ndarray, np.ndarray]
"""Answers and right answers, real numbers of the same shape."""


class Case(NamedTuple):
    """A call, what the student's function answers, and what is right."""

    args: tuple[Any, ...]
    got: Any
    want: Any


def of_answers(name: str, telling: Iterable[Case], cases: Sequence[Case] = ()) -> Text | None:
    """Show a wrong answer, and what it has in common with all the others, if anything.

    Args:
        name: the function.
        telling: calls that show the misconception: the one that is read best is shown.
        cases: all calls, if what they have in common is worth telling.

    Returns:
        A sentence, or None if there is none about answers of that kind.
    """
    wrong = [case for case in telling if not alike(case.got, case.want)]
    if not wrong:
        return None
    with np.errstate(all="ignore"):
        best = min(wrong, key=_unreadable)
        example = _example(written_call(name, best.args), best)
        if example is None:
            return None
        return _in_all(cases, example) or _in_one(best, example) or example


def of_change(name: str, calls: Calls, changes: Iterable[Any]) -> Text | None:
    """Show the first call for which `changes` says that it changes its arguments."""
    for args, changed in zip(calls, changes, strict=False):
        if changed is True:
            return Text(
                "After {call} the arguments hold other values than before.",
                params={"call": written_call(name, args)},
            )
    return None


def of_constant(name: str, value: Any) -> Text | None:
    """Show a constant, if it is a real number."""
    number = _real(value)
    if number is None or number.ndim:
        return None
    return Text("{name} is {value} in your work.", params={"name": name, "value": _number(value)})


def written_call(name: str, args: Sequence[Any]) -> str:
    """Write a call in one line, its numbers short."""
    text = f"{name}({', '.join(map(_written, args))})"
    return text if len(text) <= MAX_CALL else f"{text[:MAX_CALL]}...)"


def _written(value: Any) -> str:
    if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim):
        more = ["..."] if len(value) > MAX_ENTRIES else []
        return f"[{', '.join([*map(_written, value[:MAX_ENTRIES]), *more])}]"
    # An array within another value is written in several lines.
    return " ".join(repr(value).split()) if _real(value) is None else _number(value)


def _number(value: Any, figures: int = FIGURES) -> str:
    return f"{float(value) + 0.0:.{figures}g}"  # no -0


def _real(value: Any) -> np.ndarray | None:
    """Get real numbers as an array of their own type; None if it is anything else."""
    if holds_numbers(value):
        with contextlib.suppress(ValueError):  # a list of lists of different lengths
            array = np.asarray(value)
            return array if array.dtype.kind in "iuf" else None
    return None


def _pair(case: Case) -> Pair | None:
    got, want = _real(case.got), _real(case.want)
    if got is None or want is None or got.shape != want.shape:
        return None
    return got.astype(np.float64), want.astype(np.float64)


def _differences(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Differences of entries: infinite where one is not finite and the other is not the same."""
    difference = np.abs(got - want)
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.where(same, 0.0, np.where(np.isfinite(difference), difference, np.inf))


def _unreadable(case: Case) -> tuple[bool, int, float]:
    """Rank cases: what is seen at a glance comes first, then what is short, then what is large."""
    pair = _pair(case)
    clear = 1.0
    if pair is not None:
        relative = _differences(*pair) / np.maximum(*map(np.abs, pair))
        clear = float(np.max(np.nan_to_num(relative, nan=0.0, posinf=1.0), initial=0.0))
    sizes = [array.size for array in map(_real, case.args) if array is not None]
    return clear < CLEAR, abs(max(sizes, default=0) - READABLE), -clear


def _example(call: str, case: Case) -> Text | None:
    """Say how one answer differs: exception, type, shape, kind, finite, value."""
    if isinstance(case.got, Raising):
        return Text("{call} raises {kind}.", params={"call": call, "kind": case.got.kind})
    got, want = _real(case.got), _real(case.want)
    if want is None:
        return None
    if got is None:
        problem = _problem(case.got, want)
        return Text("{call}: {problem}", params={"call": call, "problem": problem})
    pair = _pair(case)
    if pair is None:
        sizes: Params = {"got": _size(got), "want": _size(want)}
        return Text("{call} gives {got}, not {want}.", params={"call": call} | sizes)
    return _of_kinds(call, case) if alike(*pair) else _of_values(call, *pair)


def _of_kinds(call: str, case: Case) -> Text | None:
    kind, wanted = _kind(case.got), _kind(case.want)
    if kind == wanted:  # what is in it is of another kind
        return None
    params: Params = {"call": call, "kind": kind, "wanted": wanted}
    return Text("{call} returns {kind}, not {wanted}.", params=params)


def _problem(got: Any, want: np.ndarray) -> Text:
    """Say why an answer is none of real numbers."""
    try:
        numbers(got, want.shape)
    except CheckFailure as failure:
        return failure.message
    raise AssertionError


def _size(array: np.ndarray) -> Text:
    if array.ndim == 0:
        return Text("one number")
    return Text("an array of shape {shape}", params={"shape": str(array.shape)})


def _kind(value: Any) -> str:
    """Name a type as it is called in code."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"ndarray ({value.dtype.name})"
    return type(value).__name__ if isinstance(value, list | tuple) else np.asarray(value).dtype.name


def _of_values(call: str, got: np.ndarray, want: np.ndarray) -> Text:
    """Tell the worst entry, in as few figures as it is seen that it is wrong."""
    worst = np.unravel_index(int(np.argmax(_differences(got, want))), want.shape)
    written = (
        [_number(array[worst], figures) for array in (got, want)]
        for figures in range(FIGURES, MOST_FIGURES + 1)
    )
    one, other = next(both for both in written if both[0] != both[1])
    both: Params = {"call": call, "got": one, "want": other}
    if want.ndim == 0:
        return Text("{call} gives {got}; {want} would be right.", params=both)
    return Text(
        "{call} gives {got} at index {index}; {want} would be right.",
        params=both | {"index": index_text(worst)},
    )


def _in_all(cases: Sequence[Case], example: Text) -> Text | None:
    """Say what all answers have in common, beside an example: the simplest that is true."""
    pairs = [pair for pair in map(_pair, cases) if pair is not None]
    if not pairs or len(pairs) < len(cases):
        return None
    got, want = (np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))
    return next(_relations(got, want, example), None) if _tells(got, want) else None


def _in_one(case: Case, example: Text) -> Text | None:
    """Say what all entries of one answer have in common, beside an example."""
    pair = _pair(case)
    if pair is None or not _tells(*pair):
        return None
    ratio = _ratio(*pair)
    if not _near(pair[0], ratio * pair[1]) or _near(pair[0], 0.0):
        return None
    return Text(
        "Here every entry is {ratio} times the right one: {example}",
        params={"ratio": _number(ratio), "example": example},
    )


def _tells(got: np.ndarray, want: np.ndarray) -> bool:
    """Tell whether a relation between wrong and right answers can be more than a coincidence."""
    finite = bool(np.all(np.isfinite(got)) and np.all(np.isfinite(want)))
    return (
        finite and want.size >= READABLE and not _near(want, want.flat[0]) and not _near(got, want)
    )


def _relations(got: np.ndarray, want: np.ndarray, example: Text) -> Iterator[Text]:
    """Find what holds in all entries (n,)."""
    ratio, difference = _ratio(got, want), float(np.mean(got - want))
    if _near(got, -want):
        yield Text(
            "Everywhere the sign is the opposite one: {example}", params={"example": example}
        )
    if _near(got, got[0]):
        yield Text(
            "It is {value} everywhere: {example}",
            params={"value": _number(got[0]), "example": example},
        )
    if _near(got, ratio * want):
        yield Text(
            "Everywhere it is {ratio} times the right value: {example}",
            params={"ratio": _number(ratio), "example": example},
        )
    if _near(got, want + difference):
        template = (
            mark("Everywhere it is {difference} too large: {example}")
            if difference > 0
            else mark("Everywhere it is {difference} too small: {example}")
        )
        yield Text(template, params={"difference": _number(abs(difference)), "example": example})


def _ratio(got: np.ndarray, want: np.ndarray) -> float:
    """The factor by which right answers come nearest to the given ones, in least squares."""
    return float(np.sum(got * want) / np.sum(want * want))


def _near(got: np.ndarray, want: np.ndarray | float) -> bool:
    return bool(np.allclose(got, want, RTOL, ATOL))
