"""Trainings that are known, so that the same one need not be made again.

A training is settled by its arguments and by what the student's functions answer. Right answers of
a class are mostly alike: the same formulas, so the same numbers, to the last bit. Where somebody's
functions answer the first steps as somebody's before did, all steps that followed then are asked
in a row. As long as the answers stay the same, these are the very inputs that a training would come
to; if they are the same to the end, so is the training: its weights, its curve, all of it. Nothing
of the network is computed again, here or in the student's process.

A single bit of difference shows that this training is another one. What the functions were asked
by then was not what it would have asked, and a function may remember. So `Strayed` is raised, and
whoever grades begins again, with a process that was asked nothing and without a memory. A report
is the same whatever is known: only the time is not.
"""

import hashlib
from typing import Any, NamedTuple

import numpy as np

from grader.errors import NotGraded
from grader.results import Training
from grader.sandbox.guest import Inputs
from grader.sandbox.inside.wire import pack

MOST = 8  # trainings that are kept; each takes a few megabytes


class Run(NamedTuple):
    """A training that was made.

    Args:
        inputs: what the functions were given.
        digest: of what they answered.
        finished: whether the loop ran to its end, and was not broken off.
        training: what came of it.
    """

    inputs: Inputs
    digest: bytes
    finished: bool
    training: Training


class Known(Exception):
    """Ends a `replay`: this training is one that is known."""

    def __init__(self, training: Training) -> None:
        """Keep what came of it."""
        super().__init__("This training is known.")
        self.training = training


class Strayed(NotGraded):
    """The answers were a known training's at first, and later they were not."""


class Notes:
    """What is noted of a training while it is made."""

    def __init__(self, key: bytes) -> None:
        """Begin with no step."""
        self.key = key
        self.finished = False
        self._inputs: list[Inputs] = []
        self._digest = Digest()

    def add(self, inputs: Inputs, answers: np.ndarray) -> None:
        """Note some steps: what was given, and what was answered, a row for each."""
        self._inputs.append(inputs)
        self._digest.add(answers)

    def run(self, training: Training) -> Run:
        """Put together what was noted, and what came of it."""
        inputs = tuple(map(np.concatenate, zip(*self._inputs, strict=True)))
        return Run(inputs, self._digest.value(), self.finished, training)


class Digest:
    """A digest of answers, however they are cut into pieces."""

    def __init__(self) -> None:
        """Begin with none."""
        self._hash = hashlib.sha256()

    def add(self, answers: np.ndarray) -> None:
        """Add some."""
        self._hash.update(np.ascontiguousarray(answers).data)

    def value(self) -> bytes:
        """The digest of all so far."""
        return self._hash.digest()


class Memory:
    """The latest trainings."""

    def __init__(self) -> None:
        """Know nothing."""
        self._runs: dict[bytes, Run] = {}
        self._purpose = b""
        self.notes: Notes | None = None  # of the training that is being made

    def begin(self, purpose: bytes) -> None:
        """Forget what was noted of a training that did not end.

        Args:
            purpose: whatever else than the training itself decides what comes of it.
        """
        self._purpose, self.notes = purpose, None

    def key_of(self, source: str, arguments: dict[str, Any], first: np.ndarray) -> bytes:
        """Make the key under which a training is kept.

        Args:
            source: of the loop.
            arguments: plain data for its `train`.
            first: what was answered to the first steps.
        """
        return hashlib.sha256(pack([self._purpose, source, arguments, first])).digest()

    def recall(self, key: bytes) -> Run | None:
        """Find the training that began like this."""
        run = self._runs.pop(key, None)
        if run is not None:
            self._runs[key] = run  # the latest of all
        return run

    def keep(self, training: Training) -> None:
        """Keep what came of the training that was noted."""
        if self.notes is not None:
            self._runs[self.notes.key] = self.notes.run(training)
            self.notes = None
        while len(self._runs) > MOST:
            del self._runs[next(iter(self._runs))]
