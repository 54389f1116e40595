"""The trusted side of one submission's process: requests out, plain data or an error back.

Every way in which a stranger's code can misbehave ends here as one of the `StudentError`s,
in words for the student. After anything but an ordinary answer or exception the process is
killed; the next request starts a new one.
"""

import contextlib
import difflib
import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from grader.errors import (
    Missing,
    NotAsked,
    Raised,
    SandboxError,
    StudentError,
    TimedOut,
    Trace,
    Unreadable,
    mark,
)
from grader.foreign import clean
from grader.sandbox import words
from grader.sandbox.inside.wire import (
    MAX_TRACE,
    MAX_WARNINGS,
    Connection,
    Deadline,
    WireError,
    pack,
)
from grader.sandbox.limits import Limits
from grader.sandbox.plain import Server

HEAD_BYTES = 64 * 1024  # what a reply may take beside its arrays
MAX_NAMES = 200
MAX_TIMEOUTS = 3  # after so many, a function is not called again
# What is asked again may take so many times as long if it does not compute for longer, and so
# many times that if it is kept waiting for a core. CPU time is limited in whole seconds.
SECOND_PATIENCE, ROUNDING_SECONDS = 2, 1
MOST_PATIENCE = 10
TOGETHER = 8  # blocks of a training in one frame

Inputs = tuple[np.ndarray, ...]
"""What is asked at the steps of a training: arrays with a row for each step."""

Answers = Generator[np.ndarray, Inputs | None, None]
"""What is answered at the steps of a training; may be sent what to ask next."""


class Program(NamedTuple):
    """What a guest runs.

    Args:
        parts: (name, source) of a file, or of each code cell of a notebook.
        notebook: whether a part that raises leaves the others standing.
        given: sources of the modules that may be imported, by name.
    """

    parts: tuple[tuple[str, str], ...]
    notebook: bool
    given: dict[str, str]


class Answer(NamedTuple):
    """What a call gave back, and whether it changed its arguments (None: not watched)."""

    value: Any
    modified: bool | None = None


class Failure(NamedTuple):
    """A cell of a notebook that raised while it was loaded."""

    part: int
    error: StudentError


class Warned(NamedTuple):
    """A warning raised at a line of the student's code."""

    kind: str
    text: str
    part: int
    line: int


