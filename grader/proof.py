"""The records of proving an assignment. Frozen: whatever is shown is a function over them.

`grader verify` asks of an assignment what an assignment asks of a student: is it right, is it
tight, is it fair. A `Proof` says what was tried and what came of it.
"""

from typing import Literal

import msgspec

from grader.results import MarginKind, Text

SCHEMA = 1

Kind = Literal[
    "answer", "template", "mistakes", "mutants", "styles", "odd", "margins", "leaks", "upkeep"
]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was tried.

    Args:
        name: of what was tried: a file's, 'seed 7', a mutant's.
        problem: why it is not as it has to be; None if it is.
        note: what is worth knowing all the same, or None.
        diff: of a mutant: what was changed, as a short unified diff.
        seconds: wall clock, 0 where it does not matter.
    """

    name: str
    problem: Text | None = None
    note: Text | None = None
    diff: str = ""
    seconds: float = 0.0


class Section(msgspec.Struct, frozen=True):
    """All that was tried to prove one thing.

    Args:
        kind: which, for programs.
        title: what is to be proved, as a sentence.
        findings: one for each trial.
        summary: what came of it, in a few words.
    """

    kind: Kind
    title: Text
    findings: tuple[Finding, ...]
    summary: Text


class Room(msgspec.Struct, frozen=True):
    """How much room right answers had in one check, over all seeds.

    Args:
        check: its id.
        kind: see `results.Margin`.
        left: the smallest margin.
        seed: from which it came.
        asked: what assignment.toml asks for.
    """

    check: str
    kind: MarginKind
    left: float
    seed: int
    asked: float


class Mutation(msgspec.Struct, frozen=True):
    """How mutants of the reference answer fared.

    Args:
        killed: a comparison failed.
        crashed: none failed, but their code raised: they prove nothing.
        equivalent: they passed, and are declared to be no mistakes.
        survived: they passed, and should not have.
    """

    killed: int
    crashed: int
    equivalent: int
    survived: int


class Catch(msgspec.Struct, frozen=True):
    """What one check is good for: how many it caught.

    Args:
        check: its id.
        title: what it says.
        visibility: 'visible' or 'hidden'.
        points: that it gives.
        mistakes: known mistakes that fail it.
        mutants: mutants of which it is the first check to fail.
    """

    check: str
    title: Text
    visibility: str
    points: float
    mistakes: int
    mutants: int


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known about one assignment.

    Args:
        seeds: how many the reference answer was tried with, from 0.
        sections: in the order in which they are shown.
        rooms: of every bar and tolerance.
        mutation: None where no mutant could be made, or the answer itself does not hold.
        catches: of every check, in the assignment's order.
        seconds: wall clock.
    """

    schema: int = SCHEMA
    assignment: str
    title: Text
    seeds: int
    sections: tuple[Section, ...]
    rooms: tuple[Room, ...]
    mutation: Mutation | None
    catches: tuple[Catch, ...]
    versions: dict[str, str]
    seconds: float


def problems(section: Section) -> tuple[Finding, ...]:
    """List what is not as it has to be."""
    return tuple(f for f in section.findings if f.problem is not None)


def proved(proof: Proof) -> bool:
    """Tell whether everything is as it has to be."""
    return not any(problems(section) for section in proof.sections)


def mutation_score(mutation: Mutation) -> float:
    """The share of mutants that were killed, in [0, 1], of those that prove something.

    What is equivalent to the answer can't be killed, and what crashes tells nothing about the
    comparisons.
    """
    told = mutation.killed + mutation.survived
    return mutation.killed / told if told else 1.0
