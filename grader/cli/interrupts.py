"""Ctrl-C and SIGTERM, which are to end a batch at a moment when it can be ended well.

What whoever started us has ignored stays ignored: so a shell keeps its Ctrl-C from what it runs in
its background.
"""

import contextlib
import signal
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

Look = Callable[[], None]


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Take a SIGTERM for a Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled([signal.SIGTERM], interrupt):
        yield


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

    with _handled([signal.SIGINT, signal.SIGTERM], lambda number, _: seen.append(number)):
        yield look


@contextlib.contextmanager
def _handled(
    numbers: Iterable[signal.Signals], handler: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Handle signals, but for those that are ignored."""
    before = {number: signal.getsignal(number) for number in numbers}
    heeded = [number for number, old in before.items() if old is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])
