"""What an assignment's own code does: its reference answer, its mistakes/, by its probes.py.

    mistakes/*.py    that say '# diagnosis: ID'
    probes.py        what the functions are tried with:
                     probes(rng) -> {function: [(argument, ...), ...]}, inputs at which all right
                         answers agree and no two mistakes do;
                     extremes(rng), the same, if there are inputs at which right formulas differ;
                     KINDS = {constant: kind}, where kind(a float or a string) gives the same
                         for constants that are the same mistake. Without it they are compared
                         as they are.

Both stand in solutions/NAME/. Students are shown such calls and what is right there, as evidence:
none may be one that a hidden check makes.
"""

import contextlib
import io
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grader.checks.behaviour import MODIFIED, Answering, Behaviour, Calls, OurCode, behaviour
from grader.checks.loading import load_module
from grader.checks.mistakes import known_mistakes
from grader.errors import CheckError, CourseError, NotGraded

PROBES = "probes.py"


class Variant(NamedTuple):
    """What a known mistake does with the function that its misconception is about."""

    id: str
    behaviour: Behaviour


class Library:
    """What the assignment's own code does: the reference answer, and the known mistakes.

    Code that the course team wrote is run in this process, when it is needed, and once.
    """

    def __init__(
        self, functions: Mapping[str, str], solutions: Path, answer: Path, seed: int
    ) -> None:
        """Read the mistakes and the probes.

        Args:
            functions: of each misconception, by its id, the function or constant it is about.
            solutions: the course team's folder for the assignment.
            answer: the reference answer.
            seed: of the probes.

        Raises:
            NotGraded: one of the files is broken. Names it.
        """
        self._function_of = functions
        self._mistakes = known_mistakes(solutions)
        for mistake in self._mistakes:
            for one in mistake.diagnoses:
                if one not in functions:
                    raise CourseError(
                        "{file} names the diagnosis {id}, which diagnoses.toml does not have.",
                        file=str(mistake.path),
                        id=one,
                    )
        self._right: dict[str, Behaviour] = {}
        self._variants: dict[str, tuple[Variant, ...]] = {}
        self._probes_file = solutions / PROBES
        rng = np.random.default_rng([seed, zlib.crc32(PROBES.encode())])
        with in_silence():
            self._answer = OurCode(load_module(answer))
            probes = load_module(self._probes_file)
            with self._blamed():
                self._ordinary = _calls(probes.probes(rng))
                self._extreme = _calls(probes.extremes(rng) if hasattr(probes, "extremes") else {})
                self._kinds = dict(getattr(probes, "KINDS", {}))

    def tried(self, student: Answering, name: str, deadline: float = float("inf")) -> Behaviour:
        """Try a function, or read a constant; see `behaviour`.

        Raises:
            StudentError: as `behaviour` does.
            TimeoutError: as `behaviour` does.
            CheckError: probes.py can't say of what kind a constant is.
        """
        if name in self._ordinary:
            calls = self._ordinary[name], self._extreme.get(name, ())
            return behaviour(student, name, *calls, deadline=deadline)
        return Behaviour((self._kind(name, student.value(name)),))

    def asked(self, name: str) -> tuple[Calls, ...]:
        """List what a function is tried with, aspect by aspect; nothing of a constant."""
        if name not in self._ordinary:
            return ()
        ordinary = self._ordinary[name]
        return ordinary, ordinary[:MODIFIED], self._extreme.get(name, ())

    def right(self, name: str) -> Behaviour:
        """Try the reference answer.

        Raises:
            CheckError: it is a function that there are no probes for.
        """
        if callable(self._answer.module.__dict__.get(name)) and name not in self._ordinary:
            raise CheckError(
                "{file} has no arguments for {name}.", file=str(self._probes_file), name=name
            )
        if name not in self._right:
            with in_silence(), self._blamed():
                self._right[name] = self.tried(self._answer, name)
        return self._right[name]

    def variants(self, name: str) -> tuple[Variant, ...]:
        """Try the known mistakes of a function."""
        if name not in self._variants:
            with in_silence():
                self._variants[name] = tuple(self._tried_mistakes(name))
        return self._variants[name]

    def _tried_mistakes(self, name: str) -> Iterator[Variant]:
        for mistake in self._mistakes:
            ids = [one for one in mistake.diagnoses if self._function_of[one] == name]
            if ids:
                shown = self.tried(OurCode(load_module(mistake.path)), name)
                yield from (Variant(one, shown) for one in ids)

    def loses(self, one: str) -> frozenset[str]:
        """List the checks that a misconception loses: by itself, if that is known."""
        showing = [m for m in self._mistakes if one in m.diagnoses]
        alone = [m for m in showing if len(m.diagnoses) == 1]
        return frozenset[str]().union(*(m.loses for m in alone or showing))

    def _kind(self, name: str, value: Any) -> Any:
        if isinstance(value, int | float | np.ndarray) and np.asarray(value).shape == ():
            number = np.asarray(value)
            value = float(number) if number.dtype.kind in "iuf" else value
        plain = name in self._kinds and isinstance(value, float | str)
        with self._blamed():
            return self._kinds[name](value) if plain else value

    @contextlib.contextmanager
    def _blamed(self) -> Iterator[None]:
        """Blame probes.py for what goes wrong with what it gives."""
        try:
            yield
        except NotGraded:
            raise
        except Exception as error:
            raise CheckError(
                "{file} is broken: {detail}",
                file=str(self._probes_file),
                detail=f"{type(error).__name__}: {error}",
            ) from error


def _calls(probes: Mapping[str, Iterable[Iterable[Any]]]) -> dict[str, Calls]:
    return {name: [tuple(args) for args in calls] for name, calls in probes.items()}


@contextlib.contextmanager
def in_silence() -> Iterator[None]:
    """Let known mistakes print and overflow: that is what they are there for."""
    nowhere = io.StringIO()
    with (
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield
