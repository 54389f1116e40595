"""Bars and tolerances, and how much room a right answer has under them.

A check that fails an answer by a bar says so with `at_least` or `at_most`, and `assert_close`
does it by itself: so `grader verify` can tell how close right answers come to failing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from grader.results import MarginKind

Listener = Callable[[MarginKind, float], None]

_listener: ContextVar[Listener] = ContextVar("listener", default=lambda _kind, _left: None)


def at_least(value: float, bar: float) -> bool:
    """Tell whether a value reaches a bar. The margin is their difference, in their unit."""
    _listener.get()("bar", float(value) - bar)
    return bool(value >= bar)


def at_most(error: float, tolerance: float) -> bool:
    """Tell whether an error, at least 0, is tolerated.

    The margin is the share of the tolerance that is left: 1 for no error at all, 0 for one
    that just passes. A tolerance of 0 has none to tell.
    """
    if tolerance > 0.0:
        _listener.get()("tolerance", 1.0 - float(error) / tolerance)
    return bool(error <= tolerance)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have each margin told, of whatever is compared meanwhile."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
