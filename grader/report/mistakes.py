"""Who shares which mistake: what a teacher explains once, to all whom it concerns."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

from grader.grades import CheckInfo, Overview, Standing
from grader.report.language import show
from grader.results import WRONG

K = TypeVar("K", bound=Hashable)

Shared = dict[K, tuple[Standing, ...]]
"""What students have in common, and who they are; what most have comes first."""


def lost(standing: Standing, checks: Iterable[CheckInfo]) -> tuple[int, ...]:
    """Number the checks that a student lost, from 1: failed or error, and none that was skipped.

    Who is not graded has lost none, whatever was found out until then.
    """
    if standing.status == "not_graded":
        return ()
    return tuple(n for n, c in enumerate(checks, 1) if standing.outcomes.get(c.id) in WRONG)


def by_diagnosis(overview: Overview) -> Shared[str]:
    """Gather the students with the same named misconception; one may have several."""
    return _gathered((name, s) for s in overview.standings for name in s.diagnoses)


def by_lost_checks(overview: Overview) -> Shared[tuple[int, ...]]:
    """Gather those without a diagnosis who lost the very same checks, at least one."""
    unnamed = (s for s in overview.standings if not s.diagnoses and s.cause is None)
    found = _gathered((lost(s, overview.checks), s) for s in unnamed)
    return {numbers: students for numbers, students in found.items() if numbers}


def by_cause(overview: Overview) -> Shared[str]:
    """Gather those whose work could not be run by the template of what was said.

    File names and lines differ, and the mistake is the same.
    """
    return _gathered((s.cause.en, s) for s in overview.standings if s.cause is not None)


def by_reason(overview: Overview, lang: str) -> Shared[str]:
    """Gather those who are not graded by the reason, "" where none was recorded."""
    return _gathered(
        (show(s.reason, lang) if s.reason else "", s)
        for s in overview.standings
        if s.status == "not_graded"
    )


def _gathered(pairs: Iterable[tuple[K, Standing]]) -> Shared[K]:
    found: defaultdict[K, list[Standing]] = defaultdict(list)
    for key, standing in pairs:
        found[key].append(standing)
    by_size = sorted(found.items(), key=lambda item: -len(item[1]))
    return {key: tuple(students) for key, students in by_size}
