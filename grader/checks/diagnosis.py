"""Naming the misconception behind wrong answers, from what the functions return alone.

A student's function is tried beside the reference answer's and those of the known mistakes. It
shows a misconception if it does what one of them does, and the reference answer does not.
An assignment brings, in solutions/NAME/, diagnoses.toml, with a [[diagnosis]] for each
misconception and perhaps a [[step]] for each step of the lesson, and what
`grader.checks.library` needs. Without that file it has no diagnoses.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from grader.checks.behaviour import ASPECTS, Answering, Behaviour, alike
from grader.checks.evidence import Case, of_answers, of_change, of_constant
from grader.checks.library import Library, Variant
from grader.course import read_toml
from grader.errors import CourseError, Missing, StudentError
from grader.results import OR, WRONG, CheckResult, Diagnosis, Outcome, Step, Text

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
        step: of the lesson: the number of a [[step]], if there are any.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    function: str
    title: str
    title_zh: str
    nudge: str
    nudge_zh: str
    step: Annotated[int, msgspec.Meta(ge=1)]


class LessonStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A [[step]] of diagnoses.toml.

    Args:
        number: as the handout counts.
        title: the handout's heading, without the number.
        formula: LaTeX in one line: what the handout prints in this step, and no more.
    """

    number: Annotated[int, msgspec.Meta(ge=1)]
    title: str
    title_zh: str
    formula: Annotated[str, msgspec.Meta(pattern=r"^[^\n]*$")] = ""


class Misconceptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a diagnoses.toml."""

    diagnosis: tuple[Misconception, ...]
    step: tuple[LessonStep, ...] = ()


class Diagnosed(NamedTuple):
    """What came of a diagnosis.

    Args:
        checks: each with the diagnosis that explains it.
        diagnoses: those that explain a check, in the order of diagnoses.toml.
    """

    checks: tuple[CheckResult, ...]
    diagnoses: tuple[Diagnosis, ...] = ()


class Recognised(NamedTuple):
    """Misconceptions that explain an aspect of what a function does.

    Args:
        ids: one, or several that can't be told apart.
        aspect: index of the field of `Behaviour`.
        telling: indices of the calls whose answers nothing explained before.
    """

    ids: Ids
    aspect: int
    telling: tuple[int, ...]


def read_diagnoses(solutions: Path) -> Misconceptions:
    """Read an assignment's diagnoses.toml; without one there are none.

    Args:
        solutions: the course team's folder for the assignment.

    Raises:
        CourseError: it is broken. Names the file and the key.
    """
    path = solutions / FILE
    if not path.is_file():
        return Misconceptions(())
    found = read_toml(path, Misconceptions)
    ids = [one.id for one in found.diagnosis]
    for one in ids:
        if ids.count(one) > 1:
            raise CourseError("{file}: two diagnoses have the id {id}.", file=str(path), id=one)
    numbers = [step.number for step in found.step]
    for number in numbers:
        if numbers.count(number) > 1:
            raise CourseError(
                "{file}: two steps have the number {number}.", file=str(path), number=number
            )
    for misconception in found.diagnosis:
        if numbers and misconception.step not in numbers:
            raise CourseError(
                "{file}: the diagnosis {id} has `step = {number}`, and no [[step]] has that "
                "number. Add one, or correct the diagnosis.",
                file=str(path),
                id=misconception.id,
                number=misconception.step,
            )
    return found


def recognise(shown: Behaviour, right: Behaviour, variants: Sequence[Variant]) -> list[Recognised]:
    """Find the misconceptions that explain what a function does.

    Each variant stands for the first aspect in which it differs from the right answer. What is
    wrong at ordinary inputs has to be explained before anything else is; what is left to
    explain in the other aspects may be a misconception of its own.

    Args:
        shown: what the student's function does.
        right: what the reference answer does.
        variants: what the known mistakes do.

    Returns:
        Misconceptions in the order of the aspects.
    """
    found: list[tuple[list[Variant], int, tuple[int, ...]]] = []
    explained = [Variant("", right)]
    for aspect in ASPECTS:

        def fits(variant: Variant, aspect: int = aspect) -> bool:
            return alike(variant.behaviour[aspect], shown[aspect])

        fitting = list(filter(fits, explained))
        if fitting:
            explained[:] = fitting  # narrows what was found before, too
            continue
        fitting = [v for v in variants if fits(v) and _deviates(v.behaviour, right) == aspect]
        if fitting:
            pairs = zip(explained[0].behaviour[aspect], shown[aspect], strict=False)
            telling = tuple(number for number, pair in enumerate(pairs) if not alike(*pair))
            explained = fitting
            found.append((fitting, aspect, telling))
        elif aspect == ASPECTS[0]:
            return []
    return [
        Recognised(tuple(dict.fromkeys(variant.id for variant in group)), aspect, telling)
        for group, aspect, telling in found
    ]


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
    def _table(self) -> Misconceptions:
        return read_diagnoses(self._solutions)

    @cached_property
    def _function_of(self) -> dict[str, str]:
        return {one.id: one.function for one in self._table.diagnosis}

    @cached_property
    def _loses(self) -> dict[str, frozenset[str]]:
        """Of each function, the checks that misconceptions about it lose."""
        lost = {name: frozenset[str]() for name in self._function_of.values()}
        for one, name in self._function_of.items():
            lost[name] |= self._library.loses(one)
        return lost

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
        if not wrong or not self._table.diagnosis:
            return Diagnosed(tuple(checks))
        silent = _silent(checks)
        names = [name for name, lost in self._loses.items() if name not in silent and lost & wrong]
        found = _recognised(student, self._library, names, time.monotonic() + seconds)
        loses = self._library.loses
        explains = {ids: frozenset[str]().union(*map(loses, ids)) & wrong for ids in found}
        told = {ids: explained for ids, explained in explains.items() if explained}
        diagnoses = tuple(
            self._told(one, ids, found[ids])
            for one in self._table.diagnosis
            for ids in told
            if one.id in ids
        )
        return Diagnosed(tuple(self._explained(check, told) for check in checks), diagnoses)

    def _told(self, one: Misconception, ids: Ids, shown: Text | None) -> Diagnosis:
        steps = (
            Step(step.number, Text(step.title, step.title_zh), step.formula)
            for step in self._table.step
            if step.number == one.step
        )
        return Diagnosis(
            id=one.id,
            function=one.function,
            title=Text(one.title, one.title_zh),
            nudge=Text(one.nudge, one.nudge_zh),
            step=one.step,
            alternatives=tuple(other for other in ids if other != one.id),
            evidence=shown,
            derivation=next(steps, None),
        )

    def _explained(self, check: CheckResult, told: Mapping[Ids, frozenset[str]]) -> CheckResult:
        """Say of a check what explains it: best a misconception about its own function."""
        fitting = [ids for ids, explained in told.items() if check.id in explained]
        if not fitting:
            return check
        own = [ids for ids in fitting if self._function_of[ids[0]] == check.group]
        best = min(own or fitting, key=lambda ids: len(told[ids]))
        return msgspec.structs.replace(check, diagnosis=OR.join(best))


def _silent(checks: Iterable[CheckResult]) -> set[str]:
    """List the functions that hung, died or are not there yet: they are not asked again."""
    errors = [c.message.params for c in checks if c.outcome is Outcome.ERROR and c.message]
    silent = (None, NotImplementedError.__name__)
    return {str(params.get("name")) for params in errors if params.get("kind") in silent}


def _recognised(
    student: Answering, library: Library, names: Iterable[str], deadline: float
) -> dict[Ids, Text | None]:
    """Find each function's misconceptions, and what shows them, until the code hangs or dies."""
    found: dict[Ids, Text | None] = {}
    for name in names:
        right = library.right(name)
        try:
            shown = library.tried(student, name, deadline)
            if alike(shown, right):
                continue
            for one in recognise(shown, right, library.variants(name)):
                evidence = _evidence(student, library, name, shown, one)
                found.setdefault(one.ids, evidence)
        except Missing:
            continue
        except (StudentError, TimeoutError):
            break
    return found


def _evidence(
    student: Answering, library: Library, name: str, shown: Behaviour, found: Recognised
) -> Text | None:
    """Show a misconception by the probes.

    Raises:
        StudentError: a constant can't be read again.
    """
    asked = library.asked(name)
    if not asked:
        return of_constant(name, student.value(name))
    calls, aspect = asked[found.aspect], Behaviour._fields[found.aspect]
    if aspect == "modified":
        return of_change(name, calls, shown.modified)
    right = library.right(name)[found.aspect]
    cases = [Case(*each) for each in zip(calls, shown[found.aspect], right, strict=True)]
    telling = [cases[number] for number in found.telling]
    return of_answers(name, telling, cases if aspect == "ordinary" else ())
