"""How far the workers are: a bar on a terminal, a line now and then elsewhere."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text as Line

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
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(lang),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step: bar.update(task, total=step.total, completed=step.done)


class Rate(ProgressColumn):
    """How many are done in a minute."""

    def __init__(self, lang: str) -> None:
        """Speak a language."""
        super().__init__()
        self._lang = lang

    def render(self, task: Task) -> Line:
        """Say the rate, once there is one."""
        if not task.speed:
            return Line("")
        template = translate("{rate} per minute", self._lang)
        return Line(template.format(rate=f"{60 * task.speed:.0f}"), style="dim")


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
