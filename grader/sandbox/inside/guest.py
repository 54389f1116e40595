"""The student's side of the pipe: load one submission, then answer calls until killed.

Whatever runs here may be patched by the student's code. Nothing depends on it: the trusted
side takes each answer as a claim about what a function returned, and no more.

A request is a dict with `id`, `limit` (bytes of the reply), `do` and what that needs; the
reply repeats the `id`:

    load    parts [[name, source], ...], given {module: source}    -> failures [...]
    call    name, args, watch                                      -> value, modified
    map     name, count, columns [[...], ...]                      -> value [...]
    value   name                                                   -> value
    replay  loop (source), arguments {...}, together (blocks)      -> block, block, ..., value

After its first blocks a replay waits for `inputs`: None, or what to ask the functions in the place
of what the loop would ask.

A reply may also be `missing`, with the names that do exist, or `raised`, with the exception and
the student's own lines of its traceback. Every reply also brings the `warnings` since the last one.
"""

import functools
import importlib.machinery
import math
import random
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .wire import MAX_TRACE, MAX_WARNINGS, Connection, Opaque, WireError, pack

MAX_REQUEST = 256 * 2**20
MAX_TEXT = 500
MAX_NAMES = 200
MODULE = "submission"
INERT = frozenset(("matplotlib", "IPython", "seaborn", "plotly"))


def seed_unseeded() -> None:
    """Make a student's unseeded random numbers the same in every run."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    # What default_rng() without a seed asks for entropy.
    np.random.bit_generator.randbits = random.Random(0).getrandbits  # type: ignore[attr-defined]  # noqa: S311


class Given:
    """Imports the assignment's given modules from memory: no path leads to them.

    Like the two below it has no base class: those of importlib.abc would take longer to import
    than all else in here but NumPy.
    """

    def __init__(self, sources: dict[str, str]) -> None:
        """Take the sources by module name."""
        self.sources = sources

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the given modules."""
        if fullname not in self.sources:
            return None
        origin = f"/{fullname}.py"
        return importlib.machinery.ModuleSpec(fullname, self, origin=origin)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run its source."""
        module.__file__ = f"/{module.__name__}.py"
        exec(compile(self.sources[module.__name__], module.__file__, "exec"), module.__dict__)  # noqa: S102


class Allowed:
    """Lets the standard library and NumPy be imported, whatever else is on this machine.

    So the same file is graded alike everywhere.
    """

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        """Refuse, or leave it to the next finder."""
        top = fullname.partition(".")[0]
        # What is called differently on each platform is not among the names.
        known = top in sys.stdlib_module_names or top.startswith("_sysconfigdata_")
        if not known and top != "numpy":
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)


class Inert(types.ModuleType):
    """Stands for a module that only shows things: every name in it does nothing.

    Students plot at the top of a file and inside notebooks, and nobody looks at it here.
    """

    def __getattr__(self, name: str) -> Any:
        """Any name: a function, a class or a module of it."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}")

    def __call__(self, *_args: object, **_kwargs: object) -> "Inert":
        """Do nothing."""
        return self

    def __iter__(self) -> Iterator["Inert"]:
        """Unpack into a pair, as `figure, axes = plt.subplots()` does."""
        return iter((self, self))


