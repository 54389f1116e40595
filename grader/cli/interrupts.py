"""Ctrl-C and SIGTERM, which are to end a batch at a moment when it can be ended well."""

import contextlib
import signal
from collections.abc import Callable, Iterator

Look = Callable[[], None]


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Take a SIGTERM for a Ctrl-C."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def deferred() -> Iterator[Look]:
    """Keep Ctrl-C and SIGTERM until somebody looks; also those that come while we clean up.

    Yields:
        A function that raises KeyboardInterrupt if there was one.
    """
    seen: list[int] = []

    def look() -> None:
        if seen:
            raise KeyboardInterrupt

    both = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda number, _: seen.append(number)) for number in both]
    try:
        yield look
    finally:
        for number, handler in zip(both, before, strict=True):
            signal.signal(number, handler)
