"""Running an assignment's checks with pytest, in this process, against one student.

A run is an object. It owns the list of results, and turns whatever a check raises into an
outcome or, if it was not the student's doing, into a `CheckError`.
"""

import contextlib
import math
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import numpy as np
import pytest

from grader.checks.collection import Collector
from grader.checks.compare import CheckFailure, shown_call
from grader.checks.declare import Check
from grader.checks.finder import Wanted
from grader.checks.margins import listening
from grader.checks.student import Student
from grader.checks.training import TrainingTask, run_training
from grader.errors import (
    CheckError,
    NotAsked,
    NotGraded,
    StudentError,
    TimedOut,
    Unreadable,
)
from grader.results import (
    CheckResult,
    Epoch,
    Evidence,
    Gradient,
    Location,
    Margin,
    MarginKind,
    Outcome,
    Progress,
    Text,
    Training,
    withheld,
)
from grader.sandbox.words import said

Event = CheckResult | Epoch | Progress


class Task(msgspec.Struct, frozen=True):
    """What is to be run.

    Args:
        folders: visible checks first, then hidden ones if they are here.
        groups: names of the assignment's groups, in the order in which they run.
        only: the group to report, or None for all.
        seed: of every random number.
        training_file: the file that trains, or None.
        training: its settings, or None.
    """

    folders: tuple[Path, ...]
    groups: tuple[str, ...]
    only: str | None
    seed: int
    training_file: Path | None
    training: TrainingTask | None


class Findings(msgspec.Struct, frozen=True):
    """What running the checks brought.

    Args:
        checks: in the order in which they ran.
        training: the training run, if one was made.
        gradient: the gradient check's worst weight, if one was checked.
        margins: the smallest of each check and kind.
        complete: whether all of them ran: nobody had enough before.
    """

    checks: tuple[CheckResult, ...]
    training: Training | None
    gradient: Gradient | None
    margins: tuple[Margin, ...]
    complete: bool


class Enough(Exception):
    """Raised by a watch that was told a check's result: no other check needs to run."""


def run_checks(
    task: Task,
    student: Student,
    watch: Callable[[Event], None],
    collector: Collector | None = None,
) -> Findings:
    """Run the checks, telling each result the moment it is known.

    Args:
        task: what is to be run.
        student: whose work is checked.
        watch: told each event. It may raise `Enough` at a check's result.
        collector: who has found these checks for another student, perhaps.

    Raises:
        CheckError: a check is broken, or there is none. Names the file.
    """
    wanted = Wanted(task.folders, task.groups, task.only)
    run = OneRun(task, student, watch)
    collector = collector or Collector()
    # Of checks and pytest: nothing for a student to read.
    with warnings.catch_warnings(action="ignore"), collector.found(wanted) as collection:
        warnings.filterwarnings("error", category=pytest.PytestReturnNotNoneWarning)
        collection.run(run)
    if run.broken is not None:
        raise run.broken
    return Findings(
        checks=tuple(run.results),
        training=run.trained,
        gradient=run.gradient,
        margins=tuple(Margin(*key, left) for key, left in run.margins.items()),
        complete=not run.enough,
    )


class DependencyNotMet(Exception):
    """A check that this one depends on did not pass."""

    def __init__(self, message: Text) -> None:
        """Keep the reason."""
        super().__init__(str(message))
        self.message = message


