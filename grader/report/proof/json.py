"""Proofs as JSON, for programs.

Keys stand in this order; sentences are in the language that was asked for::

    {"schema": 1, "proved": false, "assignments": [
      {"assignment": "Neuron", "title": "...", "proved": false, "seeds": 30,
       "seconds": 62.1,
       "sections": [{"kind": "mutants", "title": "...", "summary": "...", "proved": false,
                     "findings": [{"name": "...", "ok": false, "problem": "...", "note": null,
                                   "diff": "+    return a", "seconds": 0.4}]}],
       "margins": [{"check": "test_loss::sign", "kind": "tolerance", "left": 0.97,
                    "asked": 0.5, "enough": true, "seed": 3}],
       "mutation": {"killed": 85, "crashed": 3, "equivalent": 2, "survived": 1,
                    "score": 0.988},
       "checks": [{"id": "test_loss::sign", "title": "...", "visibility": "visible",
                   "points": 4.0, "mistakes": 3, "mutants": 7}],
       "versions": {"grader": "...", "python": "...", "numpy": "..."}}]}

`kind` of a section and of a margin, and every count: see `grader.proof`. Null are the
problem of a finding that is `ok`, a note that is not there, the mutation of an assignment
of which no mutant could be made, and a number that is not finite.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from grader.proof import (
    SCHEMA,
    Catch,
    Finding,
    Proof,
    Room,
    Section,
    mutation_score,
    problems,
    proved,
)
from grader.report.language import show
from grader.report.pages import encodable
from grader.report.proof.reading import enough
from grader.results import Text


def render(proofs: Sequence[Proof], lang: str) -> str:
    """Write proofs as JSON that UTF-8 can encode, indented by two spaces.

    Args:
        proofs: one for each assignment.
        lang: one of `locales.LANGUAGES`.
    """
    content = {
        "schema": SCHEMA,
        "proved": all(map(proved, proofs)),
        "assignments": [_assignment(proof, lang) for proof in proofs],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _assignment(proof: Proof, lang: str) -> dict[str, Any]:
    mutation = proof.mutation
    return {
        "assignment": proof.assignment,
        "title": _said(proof.title, lang),
        "proved": proved(proof),
        "seeds": proof.seeds,
        "seconds": proof.seconds,
        "sections": [_section(section, lang) for section in proof.sections],
        "margins": [_margin(room) for room in proof.rooms],
        "mutation": mutation
        and msgspec.structs.asdict(mutation) | {"score": mutation_score(mutation)},
        "checks": [_check(catch, lang) for catch in proof.catches],
        "versions": proof.versions,
    }


def _section(section: Section, lang: str) -> dict[str, Any]:
    return {
        "kind": section.kind,
        "title": _said(section.title, lang),
        "summary": _said(section.summary, lang),
        "proved": not problems(section),
        "findings": [_finding(finding, lang) for finding in section.findings],
    }


def _finding(finding: Finding, lang: str) -> dict[str, Any]:
    return {
        "name": encodable(finding.name),
        "ok": finding.problem is None,
        "problem": finding.problem and _said(finding.problem, lang),
        "note": finding.note and _said(finding.note, lang),
        "diff": encodable(finding.diff),
        "seconds": finding.seconds,
    }


def _margin(room: Room) -> dict[str, Any]:
    return {
        "check": encodable(room.check),
        "kind": room.kind,
        "left": room.left,
        "asked": room.asked,
        "enough": enough(room),
        "seed": room.seed,
    }


def _check(catch: Catch, lang: str) -> dict[str, Any]:
    return {
        "id": encodable(catch.check),
        "title": _said(catch.title, lang),
        "visibility": catch.visibility,
        "points": catch.points,
        "mistakes": catch.mistakes,
        "mutants": catch.mutants,
    }


def _said(text: Text, lang: str) -> str:
    return encodable(show(text, lang))
