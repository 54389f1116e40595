"""Proofs as one web page: self-contained, without scripts, made to be read and printed.

All markup stands in `templates/proof*`. This module prepares what a template can't work out
well: what is wrong and how often, and the margins' order, numbers and drawings.
"""

from collections.abc import Sequence

import msgspec

from grader.proof import Finding, Proof, Room, Section, mutation_score, problems, proved
from grader.report.language import round_percent
from grader.report.pages import encodable, environment
from grader.report.proof.reading import amount, enough, idle, tightest
from grader.results import MarginKind, Text


class Tried(msgspec.Struct, frozen=True):
    """A section, and which of its findings are as they have to be."""

    section: Section
    wrong: tuple[Finding, ...]
    right: tuple[Finding, ...]


class Margin(msgspec.Struct, frozen=True):
    """A margin as a row of a table.

    Args:
        title: the check's, if it is known.
        enough: whether it is as large as is asked.
        left: the margin in words.
        asked: what is asked in words.
        drawn: of a tolerance, the share that is left, held in [0, 1].
        mark: of a tolerance, the share that is asked, in [0, 1].
    """

    room: Room
    title: Text | None
    enough: bool
    left: str
    asked: str
    drawn: float
    mark: float


class Shown(msgspec.Struct, frozen=True):
    """A proof as the page shows it.

    Args:
        problems: how many there are.
        score: of the mutants, in words; None without mutants.
        margins: the tightest first, by kind; kinds that have none are left out.
        idle: ids of the checks that caught nothing.
    """

    proof: Proof
    proved: bool
    problems: int
    score: str | None
    tried: tuple[Tried, ...]
    margins: dict[MarginKind, tuple[Margin, ...]]
    idle: frozenset[str]


def render(proofs: Sequence[Proof], lang: str) -> str:
    """Make the page of proofs, for the course team alone: it tells about hidden checks.

    Args:
        proofs: one for each assignment.
        lang: one of `locales.LANGUAGES`.

    Returns:
        A whole HTML document that loads nothing and runs nothing; UTF-8 can encode it.
    """
    template = environment(lang).get_template("proof.html.j2")
    versions = {name: version for proof in proofs for name, version in proof.versions.items()}
    return encodable(template.render(shown=tuple(map(_shown, proofs)), versions=versions))


def _shown(proof: Proof) -> Shown:
    tried = tuple(map(_tried, proof.sections))
    mutation = proof.mutation
    return Shown(
        proof=proof,
        proved=proved(proof),
        problems=sum(len(one.wrong) for one in tried),
        score=None if mutation is None else round_percent(mutation_score(mutation)),
        tried=tried,
        margins=_margins(proof),
        idle=frozenset(catch.check for catch in idle(proof)),
    )


def _tried(section: Section) -> Tried:
    right = tuple(finding for finding in section.findings if finding.problem is None)
    return Tried(section, problems(section), right)


def _margins(proof: Proof) -> dict[MarginKind, tuple[Margin, ...]]:
    titles = {catch.check: catch.title for catch in proof.catches}
    kinds: dict[MarginKind, tuple[Margin, ...]] = {}
    for room in tightest(proof.rooms):
        row = Margin(
            room=room,
            title=titles.get(room.check),
            enough=enough(room),
            left=amount(room.left, room.kind),
            asked=amount(room.asked, room.kind),
            drawn=min(max(0.0, room.left), 1.0),  # in this order not-a-number is nothing
            mark=min(max(0.0, room.asked), 1.0),
        )
        kinds[room.kind] = (*kinds.get(room.kind, ()), row)
    return kinds
