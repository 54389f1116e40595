"""Running an assignment's checks with pytest, in this process, against one student.

The plugin is an object. It owns the fixtures and the list of results, and turns whatever a
check raises into an outcome or, if it was not the student's doing, into a `CheckError`.
"""

import contextlib
import math
import os
import re
import sys
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn

import msgspec
import numpy as np
import pytest

from grader.checks.compare import CheckFailure, shown_call
from grader.checks.declare import Check, declaration_of
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
    mark,
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
    Visibility,
    withheld,
)
from grader.sandbox.words import said

Event = CheckResult | Epoch | Progress

# No terminal, no cache on disk, and none of the plugins that checks don't use.
UNUSED = """
    terminal cacheprovider capture debugging doctest faulthandler junitxml legacypath logging
    monkeypatch nose pastebin pytester recwarn setuponly setupplan skipping stepwise
    tmpdir threadexception unittest unraisableexception warnings
""".split()


class Task(msgspec.Struct, frozen=True):
    """What is to be run.

    Args:
        folders: visible checks first, then hidden ones if they are here.
        groups: names of the assignment's groups, in the order in which they run.
        only: the group to report, or None for all.
        seed: of every random number.
        training_file: the file that trains, or None.
        training: its settings, or None.
        trained: what comes of it, if that is known.
    """

    folders: tuple[Path, ...]
    groups: tuple[str, ...]
    only: str | None
    seed: int
    training_file: Path | None
    training: TrainingTask | None
    trained: Training | None = None


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


