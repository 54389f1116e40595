"""equivalent.toml: mutants of the reference answer that are right, each with the reason."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from grader.course import read_toml
from grader.verify.mutants import Mutant

FILE = "equivalent.toml"


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of the reference answer that is no mistake.

    Args:
        function: as in `Mutant`.
        was: as in `Mutant`.
        becomes: as in `Mutant`.
        reason: why no check should find it, for whoever reads the checks next.
    """

    function: str
    was: str
    becomes: str
    reason: Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    equivalent: tuple[Equivalent, ...] = ()


def read_equivalents(path: Path) -> tuple[Equivalent, ...]:
    """Read an equivalent.toml. Where there is none, nothing is declared.

    Raises:
        CourseError: it is wrong. Names the file and the key.
    """
    return read_toml(path, _Tables).equivalent if path.exists() else ()


def declared(mutant: Mutant, equivalents: Sequence[Equivalent]) -> Equivalent | None:
    """Find the declaration that a mutant is equivalent, or None."""
    return next((e for e in equivalents if _is_of(e, mutant)), None)


def stale(found: Sequence[Mutant], equivalents: Sequence[Equivalent]) -> tuple[Equivalent, ...]:
    """The declarations that none of the mutants has: the answer was changed since."""
    return tuple(e for e in equivalents if not any(_is_of(e, mutant) for mutant in found))


def _is_of(equivalent: Equivalent, mutant: Mutant) -> bool:
    """Tell whether both make the same lines of the same others. The operator doesn't matter."""
    return (equivalent.function, equivalent.was, equivalent.becomes) == (
        mutant.function,
        mutant.was,
        mutant.becomes,
    )
