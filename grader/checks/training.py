"""Training with a student's functions, computed where the student's code is not.

The assignment brings a loop: a module whose `train(..., respond)` has `respond` fill in what
the student's functions answer at each step, and yields after each block of steps. It is run
twice at the same time. In the student's process `respond` asks the functions, and what they
answered is sent here block by block. Here `respond` fills in those answers, and the same
loop computes the weights again. So weights, accuracy and loss come from nothing but what
the functions returned, and a process is woken once a block and not once a step.

Computing the weights from known answers can be much quicker than asking for them step by step.
A loop that knows how has a `retrace`, which is used here in the place of `train`.

A training that was made before need not be made again: see `grader.checks.known`.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from grader.checks.known import Digest, Known, Run, Strayed
from grader.checks.loading import load_module
from grader.checks.student import Student
from grader.errors import CheckError, Died, StudentError
from grader.results import Epoch, Progress, Training
from grader.sandbox.guest import Answers

Watch = Callable[[Epoch | Progress], None]


class TrainingTask(msgspec.Struct, frozen=True):
    """What is to be trained.

    Args:
        folder: the assignment's folder.
        solutions: the course team's folder for it, or None in a student's kit.
        epochs: how many at most.
        threshold: the training accuracy in [0, 1] that counts as converged.
        seed: of the first weights.
    """

    folder: Path
    solutions: Path | None
    epochs: int
    threshold: float
    seed: int


class Loop(Protocol):
    """A training loop, as an assignment brings it. Its module imports only NumPy.

    `BLOCK` is the largest number of steps in a block, `STEP_ANSWER` the shape of what is
    answered in one step, `answer(student, *inputs, out)` fills it in the student's process.
    `train` calls `respond(*inputs, out)` and yields blocks that hold all of a block's outs as
    `answers`, float64 (steps, *STEP_ANSWER). It may write more into them, for its `retrace`.

    A loop may also have `retrace(*, take, **arguments)`, where `take(count)` gives the answers of
    the next steps. It yields the same blocks as `train`, whatever stands in the answers: what
    `train` wrote there beside the student's own is as much the student's word as the rest.

    A loop whose trainings may be recognised says in `ANSWERED` how many rows of STEP_ANSWER
    `answer` fills in, the first ones, and its blocks have `inputs`: arrays of their own, with a
    row for each step, of what `respond` was given. It promises that a training is settled: that
    task, arguments and these answers alone decide what the assignment's `run` makes of it.
    """

    BLOCK: int
    STEP_ANSWER: tuple[int, ...]

    def train(self, *, respond: Callable[..., None], **arguments: Any) -> Iterator[Any]:
        """Train, yielding after each block."""


def replay(student: Student, path: Path, copies: Callable[[], dict[str, Any]]) -> Iterator[Any]:
    """Run a loop on both sides of the border; yield what it yields on this one.

    Args:
        student: who answers.
        path: the loop's file.
        copies: makes the arguments of `train`: they are made twice, as training changes them.

    Raises:
        CheckError: the loop can't be loaded.
        StudentError: whatever went wrong with the student's code.
        Known: this training was made before. `run_training` waits for that.
        Strayed: it seemed so, and is not so.
    """
    loop: Loop = load_module(path)
    source, arguments = path.read_text(encoding="utf-8"), copies()
    rows: int | None = getattr(loop, "ANSWERED", None)
    memory = student.memory
    answers = student.replay(source, arguments, loop.STEP_ANSWER, loop.BLOCK)
    try:
        first = next(answers, None)
        if first is None:  # no step
            yield from _again(loop, copies(), answers)
            return
        if memory is None or rows is None:
            answers.send(())
            yield from _again(loop, copies(), chain([first], answers))
            return
        key = memory.key_of(source, arguments, first[:, :rows])
        run = memory.recall(key)
        if run is not None:
            if _followed(run, first, answers, rows):
                raise Known(run.training)
            memory.forget(key)
            raise Strayed("The answers are no longer those of a known training.")
        answers.send(())
        notes = memory.note(key)
        for block in _again(loop, copies(), chain([first], answers)):
            notes.add(block.inputs, block.answers[:, :rows])
            yield block
        notes.finished = True
    finally:
        answers.close()


def _again(loop: Loop, arguments: dict[str, Any], answers: Iterator[np.ndarray]) -> Iterator[Any]:
    """Run a loop on this side, with the answers that come from the other one."""
    take = _taker(answers, loop.STEP_ANSWER)
    if hasattr(loop, "retrace"):
        yield from loop.retrace(**arguments, take=take)
    else:
        yield from loop.train(**arguments, respond=_known(take))
    next(answers, None)  # the other side's word that it has finished, too


def _followed(run: Run, first: np.ndarray, answers: Answers, rows: int) -> bool:
    """Ask what was asked in a run after its first steps, and tell whether all answers are its own.

    Of each step's answer the first rows are the student's.
    """
    digest, left = Digest(), len(run.inputs[0])
    try:
        answers.send(tuple(given[len(first) :] for given in run.inputs))
        for block in chain([first], answers):
            digest.add(block[:left, :rows])
            left -= len(block)
            if left <= 0:
                break
        if run.finished:
            next(answers, None)
    except StudentError:
        return False
    return digest.value() == run.digest


def _taker(blocks: Iterator[np.ndarray], shape: tuple[int, ...]) -> Callable[[int], np.ndarray]:
    """Give answers step by step, however the other side cut them into blocks."""
    waiting = np.empty((0, *shape))

    def take(count: int) -> np.ndarray:
        nonlocal waiting
        while len(waiting) < count:
            block = next(blocks, None)
            if block is None:
                raise Died("{name} ended before its last step.", name="training")
            waiting = np.concatenate([waiting, block])
        taken, waiting = waiting[:count], waiting[count:]
        return taken

    return take


def _known(take: Callable[[int], np.ndarray]) -> Callable[..., None]:
    """Fill in the answers of one step after the other."""

    def respond(*inputs_and_out: Any) -> None:
        inputs_and_out[-1][:] = take(1)[0]

    return respond


def run_training(student: Student, file: Path, task: TrainingTask, watch: Watch) -> Training:
    """Run an assignment's training: the function `run(student, task, watch)` of its file.

    Raises:
        CheckError: the file can't be loaded, or its `run` gives no Training. Names the file.
        StudentError: whatever went wrong with the student's code.
        Strayed: it seemed to be a training that is known, and is not.
    """
    memory = student.memory
    if memory is not None:
        memory.begin(file.read_bytes() + repr(task).encode())
    try:
        made = load_module(file).run(student, task, watch)
    except Known as known:
        for epoch in known.training.epochs:
            watch(epoch)
        return known.training
    try:  # as it would be if it had been kept: a loss of 0 is 0.0
        training = msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Training)
    except (TypeError, msgspec.ValidationError) as error:
        raise CheckError(
            "{file}: what `run` returned is no Training: {detail}",
            file=str(file),
            detail=str(error),
        ) from error
    if memory is not None:
        memory.keep(training)
    return training
