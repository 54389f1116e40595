"""The records of one grading. Frozen: whatever is shown is a function over them.

A `Report` says everything that is known about one submission. What a student may see of it
is `feedback(report)`: withheld things are removed here, from the data, so that no template
can leak them.
"""

from __future__ import annotations

import builtins
import zlib
from collections.abc import Collection
from enum import StrEnum
from typing import Literal

import msgspec

SCHEMA = 1
BUILTIN_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)

# What an answer may be of, in so many words. Any other name of a type is a student's to choose.
_TYPES = """
    None bool int float complex string bytes strings list tuple dict set object objects generator
    function method builtin_function_or_method ufunc type module range map zip filter enumerate
    reversed dict_keys dict_values dict_items frozenset bytearray Fraction Decimal ellipsis
    NotImplementedType int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
    float128 complex64 complex128 complex256 datetime64 timedelta64
""".split()
KINDS = frozenset(
    form.format(name)
    for form in ("{}", "a {}", "an array of {}", "a value of type {}")
    for name in _TYPES
) | {
    "",
    "a huge whole number",
    "a value with too many parts",
    "an array of too many dimensions",
    "an array that is too big",
    "an empty array of huge shape",
}

# Protections that are known to hold together: no system calls but an allowed few, and no files
# but Python's own. A report names them with their version, if they have one: 'landlock-7'.
COMBINATIONS = (("seccomp", "landlock"), ("seccomp", "bubblewrap"))

MAX_PIXELS = 64  # each way: a picture among others on a page

Visibility = Literal["visible", "hidden"]


class Text(msgspec.Struct, frozen=True):
    """A sentence for people, in every language, before anyone has chosen one.

    Args:
        en: English, a `str.format` template over `params`. Without any it is taken as it is,
            braces and all.
        zh: Simplified Chinese. Empty for the grader's own sentences, whose translations
            stand in the catalogue; authors of assignments write both beside each other.
        params: the template's fields. Values are numbers, strings (foreign ones already
            capped and cleaned) or other `Text`.
    """

    en: str
    zh: str = ""
    params: dict[str, int | float | str | Text] = {}

    def __str__(self) -> str:
        """The English sentence."""
        return self.en.format_map(self.params) if self.params else self.en


class Outcome(StrEnum):
    """What a check found out. All four are about the student's work."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


WRONG = (Outcome.FAILED, Outcome.ERROR)


class Location(msgspec.Struct, frozen=True):
    """A line of the student's own code.

    Args:
        part: index into `Report.code`.
        line: counted from 1 within that part.
        function: the function that the line stands in, "" at the top level.
    """

    part: int
    line: int
    function: str = ""


class Part(msgspec.Struct, frozen=True):
    """A piece of a submission's source: a whole .py file, or one code cell of a notebook.

    Args:
        name: what a person calls it, for example 'answer.py' or 'cell 3'.
        source: Python source with Unix line ends.
    """

    name: str
    source: str


class Evidence(msgspec.Struct, frozen=True):
    """What a failed comparison saw, ready to be printed. Empty strings are not shown."""

    call: str = ""
    got: str = ""
    expected: str = ""


class CheckResult(msgspec.Struct, frozen=True):
    """One check's outcome.

    Args:
        id: file and function, for example 'test_delta::sign'.
        message: what went wrong, without any withheld value; None if passed.
        hint: where to look; None if passed.
        diagnosis: the id of the misconception that explains it, or None; several ids, joined
            by `OR`, if they can't be told apart.
        evidence: input, answer and expected value, or None.
        shows: whether the author lets students see the evidence.
        trace: the student's own lines of the traceback, outermost first.
        seconds: wall clock.
    """

    id: str
    group: str
    title: Text
    visibility: Visibility
    outcome: Outcome
    points: float
    max_points: float
    message: Text | None = None
    hint: Text | None = None
    diagnosis: str | None = None
    seconds: float = 0.0
    evidence: Evidence | None = None
    shows: bool = True
    trace: tuple[Location, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """A step of the lesson's derivation, as the handout has it.

    Args:
        number: counted from 1.
        title: the handout's heading, without the number.
        formula: LaTeX in one line, what the handout prints in this step; "" if it prints none.
    """

    number: int
    title: Text
    formula: str = ""


class Diagnosis(msgspec.Struct, frozen=True):
    """A named misconception: what the functions returned is what it makes them return.

    Args:
        id: stable; checks name it.
        function: the student's function or constant that shows it.
        title: a sentence to the student that names it.
        nudge: where to look and what to think about, without the code.
        step: of the lesson.
        alternatives: ids of others that the same answers fit: it may be one of them instead.
        evidence: a call that shows it, and how its answer differs; None if there is none to tell.
        derivation: the step, if the assignment says what it is.
    """

    id: str
    function: str
    title: Text
    nudge: Text
    step: int
    alternatives: tuple[str, ...] = ()
    evidence: Text | None = None
    derivation: Step | None = None


OR = " | "
"""Joins, in `CheckResult.diagnosis`, the ids of diagnoses that can't be told apart."""


