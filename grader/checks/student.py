"""The student's work as a check sees it: functions that answer with plain data.

`Student` is the one seam between checks and the sandbox. The real side is `GuestStudent`;
tests of checks bring one of their own that calls functions in this process.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from grader.checks.known import Memory
from grader.errors import CheckError, Raised
from grader.sandbox.guest import Answers, Guest


class Student(Protocol):
    """What a check may ask. `student.name(...)` is short for `student.call("name", ...)`.

    Every method raises `StudentError` for whatever the student's code does wrong. Nobody
    needs to catch it: it is the check's outcome.
    """

    last_call: tuple[str, tuple[Any, ...]] | None
    """The last single call, for the message if a comparison fails."""

    memory: Memory | None
    """What is known of trainings before this one. None: nothing, and nothing is to be kept."""

    def call(self, name: str, *args: Any) -> Any:
        """Call a function with plain data; its answer, as plain data."""

    def map(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a function once for each list of arguments, in one exchange."""

    def modifies(self, name: str, *args: Any) -> bool:
        """Call a function and tell whether it changed its arguments."""

    def value(self, name: str) -> Any:
        """Read a constant."""

    def replay(
        self, loop: str, arguments: dict[str, Any], step_shape: tuple[int, ...], block: int
    ) -> Answers:
        """Run a loop with the student's functions; see `grader.sandbox.guest.Guest.replay`."""

    def second_chance(self) -> AbstractContextManager[None]:
        """Be asked again after a time-out; see `grader.sandbox.guest.Guest.second_chance`."""

    def __getattr__(self, name: str) -> Any:
        """Give a function of the submission that can be called like one of ours."""


def each(
    student: Student, name: str, calls: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Call a function once for each tuple of arguments, in one exchange.

    Yields:
        The arguments and the answer of each call, which is the student's last one by then.

    Raises:
        StudentError: whatever went wrong with the student's code.
    """
    try:
        answers = student.map(name, calls)
    except Raised:  # at which of them?
        for arguments in calls:
            yield arguments, student.call(name, *arguments)
        return
    for arguments, answer in zip(calls, answers, strict=True):
        student.last_call = name, arguments
        yield arguments, answer


class GuestStudent:
    """A student behind the border."""

    def __init__(self, guest: Guest, names: tuple[str, ...], memory: Memory | None = None) -> None:
        """Speak for a guest that may be asked for some names."""
        self._guest = guest
        self._names = names
        self.memory = memory
        self.last_call: tuple[str, tuple[Any, ...]] | None = None

    def call(self, name: str, *args: Any) -> Any:
        """Call a function with plain data; its answer, as plain data."""
        self.last_call = self._known(name), args
        return self._guest.call(name, args).value

    def map(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a function once for each list of arguments, in one exchange."""
        self.last_call = None
        return self._guest.map(self._known(name), calls)

    def modifies(self, name: str, *args: Any) -> bool:
        """Call a function and tell whether it changed its arguments."""
        self.last_call = self._known(name), args
        return bool(self._guest.call(name, args, watch=True).modified)

    def value(self, name: str) -> Any:
        """Read a constant."""
        self.last_call = None
        return self._guest.value(self._known(name))

    def replay(
        self, loop: str, arguments: dict[str, Any], step_shape: tuple[int, ...], block: int
    ) -> Answers:
        """Run a loop with the student's functions; see `grader.sandbox.guest.Guest.replay`."""
        self.last_call = None
        return self._guest.replay(loop, arguments, step_shape, block)

    def second_chance(self) -> AbstractContextManager[None]:
        """Be asked again after a time-out; see `grader.sandbox.guest.Guest.second_chance`."""
        return self._guest.second_chance()

    def _known(self, name: str) -> str:
        """Tell a check's spelling mistake from a student's."""
        if name not in self._names:
            raise CheckError(
                "A check asks for {name}, which is not among the `names` of assignment.toml.",
                name=name,
            )
        return name

    def __getattr__(self, name: str) -> Any:
        """Give a function of the submission that can be called like one of ours."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.call(name, *args)
