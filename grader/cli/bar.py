"""How far the workers are, as a bar on a terminal."""

import contextlib
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
from grader.workers.steps import Watch


@contextlib.contextmanager
def moving(console: Console, what: str, lang: str) -> Iterator[Watch]:
    """Show how far something is; see `progress`."""
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
