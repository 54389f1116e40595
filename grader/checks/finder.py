"""What pytest is told of checks: a plugin that knows them, and for whom they are running."""

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple, NoReturn, Protocol

import numpy as np
import pytest

from grader.checks.declare import Check, Declaration, declaration_of
from grader.checks.student import Student
from grader.errors import CheckError, mark
from grader.results import Gradient, Training, Visibility


class Wanted(NamedTuple):
    """Which checks are to be found.

    Args:
        folders: visible checks first, then hidden ones if they are here.
        groups: names of the assignment's groups, in the order in which they run.
        only: the group to run, with all that it depends on, or None for all.
    """

    folders: tuple[Path, ...]
    groups: tuple[str, ...]
    only: str | None


class Run(Protocol):
    """One student's turn: what the fixtures give, and what becomes of the checks."""

    @property
    def student(self) -> Student:
        """Whose work is checked."""

    @property
    def over(self) -> bool:
        """Whether no other check needs to run."""

    @property
    def timed_out(self) -> bool:
        """Whether a check is to be run again, with a second chance."""

    def second_chance(self) -> AbstractContextManager[None]:
        """Let a check be run once more."""

    def rng(self) -> np.random.Generator:
        """Make the random numbers of the check that has begun."""

    def training(self) -> Training:
        """Make the training run, unless that is done."""

    def record(self, found: Gradient) -> None:
        """Keep the worst gradient."""

    def begin(self, check: Check) -> None:
        """Raise what keeps a check from being run."""

    def keep_margins(self, check: Check) -> AbstractContextManager[None]:
        """Keep the margins of a check, which is called meanwhile."""

    def end(self, check: Check, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Look at what was raised while a check was set up, called or torn down."""


class Face(NamedTuple):
    """By what a file of checks is known again: its time, its size, and whatever may be a check."""

    time: int
    size: int
    declared: dict[str, Declaration | None]


# What a check may ask for by name: the student's work; random numbers that only the run's seed and
# the check's id decide; the training run, made once, when the first check wants it; a function
# that keeps the worst gradient for the report.
GIVEN: dict[str, Callable[[Run], object]] = {
    "student": lambda run: run.student,
    "rng": lambda run: run.rng(),
    "training": lambda run: run.training(),
    "record": lambda run: run.record,
}


def _fixture(name: str) -> Any:
    def give(self: "Finder") -> object:
        return GIVEN[name](self.run)

    return pytest.fixture(name=name)(give)


class Finder:
    """The plugin that finds out what the checks are. It has the fixtures."""

    config: pytest.Config
    run: Run
    """Whose checks are running."""

    student, rng, training, record = map(_fixture, GIVEN)

    def __init__(self, wanted: Wanted) -> None:
        """Have found nothing yet."""
        self._wanted = wanted
        self.checks: dict[str, Check] = {}  # by pytest's node id
        self.broken: CheckError | None = None
        self._items: list[pytest.Item] = []  # all of them, as they were found
        self._are_plain = False
        self._faces: dict[pytest.Module, Face] = {}

    # Executing again

    def renew(self) -> bool:
        """Execute the files of all checks once more, for the next student.

        What pytest got from a file beside plain functions, be it parameters or a fixture of its
        own, was made when the checks were found and can't be made again: then all is found anew.

        Returns:
            Whether that could be done, and they are still the same checks.
        """
        if not self._are_plain:
            return False
        for node, face in self._faces.items():
            try:
                node.obj = _executed(node.obj)
            except Exception:  # noqa: BLE001 - who finds them anew says what is wrong
                return False
            if _face(node) != face:
                return False
        for item in self._items:
            assert isinstance(item, pytest.Function)
            item.obj = getattr(item.module, item.originalname)
        return True

    # pytest's hooks: finding

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> pytest.ExitCode:
        """Keep what pytest made of its command line, and leave it at that."""
        self.config = config
        config.option.tbstyle = "no"  # tracebacks print every value, and some are long to print
        return pytest.ExitCode.OK

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A file that can't be imported is the course's failure, and no check's."""
        report = yield
        if report.failed and self.broken is None:
            words = str(report.longrepr)
            said = [line[1:].strip() for line in words.splitlines() if line[:1] == "E"]
            numbers = re.findall(rf"{re.escape(collector.path.name)}\D*(\d+)", words)
            self.broken = CheckError(
                "{file}, line {line}: the checks can't be loaded: {detail}",
                file=str(collector.path),
                line=(numbers or ["1"])[-1],
                detail=(said or [words])[-1],
            )
        return report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Find out what the checks are, and put them in order, group by group."""
        if self.broken is not None:
            items.clear()
            return
        self._items = [*items]
        self._are_plain = all(map(_is_plain, items))
        for item in items:
            found = self._check_of(item)
            if any(found.id == other.id for other in self.checks.values()):
                _break(item, mark("{file}: there are two checks {id}."), id=found.id)
            self.checks[item.nodeid] = found
            node = item.getparent(pytest.Module)
            if node is not None and node not in self._faces:
                self._faces[node] = _face(node)
        by_id = {c.id: c for c in self.checks.values()}
        order = self._wanted.groups.index
        for item in items:
            found = self.checks[item.nodeid]
            for name in found.declaration.depends_on:
                if name not in by_id:
                    _break(item, mark("{file}: depends_on names no check: {id}."), id=name)
                if order(by_id[name].declaration.group) > order(found.declaration.group):
                    _break(
                        item,
                        mark("{file}: {id} depends on {other}, whose group runs later."),
                        id=found.id,
                        other=name,
                    )
        wanted = self._ids(by_id)
        items[:] = [item for item in items if self.checks[item.nodeid].id in wanted]
        items.sort(key=lambda item: self._rank(self.checks[item.nodeid], by_id))

    def _ids(self, by_id: dict[str, Check]) -> set[str]:
        """The ids to run: with --only, a group's and whatever they depend on."""
        group = self._wanted.only
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

        return self._wanted.groups.index(found.declaration.group), depth(found.id)

    def _check_of(self, item: pytest.Item) -> Check:
        declaration = declaration_of(getattr(item, "function", None))
        name = f"{item.path.stem}::{item.name.removeprefix('test_')}"
        if declaration is None:
            _break(item, mark("{file}: {id} is not declared with @check."), id=name)
        if declaration.group not in self._wanted.groups:
            _break(
                item,
                mark("{file}: {id} is in group {group}, which assignment.toml does not have."),
                id=name,
                group=declaration.group,
            )
        visible = item.path.is_relative_to(self._wanted.folders[0])
        visibility: Visibility = "visible" if visible else "hidden"
        shows = visible if declaration.shows is None else declaration.shows
        return Check(name, declaration, visibility, shows)

    # pytest's hooks: running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Run a check as pytest would, but without its other plugins, if all are plain functions.

        To set up and to tear down what such checks do not have takes longer than most of them. If
        there is another kind, too, pytest has to see each of them: it tears down for the next one.
        """
        if not self._are_plain:
            return None
        assert isinstance(item, pytest.Function)
        found = self.checks[item.nodeid]
        arguments: dict[str, object] = {}

        def set_up() -> None:
            self.run.begin(found)
            arguments.update((name, GIVEN[name](self.run)) for name in item.fixturenames)

        def call() -> None:
            with self.run.keep_margins(found):
                answer = item.obj(**arguments)
            if answer is not None:  # a comparison, perhaps, that nobody has required
                raise TypeError(f"it returns {type(answer).__name__}, and a check returns nothing")

        steps: dict[Literal["setup", "call"], Callable[[], None]] = {"setup": set_up, "call": call}
        for when, step in steps.items():
            called = pytest.CallInfo.from_call(step, when, reraise=ENDING)
            self.run.end(found, item, called)
            if called.excinfo is not None:
                break
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Ask the run whether there is a ground to run a check on."""
        self.run.begin(self.checks[item.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Have the run listen to a check."""
        with self.run.keep_margins(self.checks[item.nodeid]):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Tell the run what a check raised. Pytest need not write it down, too."""
        assert call.when != "collect", "that makes a report of another kind"
        self.run.end(self.checks[item.nodeid], item, call)
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo is not None else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)


FIXTURE = type(Finder.student)
# What ends a session, and is no outcome of a check; pytest's own runner has the same list.
ENDING = (KeyboardInterrupt, pytest.exit.Exception)


def _break(item: pytest.Item, template: str, **fields: Any) -> NoReturn:
    raise CheckError(template, file=str(item.path), **fields)


def _is_plain(item: pytest.Item) -> bool:
    """Tell whether pytest has nothing of a check but its function, and gives it our fixtures."""
    if not (
        type(item) is pytest.Function
        and type(item.parent) is pytest.Module
        and not hasattr(item, "callspec")
        and not inspect.iscoroutinefunction(item.obj)
        and GIVEN.keys() >= set(item.fixturenames)
        and not any(isinstance(value, FIXTURE) for value in vars(item.module).values())
    ):
        return False
    asked = inspect.signature(item.obj).parameters.values()
    return item.fixturenames == [one.name for one in asked if one.default is one.empty]


def _executed(module: ModuleType) -> ModuleType:
    """Execute a module's file again, as a module of its own."""
    spec = module.__spec__
    assert spec is not None, "pytest has imported it"
    assert spec.loader is not None, "by its loader"
    fresh = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = fresh
    spec.loader.exec_module(fresh)
    return fresh


def _face(node: pytest.Module) -> Face:
    stat, names = node.path.stat(), vars(node.obj)
    maybe = (name for name in names if name.lower().startswith("test"))
    declared = {name: declaration_of(names[name]) for name in maybe}
    return Face(stat.st_mtime_ns, stat.st_size, declared)
