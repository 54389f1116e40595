"""Naming the misconception behind wrong answers, from what the functions return alone.

A student's function is tried beside the reference answer's and those of the known mistakes. It
shows a misconception if it does what one of them does, and the reference answer does not.
An assignment brings, in solutions/NAME/, diagnoses.toml, with a [[diagnosis]] for each
misconception, and what `grader.checks.library` needs. Without that file it has no diagnoses.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from grader.checks.behaviour import ASPECTS, Answering, Behaviour, alike
from grader.checks.library import Library, Variant
from grader.course import read_toml
from grader.errors import CourseError, Missing, StudentError
from grader.results import OR, WRONG, CheckResult, Diagnosis, Outcome, Text

FILE = "diagnoses.toml"

Ids = tuple[str, ...]
"""Misconceptions that the same answers fit: more than one can't be told apart."""


class Misconception(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A [[diagnosis]] of diagnoses.toml.

    Args:
        id: stable, in lower case with hyphens.
        function: the function or constant that shows it.
        title: a sentence to the student that names it.
        nudge: where to look and what to think about, without the code.
        step: of the lesson.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    function: str
    title: str
    title_zh: str
    nudge: str
    nudge_zh: str
    step: Annotated[int, msgspec.Meta(ge=1)]


class Misconceptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a diagnoses.toml."""

    diagnosis: tuple[Misconception, ...]


class Diagnosed(NamedTuple):
    """What came of a diagnosis.

    Args:
        checks: each with the diagnosis that explains it.
        diagnoses: those that explain a check, in the order of diagnoses.toml.
    """

    checks: tuple[CheckResult, ...]
    diagnoses: tuple[Diagnosis, ...] = ()


def read_misconceptions(solutions: Path) -> tuple[Misconception, ...]:
    """Read an assignment's diagnoses.toml; without one there are none.

    Args:
        solutions: the course team's folder for the assignment.

    Raises:
        CourseError: it is broken. Names the file and the key.
    """
    path = solutions / FILE
    if not path.is_file():
        return ()
    found = read_toml(path, Misconceptions).diagnosis
    ids = [one.id for one in found]
    for one in ids:
        if ids.count(one) > 1:
            raise CourseError("{file}: two diagnoses have the id {id}.", file=str(path), id=one)
    return found


def recognise(shown: Behaviour, right: Behaviour, variants: Sequence[Variant]) -> list[Ids]:
    """Find the misconceptions that explain what a function does.

    Each variant stands for the first aspect in which it differs from the right answer. What is
    wrong at ordinary inputs has to be explained before anything else is; what is left to
    explain in the other aspects may be a misconception of its own.

    Args:
        shown: what the student's function does.
        right: what the reference answer does.
        variants: what the known mistakes do.

    Returns:
        Misconceptions in the order of the aspects: one, or several that can't be told apart.
    """
    found: list[list[Variant]] = []
    explained = [Variant("", right)]
    for aspect in ASPECTS:

        def fits(variant: Variant, aspect: int = aspect) -> bool:
            return alike(variant.behaviour[aspect], shown[aspect])

        fitting = list(filter(fits, explained))
        if fitting:
            explained[:] = fitting
            continue
        fitting = [v for v in variants if _deviates(v.behaviour, right) == aspect and fits(v)]
        if fitting:
            explained = fitting
            found.append(fitting)
        elif aspect == ASPECTS[0]:
            return []
    return [tuple(dict.fromkeys(variant.id for variant in group)) for group in found]


def _deviates(behaviour: Behaviour, right: Behaviour) -> int | None:
    return next((a for a in ASPECTS if not alike(behaviour[a], right[a])), None)


class Tutor:
    """Who names the misconceptions of an assignment.

    Its files are read when the first wrong answer comes, and kept.
    """

    def __init__(self, solutions: Path, answer: Path, seed: int) -> None:
        """Read nothing yet.

        Args:
            solutions: the course team's folder for the assignment.
            answer: the reference answer.
            seed: of the probes.
        """
        self._solutions = solutions
        self._answer = answer
        self._seed = seed

    @cached_property
    def _known(self) -> tuple[Misconception, ...]:
        return read_misconceptions(self._solutions)

    @cached_property
    def _function_of(self) -> dict[str, str]:
        return {one.id: one.function for one in self._known}

    @cached_property
    def _library(self) -> Library:
        return Library(self._function_of, self._solutions, self._answer, self._seed)

    def diagnose(
        self, student: Answering, checks: Sequence[CheckResult], seconds: float
    ) -> Diagnosed:
        """Name what is behind the checks that were lost.

        Args:
            student: whose work it is, in a process that has answered nothing yet.
            checks: what became of the checks.
            seconds: after which the student is asked nothing more.

        Raises:
            NotGraded: a file of the course is broken. Names it.
        """
        wrong = {c.id for c in checks if c.outcome in WRONG}
        if not wrong or not self._known:
            return Diagnosed(tuple(checks))
        silent = _silent(checks)
        names = [name for name in dict.fromkeys(self._function_of.values()) if name not in silent]
        found = _recognised(student, self._library, names, time.monotonic() + seconds)
        loses = self._library.loses
        explains = {ids: frozenset[str]().union(*map(loses, ids)) & wrong for ids in found}
        told = {ids: explained for ids, explained in explains.items() if explained}
        diagnoses = tuple(_told(one, ids) for one in self._known for ids in told if one.id in ids)
        return Diagnosed(tuple(self._explained(check, told) for check in checks), diagnoses)

    def _explained(self, check: CheckResult, told: Mapping[Ids, frozenset[str]]) -> CheckResult:
        """Say of a check what explains it: best a misconception about its own function."""
        fitting = [ids for ids, explained in told.items() if check.id in explained]
        if not fitting:
            return check
        own = [ids for ids in fitting if self._function_of[ids[0]] == check.group]
        best = min(own or fitting, key=lambda ids: len(told[ids]))
        return msgspec.structs.replace(check, diagnosis=OR.join(best))


def _told(one: Misconception, ids: Ids) -> Diagnosis:
    return Diagnosis(
        id=one.id,
        function=one.function,
        title=Text(one.title, one.title_zh),
        nudge=Text(one.nudge, one.nudge_zh),
        step=one.step,
        alternatives=tuple(other for other in ids if other != one.id),
    )


def _silent(checks: Iterable[CheckResult]) -> set[str]:
    """List the functions that hung, died or are not there yet: they are not asked again."""
    errors = [c.message.params for c in checks if c.outcome is Outcome.ERROR and c.message]
    silent = (None, NotImplementedError.__name__)
    return {str(params.get("name")) for params in errors if params.get("kind") in silent}


def _recognised(
    student: Answering, library: Library, names: Iterable[str], deadline: float
) -> list[Ids]:
    """Find the misconceptions of each function, until the student's code hangs or dies."""
    found: list[Ids] = []
    for name in names:
        right = library.right(name)
        try:
            shown = library.tried(student, name, deadline)
        except Missing:
            continue
        except (StudentError, TimeoutError):
            break
        if not alike(shown, right):
            found += recognise(shown, right, library.variants(name))
    return found