class OneRun:
    """What becomes of the checks of one student."""

    def __init__(self, task: Task, student: Student, watch: Callable[[Event], None]) -> None:
        """Start with no results."""
        self.task = task
        self.student = student
        self._watch = watch
        self._outcomes: dict[str, CheckResult] = {}  # by the check's id
        self._check: Check  # the one that has begun
        self._setup_seconds = 0.0
        self.results: list[CheckResult] = []
        self.trained: Training | None = None  # once a check has wanted it
        self._unreadable: Unreadable | None = None
        self._training_failure: StudentError | CheckFailure | None = None
        self.timed_out = False  # and whether that may have been bad luck
        self._is_second = False
        self.gradient: Gradient | None = None
        self.margins: dict[tuple[str, MarginKind], float] = {}
        self.enough = False
        self.broken: NotGraded | None = None

    @property
    def over(self) -> bool:
        """Whether no other check needs to run."""
        return self.enough or self.broken is not None

    # What the fixtures give

    def rng(self) -> np.random.Generator:
        """Make the random numbers that only the run's seed and the check's id decide."""
        return np.random.default_rng([self.task.seed, zlib.crc32(self._check.id.encode())])

    def training(self) -> Training:
        """Make the training run, unless that is done: when the first check wants it."""
        if self.trained is None and self._training_failure is None:
            try:
                self.trained = self._train()
            except (StudentError, CheckFailure) as error:
                if _may_be_bad_luck(error) and not self._is_second:
                    raise
                self._training_failure = error
        if self.trained is None:
            assert self._training_failure is not None
            raise self._training_failure
        return self.trained

    def record(self, found: Gradient) -> None:
        """Keep the worst gradient for the report."""
        if self.gradient is None or found.max_relative_error > self.gradient.max_relative_error:
            self.gradient = found

    def _train(self) -> Training:
        if self.task.training is None or self.task.training_file is None:
            raise CheckError("A check wants `training`, and assignment.toml has no such table.")
        return run_training(self.student, self.task.training_file, self.task.training, self._watch)

    # What pytest does with a check

    @contextlib.contextmanager
    def second_chance(self) -> Iterator[None]:
        """Let a check be run once more: that the student's code took too long may be bad luck."""
        self.timed_out, self._is_second = False, True
        try:
            with self.student.second_chance():
                yield
        finally:
            self._is_second = False

    def begin(self, check: Check) -> None:
        """Skip a check whose ground is missing."""
        self._check = check
        self.student.last_call = None
        if self._unreadable is not None:  # one cause for all: none of them is merely skipped
            raise self._unreadable
        for name in check.declaration.depends_on:
            before = self._outcomes[name]
            if before.outcome in (Outcome.ERROR, Outcome.SKIPPED):
                raise DependencyNotMet(withheld(before).message or before.title)
            if before.outcome is Outcome.FAILED:
                params: dict[str, int | float | str | Text] = {"title": before.title}
                raise DependencyNotMet(
                    Text("Not run, because this is not so yet: {title}", params=params)
                )

    def keep_margins(self, check: Check) -> AbstractContextManager[None]:
        """Keep a check's smallest margins."""

        def keep(kind: MarginKind, left: float) -> None:
            key = check.id, kind
            before = self.margins.get(key, left)
            self.margins[key] = left if left < before or math.isnan(left) else before

        return listening(keep)

    def end(self, found: Check, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Turn what a check raised into its result, once there is something to tell."""
        if call.when == "setup":
            self._setup_seconds = call.duration  # in it, perhaps, the training run
        if call.when == "call" or call.excinfo is not None:
            self._finish(found, item, call)

    def _finish(self, found: Check, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo is not None else None
        if isinstance(error, Unreadable):
            self._unreadable = error
        # What many checks want, the training, was tried again for the first of them.
        confirmed = self._is_second or error is self._training_failure
        if error is not None and _may_be_bad_luck(error) and not confirmed:
            self.timed_out = True
            return
        seconds = call.duration + (self._setup_seconds if call.when == "call" else 0.0)
        result = self._result(found, error, seconds)
        if isinstance(error, NotGraded) and not isinstance(error, CheckError):
            self.broken = self.broken or error
            return
        if result is None:
            file, line = _where(call, item)
            self.broken = self.broken or CheckError(
                "{file}, line {line}, in {id}: {detail}",
                file=file,
                line=line,
                id=found.id,
                detail=f"{type(error).__name__}: {error}",
            )
            return
        self._outcomes[found.id] = result
        if self.task.only in (None, found.declaration.group):
            self.results.append(result)
            try:
                self._watch(result)
            except Enough:
                self.enough = True

    def _result(
        self, found: Check, error: BaseException | None, seconds: float
    ) -> CheckResult | None:
        """The result of a check, or None if what it raised is not the student's doing."""
        declared = found.declaration
        passed = CheckResult(
            id=found.id,
            group=declared.group,
            title=declared.title,
            visibility=found.visibility,
            outcome=Outcome.PASSED,
            points=float(declared.points),
            max_points=float(declared.points),
            seconds=round(seconds, 6),
            shows=found.shows,
        )
        if error is None:
            return passed
        lost = {"points": 0.0, "hint": declared.hint}
        replace = msgspec.structs.replace
        if isinstance(error, DependencyNotMet):
            lost |= {"outcome": Outcome.SKIPPED, "message": error.message, "hint": None}
        elif isinstance(error, StudentError):
            trace = tuple(Location(*step) for step in error.trace)
            lost |= {"outcome": Outcome.ERROR, "message": said(error), "trace": trace}
            if error.fields.get("kind") != NotImplementedError.__name__:
                lost |= {"hint": None}  # it is about wrong answers, and there is none
            lost |= {"evidence": self._evidence(None)}
        elif isinstance(error, CheckFailure):
            lost |= {"outcome": Outcome.FAILED, "message": error.message}
            lost |= {"evidence": self._evidence(error.evidence)}
        elif type(error) is AssertionError:  # an author's plain assert
            lost |= {"outcome": Outcome.FAILED, "message": Text("This is not so.")}
            lost |= {"evidence": self._evidence(None)}
        else:
            return None
        return replace(passed, **lost)

    def _evidence(self, evidence: Evidence | None) -> Evidence | None:
        """Add the call that the answer came from."""
        last = self.student.last_call
        if last is None:
            return evidence
        return msgspec.structs.replace(evidence or Evidence(), call=shown_call(*last))


def _may_be_bad_luck(error: BaseException) -> bool:
    return isinstance(error, TimedOut) and not isinstance(error, NotAsked)


def _where(call: pytest.CallInfo[None], item: pytest.Item) -> tuple[str, int]:
    """The line of the course's code that raised: the last one that is not the grader's."""
    assert call.excinfo is not None
    tools = (Path(__file__).parents[1], Path(pytest.__file__).parents[1])
    places = [(Path(e.path), e.lineno + 1) for e in call.excinfo.traceback]
    courses = [p for p in places if not any(p[0].is_relative_to(tool) for tool in tools)]
    mine = [p for p in courses if p[0] == item.path]
    file, line = (mine or courses or [(item.path, (item.location[1] or 0) + 1)])[-1]
    return str(file), line
