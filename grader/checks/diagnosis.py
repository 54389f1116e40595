"""Naming the misconception behind wrong answers, from what the functions return alone.

A student's function is tried beside the reference answer's and those of the known mistakes. It
shows a misconception if it does what one of them does, and the reference answer does not.
An assignment brings, in solutions/NAME/, diagnoses.toml, with a [[diagnosis]] for each
misconception, and what `grader.checks.library` needs. Without that file it has no diagnoses.
"""

import time
from collections.abc import Iterable, Sequence
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


def diagnose(
    student: Answering,
    checks: Sequence[CheckResult],
    *,
    solutions: Path,
    answer: Path,
    seed: int,
    seconds: float,
) -> Diagnosed:
    """Name what is behind the checks that were lost.

    Args:
        student: whose work it is, in a process that has answered nothing yet.
        checks: what became of the checks.
        solutions: the course team's folder for the assignment.
        answer: the reference answer.
        seed: of the probes.
        seconds: after which the student is asked nothing more.

    Raises:
        NotGraded: a file of the course is broken. Names it.
    """
    wrong = {c.id for c in checks if c.outcome in WRONG}
    known = read_misconceptions(solutions) if wrong else ()
    if not known:
        return Diagnosed(tuple(checks))
    function_of = {one.id: one.function for one in known}
    library = Library(function_of, solutions, answer, seed)
    silent = _silent(checks)
    names = [name for name in dict.fromkeys(function_of.values()) if name not in silent]
    found = _recognised(student, library, names, time.monotonic() + seconds)
    explains = {ids: wrong & frozenset[str]().union(*map(library.loses, ids)) for ids in found}
    told = [ids for ids in found if explains[ids]]

    def diagnosed(check: CheckResult) -> CheckResult:
        fitting = [ids for ids in told if check.id in explains[ids]]
        if not fitting:
            return check
        own = [ids for ids in fitting if function_of[ids[0]] == check.group]
        best = min(own or fitting, key=lambda ids: len(explains[ids]))
        return msgspec.structs.replace(check, diagnosis=OR.join(best))

    diagnoses = tuple(
        Diagnosis(
            id=one.id,
            function=one.function,
            title=Text(one.title, one.title_zh),
            nudge=Text(one.nudge, one.nudge_zh),
            step=one.step,
            alternatives=tuple(other for other in ids if other != one.id),
        )
        for one in known
        for ids in told
        if one.id in ids
    )
    return Diagnosed(tuple(map(diagnosed, checks)), diagnoses)


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
            variants = tuple(library.variants(name))
            found += recognise(shown, right, variants)
    return found
