"""A grading on a terminal while it goes on: what to print when, one event after another."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console

from grader import results
from grader.report.epochs import epoch_heading, epoch_line, loss_line
from grader.report.language import show, translate
from grader.report.terminal import cause_lines, check_lines, same_lines
from grader.results import Cause, CheckResult, Epoch, Group, Part, Text, withheld

if TYPE_CHECKING:
    from rich.progress import Progress


class Live:
    """Prints to a console what a student may see. A context manager around the grading."""

    def __init__(self, console: Console, lang: str, code: Sequence[Part]) -> None:
        """Print in a language about a submission's code."""
        self._console = console
        self._lang = lang
        self._code = code
        self._groups: dict[str, Text] = {}
        self._group = ""
        self._told: CheckResult | None = None
        self._same: list[CheckResult] = []
        self._cause: Cause | None = None
        self._epochs: list[Epoch] = []
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Print what was held back, and take the progress bar away."""
        self._flush()
        self._end_training()
        self._end_bar()

    def begin(self, title: Text, file: str, groups: Sequence[Group]) -> None:
        """Say what is being graded."""
        self._groups = {group.name: group.title for group in groups}
        heading = translate("{title}: {file}", self._lang)
        said = heading.format(title=show(title, self._lang), file=file)
        self._console.print(said, style="bold")

    def watch(self, event: Cause | CheckResult | Epoch | results.Progress) -> None:
        """Print what has just become known."""
        match event:
            case results.Progress():
                self._show_progress(event)
            case Epoch():
                self._show_epoch(event)
            case Cause():
                self._cause = event
                self._console.print()
                for line in cause_lines(event, self._code, self._lang):
                    self._console.print(line)
            case CheckResult():
                self._show_check(withheld(event))

    def _show_epoch(self, epoch: Epoch) -> None:
        self._enter_group("training")
        if not self._epochs:
            self._console.print(epoch_heading(epoch, self._lang, self._console.width))
        elif epoch.epoch <= self._epochs[-1].epoch:  # the training has begun again
            self._epochs.clear()
        self._epochs.append(epoch)
        self._console.print(epoch_line(epoch, self._lang, self._console.width))

    def _end_training(self) -> None:
        """Draw the loss of the epochs that were told, if there is a curve to draw."""
        if len(self._epochs) > 1:
            width, ascii_only = self._console.width, self._ascii_only
            line = loss_line(self._epochs, self._lang, width, ascii_only=ascii_only)
            self._console.print(line)
        self._epochs.clear()

    @property
    def _ascii_only(self) -> bool:
        return not self._console.encoding.startswith("utf")

    def _show_check(self, check: CheckResult) -> None:
        if self._cause is not None:
            return
        self._end_training()
        told = self._told
        if told and check.message and (check.group, check.message) == (told.group, told.message):
            self._same.append(check)
            return
        self._flush()
        self._enter_group(check.group)
        for line in check_lines(check, self._code, self._lang, ascii_only=self._ascii_only):
            self._console.print(line)
        self._told = check

    def _flush(self) -> None:
        """Say how many checks had the message that was told last."""
        if self._same:
            points = sum(check.max_points for check in self._same)
            for line in same_lines(len(self._same), points, self._lang):
                self._console.print(line)
        self._same = []

    def _enter_group(self, name: str) -> None:
        if name != self._group:
            self._flush()
            self._group = name
            self._console.print()
            title = self._groups.get(name)
            self._console.print(show(title, self._lang) if title else name, style="bold")

    def _show_progress(self, event: results.Progress) -> None:
        if not self._console.is_terminal or self._console.quiet:
            return
        if self._bar is None:
            self._flush()
            self._bar = _bar(self._console)
            self._bar.add_task(translate("training", self._lang), total=event.total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=event.done)
        if event.done >= event.total:
            self._end_bar()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar(console: Console) -> "Progress":
    # Most of the first result's time is imports: this one comes after it.
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("    {task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