class InertFinder:
    """Imports inert modules in the place of those that plot and display."""

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of them, or a module within it."""
        if fullname.partition(".")[0] not in INERT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make it."""
        return Inert(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


class Guest:
    """Answers requests about one submission."""

    def __init__(self, connection: Connection) -> None:
        """Listen on a connection."""
        self.connection = connection
        self.module = types.ModuleType(MODULE)
        self.warnings: list[list[Any]] = []

    def serve(self) -> None:
        """Answer until the other end is closed."""
        sys.modules[MODULE] = self.module
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.showwarning = self._note_warning  # type: ignore[assignment]
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "load": self.load,
            "call": self.call,
            "map": self.map,
            "value": self.value,
            "replay": self.replay,
        }
        while True:
            try:
                request = self.connection.receive(MAX_REQUEST)
            except EOFError:
                return
            try:
                reply = answers[request["do"]](request)
            except _Missing as missing:
                reply = {"missing": missing.name, "names": missing.names}
            except BaseException as error:  # noqa: BLE001 - the student's code may raise anything
                reply = {"raised": describe(error)}
            self.connection.send_frame(self._frame(request, reply))

    def _frame(self, request: dict[str, Any], reply: dict[str, Any]) -> bytes:
        noted, self.warnings = self.warnings, []
        wrapping = {"id": request["id"], "warnings": noted}
        try:
            frame = pack(reply | wrapping, request["limit"])
        except WireError:
            return pack({"value": Opaque("a value with too many parts")} | wrapping)
        if len(frame) > request["limit"]:
            return pack({"value": Opaque(f"a value of {len(frame) >> 20} MiB")} | wrapping)
        return frame

    def _note_warning(
        self, message: Warning, category: type, filename: str, lineno: int, *_: object
    ) -> None:
        part = part_of(filename)
        if part is not None and len(self.warnings) < MAX_WARNINGS:
            self.warnings.append([category.__name__, str(message)[:MAX_TEXT], part, lineno])

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the parts of the submission, each after the other, whatever the others did."""
        sys.meta_path[:0] = [Given(request["given"]), InertFinder(), Allowed()]
        namespace = self.module.__dict__
        namespace["__file__"] = f"/{request['parts'][0][0]}" if request["parts"] else "/"
        if request["notebook"]:
            namespace.update(display=_ignore, get_ipython=lambda: Inert("shell"))
        failures = []
        for index, (_, source) in enumerate(request["parts"]):
            try:
                exec(compile(source, file_name(index), "exec"), namespace)  # noqa: S102
            except BaseException as error:  # noqa: BLE001
                failures.append({"part": index, **describe(error)})
        return {"failures": failures}

    def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function, and say, if asked to watch, whether it changed its arguments."""
        function, args = self._function(request["name"]), request["args"]
        before = pack(args) if request["watch"] else b""
        value = function(*args)
        return {"value": value, "modified": bool(before) and before != pack(args)}

    def map(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function so many times, with a column of values for each argument.

        Each answer is kept as it was when it came: a function may write the next into it.
        """
        function = self._function(request["name"])
        count, columns = request["count"], request["columns"]
        rows = zip(*columns, strict=True) if columns else [()] * count
        return {"value": [_kept(function(*args)) for args in rows]}

    def value(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read a constant."""
        return {"value": self._get(request["name"])}

    def replay(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a given loop with the student's functions; send what they answered, in blocks.

        After the first ones other inputs may come: then these are asked.
        """
        loop = types.ModuleType("loop")
        exec(compile(request["loop"], "<loop>", "exec"), loop.__dict__)  # noqa: S102
        respond = functools.partial(loop.answer, self.module)
        blocks = loop.train(**request["arguments"], respond=respond)
        answers = _together((b.answers.copy() for b in blocks), request["together"])
        first = next(answers, None)
        if first is not None:
            self.connection.send({"id": request["id"], "block": first})
            inputs = self.connection.receive(MAX_REQUEST)["inputs"]
            if inputs is not None:
                answers = _together(_asked(loop, respond, inputs), request["together"])
        for block in answers:
            self.connection.send({"id": request["id"], "block": block})
        return {"value": None}

    def _get(self, name: str) -> Any:
        namespace = self.module.__dict__
        if name not in namespace:
            names = [str(n)[:80] for n in namespace if not str(n).startswith("__")]
            raise _Missing(name, names[:MAX_NAMES])
        return namespace[name]

    def _function(self, name: str) -> Callable[..., Any]:
        function = self._get(name)
        if not callable(function):
            kind = type(function).__name__
            raise TypeError(f"{name} is not a function but of type {kind}")
        return function  # type: ignore[no-any-return]


class _Missing(Exception):
    def __init__(self, name: str, names: list[str]) -> None:
        self.name, self.names = name, names


def _ignore(*_args: object, **_kwargs: object) -> None:
    """Do nothing."""


def _together(blocks: Iterator[np.ndarray], most: int) -> Iterator[np.ndarray]:
    """Put a few blocks of answers into one: sending costs more than what is sent."""
    waiting: list[np.ndarray] = []
    try:
        for block in blocks:
            waiting.append(block)
            # What is not finite ends the training, whatever the student's code does next.
            if len(waiting) == most or not _is_finite(block):
                whole, waiting = np.concatenate(waiting), []
                yield whole
    finally:
        if waiting:
            yield np.concatenate(waiting)


def _asked(
    loop: Any, respond: Callable[..., None], inputs: Sequence[np.ndarray]
) -> Iterator[np.ndarray]:
    """Ask the functions for given inputs, with a row for each step, and yield blocks of answers."""
    for start in range(0, len(inputs[0]), loop.BLOCK):
        given = [rows[start : start + loop.BLOCK] for rows in inputs]
        answers = np.zeros((len(given[0]), *loop.STEP_ANSWER))
        for step in zip(*given, answers, strict=True):
            respond(*step)
        yield answers


def _is_finite(numbers: np.ndarray) -> bool:
    """Tell whether all are finite, with nothing that students are known to replace."""
    with np.errstate(all="ignore"):
        return math.isfinite(numbers.sum())


def _kept(answer: Any) -> Any:
    """Copy an array, and the arrays in a list or tuple."""
    if isinstance(answer, np.ndarray):
        return answer.copy()
    if type(answer) in (list, tuple):
        return type(answer)(i.copy() if isinstance(i, np.ndarray) else i for i in answer)
    return answer


def file_name(part: int) -> str:
    """Name a part of the submission as its code objects do."""
    return f"<submission {part}>"


def part_of(filename: str) -> int | None:
    """Tell which part a file name stands for, if it is the submission's at all."""
    number = filename.removeprefix("<submission ").removesuffix(">")
    return int(number) if filename == f"<submission {number}>" and number.isdigit() else None


def describe(error: BaseException) -> dict[str, Any]:
    """Describe an exception: type, text and the student's own lines, outermost first."""
    trace = []
    step = error.__traceback__
    while step is not None:
        part = part_of(step.tb_frame.f_code.co_filename)
        if part is not None:
            trace.append([part, step.tb_lineno, step.tb_frame.f_code.co_name])
        step = step.tb_next
    text = _text(error)
    if isinstance(error, SyntaxError):
        part = part_of(error.filename or "")
        if part is not None:
            trace.append([part, error.lineno or 1, "<module>"])
            text = str(error.msg)[:MAX_TEXT]
    if len(trace) > MAX_TRACE:  # deep recursion: keep where it began and where it ended
        trace = trace[: MAX_TRACE // 2] + trace[-MAX_TRACE // 2 :]
    return {"type": type(error).__name__[:80], "text": text, "trace": trace,
            "syntax": isinstance(error, SyntaxError)}  # fmt: skip


def _text(error: BaseException) -> str:
    try:
        return str(error)[:MAX_TEXT]
    except BaseException:  # noqa: BLE001 - a hostile __str__
        return ""