def run_checks(task: Task, student: Student, watch: Callable[[Event], None]) -> Findings:
    """Run the checks, telling each result the moment it is known.

    Args:
        task: what is to be run.
        student: whose work is checked.
        watch: told each event. It may raise `Enough` at a check's result.

    Raises:
        CheckError: a check is broken, or there is none. Names the file.
    """
    plugin = Plugin(task, student, watch)
    folders = [str(folder) for folder in task.folders]
    arguments = [
        *("-c", os.devnull, "--rootdir", folders[0], "--noconftest"),
        *("--confcutdir", folders[0]),  # or every folder from the disk's root on is listed
        *("--import-mode=importlib", "--assert=plain", "--disable-plugin-autoload"),
        *(word for name in UNUSED for word in ("-p", f"no:{name}")),
        *folders,
    ]
    with _clean_environment(), _forgotten_modules(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of checks and pytest: nothing for a student to read
        code = pytest.main(arguments, plugins=[plugin])
    if plugin.broken is not None:
        raise plugin.broken
    findings = Findings(
        checks=tuple(plugin.results),
        training=plugin.trained,
        gradient=plugin.gradient,
        margins=tuple(Margin(*key, left) for key, left in plugin.margins.items()),
        complete=not plugin.enough,
    )
    if plugin.enough:
        return findings
    if plugin.interruption is not None:
        raise plugin.interruption
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise CheckError(
            "The checks in {file} did not run: pytest ended with code {code}.",
            file=folders[0],
            code=int(code),
        )
    return findings


@contextlib.contextmanager
def _clean_environment() -> Iterator[None]:
    """Hide the variables with which a user steers pytest of his own."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextlib.contextmanager
def _forgotten_modules() -> Iterator[None]:
    """Forget the checks that pytest imported: the next ones may have the same file names."""
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if name.rpartition(".")[2].startswith("test_"):
                del sys.modules[name]


class DependencyNotMet(Exception):
    """A check that this one depends on did not pass."""

    def __init__(self, message: Text) -> None:
        """Keep the reason."""
        super().__init__(str(message))
        self.message = message


class Plugin:
    """Fixtures for checks, and what became of them."""

    def __init__(self, task: Task, student: Student, watch: Callable[[Event], None]) -> None:
        """Start with no results."""
        self.task = task
        self._student = student
        self._watch = watch
        self._checks: dict[str, Check] = {}  # by pytest's node id
        self._outcomes: dict[str, CheckResult] = {}  # by the check's id
        self._setup_seconds = 0.0
        self.results: list[CheckResult] = []
        self.trained: Training | None = None  # once a check has wanted it
        self._unreadable: Unreadable | None = None
        self._training_failure: StudentError | CheckFailure | None = None
        self._timed_out = False  # and whether that may have been bad luck
        self._is_second = False
        self.gradient: Gradient | None = None
        self.margins: dict[tuple[str, MarginKind], float] = {}
        self.enough = False
        self.broken: NotGraded | None = None
        self.interruption: BaseException | None = None

    # Fixtures

    @pytest.fixture
    def student(self) -> Student:
        """The student's work."""
        return self._student

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers that only the run's seed and the check's id decide."""
        name = self._checks[request.node.nodeid].id
        return np.random.default_rng([self.task.seed, zlib.crc32(name.encode())])

    @pytest.fixture
    def training(self) -> Training:
        """The training run, made once, when the first check wants it."""
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

    @pytest.fixture
    def record(self) -> Callable[[Gradient], None]:
        """Keep the worst gradient for the report."""

        def keep(found: Gradient) -> None:
            if self.gradient is None or (
                found.max_relative_error > self.gradient.max_relative_error
            ):
                self.gradient = found

        return keep

    def _train(self) -> Training:
        if self.task.trained is not None:
            return self.task.trained
        if self.task.training is None or self.task.training_file is None:
            raise CheckError("A check wants `training`, and assignment.toml has no such table.")
        return run_training(self._student, self.task.training_file, self.task.training, self._watch)

    # pytest's hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make no tracebacks: they print every value, and a student's may be long to print."""
        config.option.tbstyle = "no"

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep pytest from printing it: what was raised in a hook of ours is raised again."""
        self.interruption = self.interruption or excinfo.value
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep Ctrl-C, which pytest only turns into an exit code."""
        self.interruption = excinfo.value

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A file that can't be imported is the course's failure, and no check's."""
        report = yield
        if report.failed and self.broken is None:
            said = [
                line[1:].strip() for line in str(report.longrepr).splitlines() if line[:1] == "E"
            ]
            numbers = re.findall(rf"{re.escape(collector.path.name)}\D*(\d+)", str(report.longrepr))
            self.broken = CheckError(
                "{file}, line {line}: the checks can't be loaded: {detail}",
                file=str(collector.path),
                line=(numbers or ["1"])[-1],
                detail=(said or [""])[-1],
            )
        return report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Find out what the checks are, and run them group by group."""
        if self.broken is not None:
            items.clear()
            return
        for item in items:
            found = self._check_of(item)
            if any(found.id == other.id for other in self._checks.values()):
                self._break(item, mark("{file}: there are two checks {id}."), id=found.id)
            self._checks[item.nodeid] = found
        by_id = {c.id: c for c in self._checks.values()}
        order = self.task.groups.index
        for item in items:
            found = self._checks[item.nodeid]
            for name in found.declaration.depends_on:
                if name not in by_id:
                    self._break(item, mark("{file}: depends_on names no check: {id}."), id=name)
                if order(by_id[name].declaration.group) > order(found.declaration.group):
                    self._break(
                        item,
                        mark("{file}: {id} depends on {other}, whose group runs later."),
                        id=found.id,
                        other=name,
                    )
        wanted = self._wanted(by_id)
        items[:] = [item for item in items if self._checks[item.nodeid].id in wanted]
        items.sort(key=lambda item: self._rank(self._checks[item.nodeid], by_id))

    def _wanted(self, by_id: dict[str, Check]) -> set[str]:
        """The ids to run: with --only, a group's and whatever they depend on."""
        group = self.task.only
        todo = [c.id for c in by_id.values() if group in (None, c.declaration.group)]
        wanted: set[str] = set()
        while todo:
            name = todo.pop()
            if name not in wanted:
                wanted.add(name)
                todo.extend(by_id[name].declaration.depends_on)
        return wanted

    def _rank(self, found: Check, by_id: dict[str, Check]) -> tuple[int, int]:
        """Sort by group, and within it a check after what it depends on."""

        def depth(name: str, seen: tuple[str, ...] = ()) -> int:
            if name in seen:
                raise CheckError("{id} depends on itself.", id=name)
            below = by_id[name].declaration.depends_on
            return max((1 + depth(other, (*seen, name)) for other in below), default=0)

        try:
            return self.task.groups.index(found.declaration.group), depth(found.id)
        except CheckError as error:
            self.broken = self.broken or error
            return 0, 0

    def _check_of(self, item: pytest.Item) -> Check:
        declaration = declaration_of(getattr(item, "function", None))
        name = f"{item.path.stem}::{item.name.removeprefix('test_')}"
        if declaration is None:
            self._break(item, mark("{file}: {id} is not declared with @check."), id=name)
        if declaration.group not in self.task.groups:
            self._break(
                item,
                mark("{file}: {id} is in group {group}, which assignment.toml does not have."),
                id=name,
                group=declaration.group,
            )
        visible = item.path.is_relative_to(self.task.folders[0])
        visibility: Visibility = "visible" if visible else "hidden"
        shows = visible if declaration.shows is None else declaration.shows
        return Check(name, declaration, visibility, shows)

    def _break(self, item: pytest.Item, template: str, **fields: Any) -> NoReturn:
        error = CheckError(template, file=str(item.path), **fields)
        self.broken = self.broken or error
        raise pytest.Collector.CollectError(str(error))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Run a check once more if the student's code took too long: that may be bad luck."""
        ran = yield
        if not self._timed_out:
            return ran
        self._timed_out, self._is_second = False, True
        try:
            with self._student.second_chance():
                return item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        finally:
            self._is_second = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose ground is missing."""
        self._student.last_call = None
        if self._unreadable is not None:  # one cause for all: none of them is merely skipped
            raise self._unreadable
        for name in self._checks[item.nodeid].declaration.depends_on:
            before = self._outcomes[name]
            if before.outcome in (Outcome.ERROR, Outcome.SKIPPED):
                raise DependencyNotMet(withheld(before).message or before.title)
            if before.outcome is Outcome.FAILED:
                params: dict[str, int | float | str | Text] = {"title": before.title}
                raise DependencyNotMet(
                    Text("Not run, because this is not so yet: {title}", params=params)
                )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Keep a check's smallest margins."""
        name = self._checks[item.nodeid].id

        def keep(kind: MarginKind, left: float) -> None:
            key = name, kind
            before = self.margins.get(key, left)
            self.margins[key] = left if left < before or math.isnan(left) else before

        with listening(keep):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Turn what a check raised into its result. Pytest need not write it down, too."""
        assert call.when != "collect", "that makes a report of another kind"
        if call.when == "setup":
            self._setup_seconds = call.duration  # in it, perhaps, the training run
        if call.when == "call" or call.excinfo is not None:
            self._finish(item, call)
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo is not None else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def _finish(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        found = self._checks[item.nodeid]
        error = call.excinfo.value if call.excinfo is not None else None
        if isinstance(error, Unreadable):
            self._unreadable = error
        # What many checks want, the training, was tried again for the first of them.
        confirmed = self._is_second or error is self._training_failure
        if error is not None and _may_be_bad_luck(error) and not confirmed:
            self._timed_out = True
            return
        seconds = call.duration + (self._setup_seconds if call.when == "call" else 0.0)
        result = self._result(found, error, seconds)
        if isinstance(error, NotGraded) and not isinstance(error, CheckError):
            self.broken = self.broken or error
            item.session.shouldstop = "student code can't be run"
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
            item.session.shouldstop = "a check is broken"
            return
        self._outcomes[found.id] = result
        if self.task.only in (None, found.declaration.group):
            self.results.append(result)
            try:
                self._watch(result)
            except Enough:
                self.enough = True
                item.session.shouldstop = "the watch has seen enough"

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
        last = self._student.last_call
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
