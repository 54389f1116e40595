"""Trainings that are known, so that the same one need not be made again.

A training is settled by its arguments and by what the student's functions answer. Right answers of
a class are mostly alike: the same formulas, so the same numbers, to the last bit. Where somebody's
functions answer the first steps as somebody's before did, all steps that followed then are asked
in a row. As long as the answers stay the same, these are the very inputs that a training would come
to; if they are the same to the end, so is the training: its weights, its curve, all of it. After
the first steps nothing of the network is computed again, here or in the student's process.

Who makes a training leaves it in the room of all who grade the same on this machine, so that none
of the others need make it, either.

A single bit of difference shows that this training is another one. What the functions were asked
by then was not what it would have asked, and a function may remember. So `Strayed` is raised, the
known training is forgotten, and whoever grades begins again, with a process that was asked nothing.

All this holds of functions that do nothing but answer. Code that reaches for more, `reaches_out`,
is trained each time. So a report is the same whatever is known: only the time is not.
"""

import ast
import contextlib
import hashlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from grader.disk import write_whole
from grader.errors import NotGraded
from grader.results import Training
from grader.sandbox.guest import Inputs
from grader.sandbox.inside.wire import pack, unpack_frame

MOST = 8  # trainings that a process keeps in its memory
SUFFIX = ".training"
SEAL = hashlib.sha256().digest_size  # bytes before it by which damage is seen
MOST_BYTES = 32 * 2**20  # of the inputs of one that is kept
SHELF_BYTES = 256 * 2**20  # of all that lie in a room; as much is left free beside them
# Functions, and attributes of NumPy and its arrays, with which a program could change what it was
# not given, or see how it is called.
FUNCTIONS = frozenset(
    """
    setattr delattr getattr globals vars locals dir exec eval compile open breakpoint input id
    """.split()
)
ATTRIBUTES = frozenset(
    """
    seterr seterrcall setbufsize setflags base data ctypes flags strides shares_memory
    may_share_memory lib core testing
    """.split()
)
MODULES = frozenset(
    """
    __future__ collections dataclasses functools itertools math matplotlib numpy operator random
    statistics typing
    """.split()
)


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

    def run(self, training: Training) -> Run | None:
        """Put together what was noted and what came of it, unless it is too much or nothing."""
        size = sum(rows.nbytes for inputs in self._inputs for rows in inputs)
        if not 0 < size <= MOST_BYTES:
            return None
        inputs = tuple(map(np.concatenate, zip(*self._inputs, strict=True)))
        return Run(inputs, self._digest.value(), self.finished, training)


class Shelf:
    """A folder of trainings that several processes share. Whatever goes wrong, one is not there."""

    def __init__(self, room: Path) -> None:
        """Have it in a room that is nobody else's."""
        self._room = room

    def put(self, key: bytes, run: Run) -> None:
        """Lay a training there; those that were needed longest ago make room."""
        with contextlib.suppress(OSError):
            if shutil.disk_usage(self._room).free < SHELF_BYTES:  # others need some of it, too
                return
            training = np.frombuffer(msgspec.msgpack.encode(run.training), np.uint8)
            data = pack(run._asdict() | {"digest": run.digest.hex(), "training": training})
            write_whole(self._path(key), [hashlib.sha256(data).digest(), data])
            self._make_room()

    def _make_room(self) -> None:
        lying = {path: path.stat() for path in self._room.glob("*" + SUFFIX)}
        size = sum(status.st_size for status in lying.values())
        for path in sorted(lying, key=lambda path: lying[path].st_mtime_ns):
            if size <= SHELF_BYTES:
                return
            path.unlink(missing_ok=True)
            size -= lying[path].st_size

    def take(self, key: bytes) -> Run | None:
        """Look for a training, which is needed."""
        try:
            kept = memoryview(self._path(key).read_bytes())
            seal, data = kept[:SEAL], kept[SEAL:]
            if hashlib.sha256(data).digest() != seal:
                return None
            found = unpack_frame(data)
            self.touch(key)
            return Run(
                found["inputs"],
                bytes.fromhex(found["digest"]),
                found["finished"],
                msgspec.msgpack.decode(found["training"].tobytes(), type=Training),
            )
        except (OSError, msgspec.DecodeError):  # none, or that of another version
            return None

    def touch(self, key: bytes) -> None:
        """Note that a training is needed again."""
        with contextlib.suppress(OSError):
            os.utime(self._path(key))

    def remove(self, key: bytes) -> None:
        """Take a training away."""
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: bytes) -> Path:
        return self._room / (key.hex() + SUFFIX)


class Memory:
    """The latest trainings."""

    def __init__(self, room: Path | None = None) -> None:
        """Know nothing, but what others may have left in a room."""
        self._shelf = None if room is None else Shelf(room)
        self._runs: dict[bytes, Run] = {}
        self._purpose = ""
        self._begun: list[Notes] = []  # since the last `begin`

    def begin(self, purpose: bytes) -> None:
        """Begin a training, and forget what was noted of one that did not end.

        Args:
            purpose: whatever else than the training itself decides what comes of it.
        """
        self._purpose, self._begun = hashlib.sha256(purpose).hexdigest(), []

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
        if self._begun:  # what comes of two loops is not one loop's
            return None
        run = self._runs.get(key)
        if self._shelf is not None:
            if run is None:
                run = self._shelf.take(key)
            else:
                self._shelf.touch(key)
        if run is not None:
            self._remember(key, run)
        return run

    def forget(self, key: bytes) -> None:
        """Keep a training no longer."""
        del self._runs[key]
        if self._shelf is not None:
            self._shelf.remove(key)

    def note(self, key: bytes) -> Notes:
        """Begin to take notes of a loop."""
        self._begun.append(Notes(key))
        return self._begun[-1]

    def keep(self, training: Training) -> None:
        """Keep what came of the loop that was noted, if it was one."""
        if len(self._begun) != 1:
            return
        key, run = self._begun[0].key, self._begun[0].run(training)
        if run is None:
            return
        self._remember(key, run)
        if self._shelf is not None:
            self._shelf.put(key, run)

    def _remember(self, key: bytes, run: Run) -> None:
        self._runs.pop(key, None)
        self._runs[key] = run  # the latest of all
        while len(self._runs) > MOST:
            del self._runs[next(iter(self._runs))]


def reaches_out(source: str, given: Collection[str]) -> bool:
    """Tell whether a program might do more than define functions that answer.

    Args:
        source: of the program, or of a part of it.
        given: names of the modules that the assignment gives.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(_reaches_out(node, MODULES.union(given)) for node in ast.walk(tree))


def _reaches_out(node: ast.AST, modules: Collection[str]) -> bool:
    """Tell whether a piece of a program might, itself."""
    match node:
        case ast.Import(names):
            return not all(_is_among(name.name, modules) for name in names)
        case ast.ImportFrom(module, names):
            return not all(_is_among(f"{module}.{name.name}", modules) for name in names)
        case ast.Attribute(ast.Name("self"), name):
            return name.startswith("__")
        case ast.Attribute(_, name, context):
            hidden = name.startswith("_") and name != "__name__"
            return name in ATTRIBUTES or hidden or not isinstance(context, ast.Load)
        case ast.Name(name):
            return name in FUNCTIONS or (name.startswith("__") and name != "__name__")
        case _:
            return False


def _is_among(path: str, modules: Collection[str]) -> bool:
    first, *others = path.split(".")
    return first in modules and not ATTRIBUTES.intersection(others)
