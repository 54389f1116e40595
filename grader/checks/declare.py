"""How a check says what it is."""

from collections.abc import Callable
from typing import Any

import msgspec

from grader.results import Text, Visibility


class Declaration(msgspec.Struct, frozen=True):
    """What an author says about a check. See `check`."""

    group: str
    points: int
    title: Text
    hint: Text
    depends_on: tuple[str, ...]
    shows: bool | None


class Check(msgspec.Struct, frozen=True):
    """A check that was found in a file.

    Args:
        id: the file's stem and the function's name without 'test_', joined by '::'.
        shows: whether students may see input, answer and expected value.
    """

    id: str
    declaration: Declaration
    visibility: Visibility
    shows: bool


def check(
    group: str,
    *,
    points: int,
    title: str,
    title_zh: str,
    hint: str,
    hint_zh: str,
    depends_on: tuple[str, ...] = (),
    shows: bool | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a pytest function to be a check.

    Args:
        group: a group of assignment.toml.
        points: whole, given for passing. Partial credit is two checks at two bars.
        title: what is true of a right answer, as a sentence.
        title_zh: the same in Simplified Chinese.
        hint: where to look when it fails, with the lesson's step. Not the code.
        hint_zh: the same in Simplified Chinese.
        depends_on: ids of checks, like 'test_loss::answers'. Unless all of them passed,
            this one is skipped.
        shows: whether a failure shows students input, answer and expected value. Left out:
            visible checks do, hidden ones don't.
    """
    declaration = Declaration(
        group=group,
        points=points,
        title=Text(title, title_zh),
        hint=Text(hint, hint_zh),
        depends_on=depends_on,
        shows=shows,
    )

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        function.declaration = declaration  # type: ignore[attr-defined]
        return function

    return declare


def declaration_of(function: Any) -> Declaration | None:
    """Get what `check` attached to a function, or None."""
    found = getattr(function, "declaration", None)
    return found if isinstance(found, Declaration) else None
