"""How far the workers are: a bar on a terminal, a line now and then elsewhere."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console

from grader.report.language import translate
from grader.workers.steps import Step, Watch

NOW_AND_THEN = 30.0  # seconds


@contextlib.contextmanager
def progress(console: Console, what: str, lang: str) -> Iterator[Watch]:
    """Show how far something is.

    Args:
        console: where.
        what: is being done, in the reader's language.
        lang: one of `locales.LANGUAGES`.
    """
    if not console.is_terminal or console.quiet:
        yield Lines(console, what, lang).watch
        return
    # Where a log is kept, as with most batches, it is not imported.
    from grader.cli.bar import moving  # noqa: PLC0415

    with moving(console, what, lang) as watch:
        yield watch


class Lines:
    """A line now and then, for a log."""

    def __init__(self, console: Console, what: str, lang: str) -> None:
        """Begin to count."""
        self._console, self._what, self._lang = console, what, lang
        self._begin = self._last = time.monotonic()
        self._worked = 0

    def watch(self, step: Step) -> None:
        """Say how far it is, if it is time to."""
        now = time.monotonic()
        self._worked += step.worked
        if now - self._last < NOW_AND_THEN:
            return
        self._last = now
        rate = self._worked / (now - self._begin)
        left = (step.total - step.done) / rate if rate else 0.0
        template = translate(
            "{what}: {done} of {total}, {rate} per minute, {minutes} min left", self._lang
        )
        line = template.format(
            what=self._what,
            done=step.done,
            total=step.total,
            rate=f"{60 * rate:.0f}",
            minutes=f"{left / 60:.0f}",
        )
        self._console.print(line)
