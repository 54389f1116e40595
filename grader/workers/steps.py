"""How far some workers are with what they were given."""

from collections.abc import Callable
from typing import NamedTuple


class Step(NamedTuple):
    """One more is done.

    Args:
        done: how many are, from before or from now.
        total: how many there are.
        worked: whether anything had to be done for this one.
    """

    done: int
    total: int
    worked: bool


Watch = Callable[[Step], None]