class Measure(msgspec.Struct, frozen=True):
    """A number that an assignment measured in its training run, beside what all of them have.

    Args:
        name: its key in JSON, and what checks ask for; see `measured`.
        value: a count, or any other number.
        title: what people call it, in lower case where it may stand in a sentence; None if only
            checks look at it: it is neither shown nor in the JSON.
    """

    name: str
    value: int | float
    title: Text | None = None


class Figure(msgspec.Struct, frozen=True):
    """A chart of the epochs' measures, which are counts: bars side by side, for two at most.

    Args:
        title: its heading, and a name for it.
        note: what is counted, below the table of epochs.
    """

    title: Text
    note: Text


class Epoch(msgspec.Struct, frozen=True):
    """One pass over the training samples.

    Args:
        epoch: counted from 1. A run of many epochs need not record each of them.
        loss: mean loss, NaN if the training broke down.
        train_accuracy: counted while training, in [0, 1].
        heldout_accuracy: after the epoch, in [0, 1]; None without held-out samples.
        measures: of this epoch, the same ones in each: the columns of a table.
    """

    epoch: int
    loss: float
    train_accuracy: float
    heldout_accuracy: float | None
    measures: tuple[Measure, ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """Another training run, beside which the student's is drawn.

    Args:
        title: whose it is, in lower case where it may stand in a sentence.
        note: what a reader has to know of it.
        epochs: counted from 1, in order.
        accuracies: of these epochs, counted while training, in [0, 1].
        losses: of these epochs, the same quantity as the student's; none if it is another one.
    """

    title: Text
    note: Text
    epochs: tuple[int, ...]
    accuracies: tuple[float, ...]
    losses: tuple[float, ...] = ()


class Spot(msgspec.Struct, frozen=True):
    """A marked point of a plot, and what is written beside it."""

    x: float
    y: float
    title: Text


class Plot(msgspec.Struct, frozen=True):
    """A curve and a way along it.

    Args:
        title: its heading, and a name for it.
        note: what it shows, in words: they have to do for who can't see it.
        across: what the horizontal axis says.
        upward: what the vertical axis says.
        curve: finite points (x, y), from left to right, at least two. What is drawn ends where
            it does.
        path: points of the way, in order. One that lies beyond the curve's ends is where an arrow
            points to.
    """

    title: Text
    note: Text
    across: Text
    upward: Text
    curve: tuple[tuple[float, float], ...]
    path: tuple[Spot, ...]


class Picture(msgspec.Struct, frozen=True):
    """A small picture.

    Args:
        width: in pixels, 1 to 64.
        height: in pixels, 1 to 64.
        pixels: row by row from the top, one byte each: 0 is the ground, 255 full ink.

    Raises:
        ValueError: its sizes don't fit each other, or are out of range.
    """

    width: int
    height: int
    pixels: bytes

    def __post_init__(self) -> None:
        """Hold its sizes to what was said."""
        sizes = self.width, self.height
        if not all(0 < size <= MAX_PIXELS for size in sizes):
            raise ValueError(f"a picture of {self.width} x {self.height}")
        if len(self.pixels) != self.width * self.height:
            raise ValueError(f"{len(self.pixels)} pixels for {self.width} x {self.height}")


class Sample(msgspec.Struct, frozen=True):
    """A sample that the trained network got wrong.

    Args:
        picture: it.
        truth: the class it is of.
        said: the class that the network took it for.
        certainty: how sure the network was, in [0, 1].
    """

    picture: Picture
    truth: str
    said: str
    certainty: float


class Gallery(msgspec.Struct, frozen=True):
    """Samples that are worth a look, the worst first."""

    title: Text
    note: Text
    samples: tuple[Sample, ...]


class Confusion(msgspec.Struct, frozen=True):
    """Which class was taken for which.

    Args:
        labels: the classes' names.
        counts: a row for each true class, a column for each class that was said.
    """

    title: Text
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Progress(msgspec.Struct, frozen=True):
    """How far the training is: samples learned from, and how many there will be."""

    done: int
    total: int


class Training(msgspec.Struct, frozen=True):
    """A training run, computed by the trusted side.

    Args:
        epochs: in order; the last one is cut short if the training diverged.
        samples: per epoch.
        threshold: the training accuracy in [0, 1] that counts as converged.
        converged: whether the last epoch reached it, and the loss.
        diverged: whether it was stopped because a value was not finite.
        most_loss: the mean loss that the last epoch may have; None if it is not judged.
        measures: of the whole run.
        figure: what the epochs' measures are shown as, beside the table; None if they are not.
        comparisons: other runs, drawn beside it; two at most.
        story: what happened and why, a paragraph each.
        plot: the picture that makes the lesson's point with this run's numbers, or None.
        worst: samples that it got wrong once trained, or None.
        confusion: how it sorted samples once trained, or None.
    """

    epochs: tuple[Epoch, ...]
    samples: int
    threshold: float
    converged: bool
    diverged: bool = False
    most_loss: float | None = None
    measures: tuple[Measure, ...] = ()
    figure: Figure | None = None
    comparisons: tuple[Comparison, ...] = ()
    story: tuple[Text, ...] = ()
    plot: Plot | None = None
    worst: Gallery | None = None
    confusion: Confusion | None = None


def measured(record: Epoch | Training, name: str) -> float:
    """Get the value of a measure.

    Raises:
        KeyError: there is none of that name.
    """
    return {measure.name: measure.value for measure in record.measures}[name]


def shown_measures(record: Epoch | Training) -> tuple[tuple[Text, float], ...]:
    """List the measures that people see: (title, value)."""
    return tuple((m.title, m.value) for m in record.measures if m.title is not None)


class Gradient(msgspec.Struct, frozen=True):
    """The gradient check's worst weight.

    Args:
        max_relative_error: |analytic - numeric| / max(|analytic|, |numeric|), the largest.
        worst: which weight, for example 'output[3, 7]'.
        tolerance: the largest error that passes.
    """

    max_relative_error: float
    worst: str
    tolerance: float


MarginKind = Literal["tolerance", "bar"]


class Margin(msgspec.Struct, frozen=True):
    """How close an answer came to failing a check.

    Args:
        check: its id.
        kind: 'tolerance', the share of it that is left, 1 if nothing of it was needed; or
            'bar', by how much it was cleared, in the bar's own unit. Below 0 it was missed.
        left: the smallest that was seen.
    """

    check: str
    kind: MarginKind
    left: float


class Group(msgspec.Struct, frozen=True):
    """A group of checks, in the order in which they are shown.

    Args:
        formula: of the lesson, in LaTeX, what its checks are about; "" for none.
    """

    name: str
    title: Text
    formula: str = ""


class Unseen(msgspec.Struct, frozen=True):
    """Hidden checks that exist but are not here: a student's kit does not hold them."""

    checks: int
    points: float


class Origin(msgspec.Struct, frozen=True):
    """The graded file: its name, as given, and the SHA-256 of its bytes in hex."""

    file: str
    sha256: str


class Cause(msgspec.Struct, frozen=True):
    """The one thing that made every check an error: an unreadable or broken submission."""

    message: Text
    trace: tuple[Location, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about one grading.

    Args:
        reason: why it is not graded: ours or the course's fault, never the student's.
        cause: why no check could pass, or None. It is told once.
        notes: things worth knowing that cost nothing.
        protections: what confined the student's code, for example 'seccomp'; empty if none of
            it was run.
        unsafe: whether a class was graded with `--unsafe`: no protection was required.
        killed: how often the student's process was killed, by the system or from outside.
        margins: how close each check was; for the course team alone.
        diagnoses: the misconceptions that checks name.
    """

    schema: int = SCHEMA
    assignment: str
    title: Text
    student: str
    submission: Origin
    status: Literal["graded", "not_graded"] = "graded"
    reason: Text | None = None
    seed: int
    groups: tuple[Group, ...]
    checks: tuple[CheckResult, ...] = ()
    cause: Cause | None = None
    training: Training | None = None
    gradient: Gradient | None = None
    notes: tuple[Text, ...] = ()
    code: tuple[Part, ...] = ()
    unseen: Unseen | None = None
    versions: dict[str, str]
    protections: tuple[str, ...] = ()
    unsafe: bool = False
    killed: int = 0
    margins: tuple[Margin, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()


def score(report: Report, group: str | None = None) -> float:
    """Sum the points earned, in all or in one group."""
    return sum(c.points for c in report.checks if group in (None, c.group))


def max_score(report: Report, group: str | None = None) -> float:
    """Sum the points that the checks which were here could give, in all or in one group."""
    return sum(c.max_points for c in report.checks if group in (None, c.group))


def without_seconds(report: Report) -> Report:
    """Take out the one thing in which two gradings of the same work may differ."""
    checks = tuple(msgspec.structs.replace(c, seconds=0.0) for c in report.checks)
    return msgspec.structs.replace(report, checks=checks)


def all_passed(report: Report) -> bool:
    """Tell whether the submission was graded and every check passed."""
    return (
        report.status == "graded"
        and bool(report.checks)
        and all(c.outcome is Outcome.PASSED for c in report.checks)
    )


def well_confined(protections: Collection[str]) -> bool:
    """Tell whether one of `COMBINATIONS` is in force."""
    names = {name.partition("-")[0] for name in protections}
    return any(names.issuperset(combination) for combination in COMBINATIONS)


def withheld(check: CheckResult) -> CheckResult:
    """Take out of a check's result what its author does not let students see.

    The text of an exception goes, too, and the names that are the student's to choose: it is
    the student's code that made them, and they could tell the input.
    """
    if check.shows:
        return check
    message = check.message
    if message is None or check.outcome is Outcome.SKIPPED:
        pass  # why it was skipped is what the check says that it depends on
    elif check.outcome is Outcome.ERROR and "text" in message.params:
        kind = message.params.get("kind", "")
        known = kind if kind in BUILTIN_ERRORS else "an exception"
        message = Text("{name} raised {kind}.", params=message.params | {"kind": known, "text": ""})
    elif message.params.get("kind", "") not in KINDS:
        params = message.params | {"kind": "a value of another type"}
        message = msgspec.structs.replace(message, params=params)
    trace = tuple(msgspec.structs.replace(place, function="") for place in check.trace)
    return msgspec.structs.replace(check, evidence=None, message=message, trace=trace)


def feedback(report: Report) -> Report:
    """Make the record that a student may see: evidence that is withheld is gone from it."""
    checks = tuple(map(withheld, report.checks))
    return msgspec.structs.replace(report, checks=checks, margins=())


def handed_back(report: Report) -> Report:
    """Make the record that a student gets from a batch.

    Why we failed to grade what was handed in is for the course team: it may quote a hidden
    check. Why what was handed in can't be graded at all is for the student.
    """
    seen = feedback(report)
    if seen.reason is None or not seen.submission.sha256:
        return seen
    return msgspec.structs.replace(
        seen, reason=Text("This could not be graded, and that is not your fault.")
    )


def next_check(report: Report) -> CheckResult | None:
    """Choose the one check to look at next, in the assignment's order.

    What a student can see for himself comes before what only a hidden check found.
    """
    by_urgency = (
        lambda c: c.outcome in WRONG and c.visibility == "visible",
        lambda c: c.outcome in WRONG,
    )
    return next((c for urgent in by_urgency for c in report.checks if urgent(c)), None)


def diagnoses_of(report: Report, check: CheckResult) -> tuple[Diagnosis, ...]:
    """Look up what explains a check: nothing, one misconception, or one of several."""
    ids = (check.diagnosis or "").split(OR)
    return tuple(d for d in report.diagnoses if d.id in ids)


def pack_report(report: Report) -> bytes:
    """Make bytes of a report, the same ones for equal reports. NaN survives, unlike in JSON."""
    return zlib.compress(msgspec.msgpack.encode(report))


def unpack_report(data: bytes) -> Report:
    """Make a report of the bytes that `pack_report` made.

    Raises:
        msgspec.DecodeError: another version of grader made them, or they are damaged.
    """
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=Report)
    except zlib.error as error:
        raise msgspec.DecodeError(str(error)) from error