class Guest:
    """One submission, answering calls. Starts its process when it is first needed."""

    def __init__(
        self,
        forkserver: Server,
        program: Program,
        limits: Limits,
        unreadable: Unreadable | None = None,
    ) -> None:
        """Keep what is needed to start, again and again if need be.

        With `unreadable`, no process is ever started and every request raises it.
        """
        self._forkserver = forkserver
        self._program = program
        self._limits = limits
        self._connection: Connection | None = None
        self._number = 0
        self._unreadable = unreadable
        self._timeouts: dict[str, int] = {}
        self._last_timeout: tuple[str, float] | None = None  # and the seconds that it took
        self._is_second = False
        self._left = limits.total_seconds
        self.failures: tuple[Failure, ...] = ()
        self.warnings: list[Warned] = []
        self.protections: tuple[str, ...] = ()
        self.killed = 0

    def start(self) -> None:
        """Start the process and load the submission, unless that is done.

        Raises:
            Unreadable: it can't be loaded. Raised again at each later request.
            SandboxError: there is no process to load it in.
        """
        if self._unreadable is not None:
            raise self._unreadable
        if self._connection is not None:
            return
        try:
            try:
                self._load()
            except TimedOut as error:
                if self._is_second or isinstance(error, NotAsked):
                    raise
                with self.second_chance():
                    self._load()
        except StudentError as error:
            self.kill()
            self._unreadable = Unreadable(error.template, trace=error.trace, **error.fields)
            raise self._unreadable from error

    @contextlib.contextmanager
    def second_chance(self) -> Iterator[None]:
        """Ask again after a time-out, which may have been bad luck: the cores were busy.

        Now it is its own computing that counts, and not how long it is kept waiting for a core:
        as if it were alone on the machine. What the time-out has cost is given back.
        """
        if self._last_timeout is not None:
            name, seconds = self._last_timeout
            self._timeouts[name] -= 1
            self._left += seconds
            self._last_timeout = None
        self._is_second = True
        try:
            yield
            if self._connection is not None:  # for what comes next it may compute again
                self._forkserver.limit_cpu(self._limits.cpu_seconds)
        finally:
            self._is_second = False

    def _load(self) -> None:
        sock, protections = self._forkserver.fork()
        self._connection, self.protections = Connection(sock), tuple(protections)
        program = self._program
        request = {
            "do": "load",
            "parts": [list(part) for part in program.parts],
            "given": program.given,
            "notebook": program.notebook,
        }
        whole = "The notebook" if program.notebook else program.parts[0][0]
        seconds = self._limits.import_seconds
        with self._exchange(whole, seconds) as (send, receive):
            send(request)
            failures = receive(self._reply_bytes()).get("failures")
            if not isinstance(failures, list) or len(failures) > len(program.parts):
                raise WireError("no list of failures")
            found = tuple(self._failure(item) for item in failures)
        if found and not program.notebook:
            raise found[0].error
        self.failures = found

    def _failure(self, item: Any) -> Failure:
        match item:
            case {"part": int(part)} if 0 <= part < len(self._program.parts):
                pass
            case _:
                raise WireError("not a failure of a part")
        return Failure(part, self._raised(self._program.parts[part][0], item))

    def call(self, name: str, args: Sequence[Any], *, watch: bool = False) -> Answer:
        """Call a function of the submission.

        Args:
            name: the function.
            args: plain data.
            watch: also tell whether the arguments were changed.

        Raises:
            StudentError: whatever went wrong with the student's code.
        """
        request = {"do": "call", "name": name, "args": list(args), "watch": watch}
        reply = self._request(name, request)
        modified = bool(reply.get("modified")) if watch else None
        return Answer(reply.get("value"), modified)

    def map(self, name: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a function once for each list of arguments, in one exchange.

        Raises:
            ValueError: the lists are not all of the same length.
            StudentError: whatever went wrong with the student's code.
        """
        # By argument, as arrays of one shape in a list take less time on both sides.
        columns = [list(column) for column in zip(*calls, strict=True)]
        request = {"do": "map", "name": name, "count": len(calls), "columns": columns}
        reply = self._request(name, request)
        values = reply.get("value")
        if not isinstance(values, list) or len(values) != len(calls):
            self.kill()
            raise words.nonsense(name)
        return values

    def value(self, name: str) -> Any:
        """Read a constant.

        Raises:
            StudentError: there is none, or the process broke.
        """
        return self._request(name, {"do": "value", "name": name}).get("value")

    def replay(
        self, loop: str, arguments: dict[str, Any], step_shape: tuple[int, ...], block: int
    ) -> Answers:
        """Run a loop with the student's functions and yield what they answered.

        Args:
            loop: source of a module with BLOCK, STEP_ANSWER, `answer` and `train`.
            arguments: plain data for `train`.
            step_shape: the shape of one step's answers, as the loop declares it.
            block: the largest number of steps in a block.

        Yields:
            float64 (steps, *step_shape), in turn, for as many blocks as came together. After the
            first ones the process waits. Inputs that are sent here then are asked in the place of
            what the loop would ask; () lets it go on. An empty array is given for either at once,
            and the process works while its first answers are used.

        Raises:
            StudentError: whatever went wrong with the student's code.
        """
        self.start()
        most = TOGETHER * block
        largest = most * math.prod(step_shape) * 8 + HEAD_BYTES
        with self._exchange("training", self._limits.training_seconds) as (send, receive):
            request = {"loop": loop, "arguments": arguments, "together": TOGETHER}
            send({"do": "replay", **request})
            waits = True
            while True:
                reply = self._checked("training", receive(largest))
                answers = reply.get("block")
                if answers is None:
                    return
                if not _is_block(answers, step_shape, most):
                    raise WireError("not a block of answers")
                inputs = yield answers
                if waits:
                    waits = False
                    send({"inputs": list(inputs) if inputs else None})
                    if inputs is not None:
                        yield answers[:0]

    def kill(self) -> None:
        """End the process, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._forkserver.kill()

    def _request(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        if self._timeouts.get(name, 0) >= MAX_TIMEOUTS:
            raise NotAsked(
                mark("{name} was not called again: it had already hung {times} times."),
                name=name,
                times=MAX_TIMEOUTS,
            )
        self.start()
        with self._exchange(name, self._limits.call_seconds) as (send, receive):
            send(request)
            reply = self._checked(name, receive(self._reply_bytes()))
            if type(reply.get("modified", False)) is not bool:
                raise WireError("neither true nor false")
            return reply

    def _reply_bytes(self) -> int:
        return self._limits.reply_kib * 1024 + HEAD_BYTES

    @contextlib.contextmanager
    def _exchange(
        self, name: str, seconds: float
    ) -> Iterator[tuple[Callable[[dict[str, Any]], None], Callable[[int], dict[str, Any]]]]:
        """Hold a numbered exchange: what breaks it kills the process and names the reason."""
        connection = self._connection
        assert connection is not None, "started"
        if self._left <= 0:
            raise NotAsked(
                mark(
                    "{name} was not called: all of the {seconds} s for one submission are used up."
                ),
                name=name,
                seconds=f"{self._limits.total_seconds:g}",
            )
        self._number += 1
        number = self._number
        finished = False
        begin = time.monotonic()
        deadline: Deadline = begin + min(seconds, self._left)

        def send(request: dict[str, Any]) -> None:
            limit = self._limits.reply_kib * 1024
            try:
                frame = pack({"id": number, "limit": limit, **request})
            except WireError as error:  # a check asks for what can't be asked
                raise ValueError(str(error)) from error
            connection.send_frame(frame, deadline)

        def receive(size: int) -> dict[str, Any]:
            return self._numbered(connection.receive(size, deadline), number)

        try:
            if self._is_second:
                deadline = self._second_deadline(seconds, begin)
            yield send, receive
            finished = True
        except StudentError:
            finished = True  # an exception in the student's function: the process is fine
            raise
        except (WireError, EOFError, OSError) as error:
            raise self._what_broke(error, name, seconds, time.monotonic() - begin) from error
        finally:
            self._left -= time.monotonic() - begin
            if not finished:  # also when a generator is closed halfway
                self.kill()

    def _second_deadline(self, seconds: float, begin: float) -> Deadline:
        """Give a process time enough to compute for some seconds, whatever else the cores do.

        The time for which it waits for a core is added to its own.
        """
        self._forkserver.limit_cpu(seconds)
        before = self._forkserver.spent().waiting
        patience = _second_patience(seconds)

        def deadline() -> float:
            if time.monotonic() < begin + patience:
                return begin + patience
            waiting = self._forkserver.spent().waiting - before
            return begin + min(patience + waiting, MOST_PATIENCE * patience)

        return deadline

    def _what_broke(
        self, error: Exception, name: str, seconds: float, took: float
    ) -> StudentError | SandboxError:
        """Say what it means that an exchange broke, and for whom.

        Args:
            error: what was raised.
            name: what was asked for.
            seconds: that it may take.
            took: seconds that it took.
        """
        if isinstance(error, WireError):
            return words.nonsense(name)
        if isinstance(error, TimeoutError):
            if took > MOST_PATIENCE * _second_patience(seconds):
                return words.starved(name)
            self._count_timeout(name, took)
            if not self._is_second:
                return words.endless(name, seconds)
            # A process that has never computed at all is one of which that can't be told.
            waited = 0 < self._forkserver.spent().computing < took / 2
            return words.waited(name, took) if waited else words.endless(name, took)
        assert self._connection is not None, "it was there when the exchange began"
        self._connection.close()
        self._connection = None
        status = self._forkserver.ended()
        if self._is_second and status == words.SIGXCPU:
            self._count_timeout(name, took)
            return words.endless(name, seconds)
        self.killed += status == words.SIGKILL
        return words.died(name, status)

    def _count_timeout(self, name: str, took: float) -> None:
        self._timeouts[name] = self._timeouts.get(name, 0) + 1
        # What was confirmed is not given back.
        self._last_timeout = None if self._is_second else (name, took)

    def _numbered(self, reply: Any, number: int) -> dict[str, Any]:
        # Exact types first: comparing or walking an array would raise in this process.
        if type(reply) is not dict or type(reply.get("id")) is not int or reply["id"] != number:
            raise WireError("not the reply to this request")
        warned = reply.get("warnings", [])
        if type(warned) is not list or len(warned) > MAX_WARNINGS:
            raise WireError("not a list of warnings")
        for item in warned:
            self._keep_warning(item)
        return reply

    def _keep_warning(self, item: Any) -> None:
        match item:
            case [str(kind), str(text), int(part), int(line)] if self._has_line(part, line):
                warned = Warned(clean(kind), clean(text), part, line)
                if len(self.warnings) < MAX_WARNINGS and warned not in self.warnings:
                    self.warnings.append(warned)
            case _:
                raise WireError("not a warning")

    def _checked(self, name: str, reply: dict[str, Any]) -> dict[str, Any]:
        if "missing" in reply:
            raise self._missing(name, reply)
        if "raised" in reply:
            raise self._raised(name, reply["raised"])
        return reply

    def _missing(self, name: str, reply: dict[str, Any]) -> Missing:
        missing, names = reply["missing"], reply.get("names")
        if type(missing) is not str or missing != name:  # an array would compare to an array
            raise WireError("not the name that was asked for")
        if type(names) is not list or len(names) > MAX_NAMES:
            raise WireError("not a list of names")
        lower = {n.lower(): n for n in names if self._is_written(n)}
        close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.75)
        if close:
            return words.misspelt(name, lower[close[0]])
        if self.failures:
            part, cause = self.failures[0]
            return words.broken_off(name, self._program.parts[part][0], cause)
        return words.missing(name)

    def _raised(self, name: str, raised: Any) -> Raised:
        match raised:
            case {
                "type": str(kind),
                "text": str(text),
                "trace": list(steps),
                "syntax": bool(syntax),
            }:
                trace = self._trace(steps)
            case _:
                raise WireError("not an exception")
        return words.raised(
            name, clean(kind), clean(text), trace, syntax=syntax, memory=self._limits.memory_mib
        )

    def _trace(self, steps: list[Any]) -> Trace:
        if len(steps) > MAX_TRACE:
            raise WireError("too many lines")
        trace = []
        for step in steps:
            match step:
                case [int(part), int(line), str(function)] if self._has_line(part, line):
                    trace.append((part, line, clean(function).removeprefix("<module>")))
                case _:
                    raise WireError("not a line of the submission")
        return tuple(trace)

    def _is_written(self, name: Any) -> bool:
        """Tell whether a name stands in the source, and was not made of what a check sent."""
        written = type(name) is str and name.isidentifier()
        return written and any(name in source for _, source in self._program.parts)

    def _has_line(self, part: int, line: int) -> bool:
        parts = self._program.parts
        return 0 <= part < len(parts) and 0 <= line <= parts[part][1].count("\n") + 1


def _second_patience(seconds: float) -> float:
    return SECOND_PATIENCE * seconds + ROUNDING_SECONDS


def _is_block(answers: Any, step_shape: tuple[int, ...], most: int) -> bool:
    return (
        isinstance(answers, np.ndarray)
        and answers.dtype == np.float64
        and answers.shape[1:] == step_shape
        and 1 <= len(answers) <= most
    )
