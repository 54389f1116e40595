"""What is said to students about their code's exceptions, deaths and missing names."""

import signal

from grader.errors import (
    Died,
    GraderError,
    Missing,
    Raised,
    SandboxError,
    StudentError,
    TimedOut,
    Trace,
    mark,
)
from grader.foreign import clean
from grader.results import Text
from grader.sandbox.inside.wire import KILLED

# Windows does not have these.
SIGXCPU, SIGKILL = (getattr(signal, name, None) for name in ("SIGXCPU", "SIGKILL"))

# What an exception means to a student, where its own words don't say it.
EXPLAINED = {
    "NotImplementedError": mark("{name} is not implemented yet: {text}"),
    "SystemExit": mark("{name} ended the program with exit(). Return a value instead."),
    "KeyboardInterrupt": mark("{name} ended the program with KeyboardInterrupt."),
    "EOFError": mark(
        "{name} asks for keyboard input. Nobody is at the keyboard while it is graded."
    ),
    "RecursionError": mark("{name} calls itself without end ({kind})."),
    "MemoryError": mark("{name} ran out of memory: more than {memory} MiB."),
    "FileNotFoundError": mark(
        "{name} opens a file: {text}. No file can be read while it is graded: put what trains "
        'or plots under if __name__ == "__main__":'
    ),
    "PermissionError": mark("{name} does what is not allowed while it is graded: {text}."),
    "ModuleNotFoundError": mark(
        "{name} imports what is not there while it is graded: {text}. Use NumPy and the "
        "standard library."
    ),
}
RAISED = mark("{name} raised {kind}: {text}")
RAISED_SILENTLY = mark("{name} raised {kind}.")
SYNTAX = mark("Python can't read it: {text}")
UNCALLABLE = mark("{name} can't be called like this: {text}")


def said(error: GraderError) -> Text:
    """What an error says, before a language is chosen."""
    return Text(error.template, params=error.fields)


def raised(name: str, kind: str, text: str, trace: Trace, *, syntax: bool, memory: int) -> Raised:
    """An exception in the student's code.

    Args:
        name: the function, or the file.
        kind: the exception's type, cleaned.
        text: what it says, cleaned.
        trace: the student's own lines, outermost first.
        syntax: whether it is a syntax error of the submission.
        memory: the limit, in MiB.
    """
    template = SYNTAX if syntax else EXPLAINED.get(kind, RAISED)
    if kind == "TypeError" and not trace:
        template = UNCALLABLE
    if template is RAISED and not text:
        template = RAISED_SILENTLY
    return Raised(template, trace=trace, name=name, kind=kind, text=text, memory=memory)


def missing(name: str) -> Missing:
    """No such name."""
    return Missing("There is no {name} in what you handed in.", name=clean(name))


def misspelt(name: str, other: str) -> Missing:
    """No such name, but one that is nearly the same."""
    return Missing(
        "There is no {name}, but there is {other}. Names must match exactly.",
        name=clean(name),
        other=other,
    )


def broken_off(name: str, part: str, cause: StudentError) -> Missing:
    """No such name, and a cell that did not come to its end."""
    return Missing(
        "There is no {name}, perhaps because {part} broke off: {problem}",
        trace=cause.trace,
        name=clean(name),
        part=part,
        problem=said(cause),
    )


def nonsense(name: str) -> Died:
    """Bytes that are no answer."""
    return Died("What {name} sent back is not an answer, or far too big for one.", name=name)


def endless(name: str, seconds: float) -> TimedOut:
    """No answer in time, although it computed all the while, as far as is known."""
    return TimedOut(
        "{name} had not finished after {seconds} s. Is there a loop that never ends?",
        name=name,
        seconds=f"{seconds:g}",
    )


def waited(name: str, seconds: float) -> TimedOut:
    """No answer in time, and little of it was spent computing."""
    return TimedOut(
        "{name} had not finished after {seconds} s, and mostly waited. Does it sleep?",
        name=name,
        seconds=f"{seconds:.0f}",
    )


def starved(name: str) -> SandboxError:
    """No answer in time, because others had the core."""
    return SandboxError(
        "This machine is too busy: {name} was given too little of a core to finish. Grade it "
        "again when there is less to do.",
        name=name,
    )


def died(name: str, status: int) -> Died:
    """The process ended with this wait status, or, with `KILLED`, closed its connection."""
    if status == KILLED:
        return Died("{name} closed its connection.", name=name)
    number = status & 0x7F
    if number == SIGXCPU:
        return Died("{name} used up its CPU time and was stopped.", name=name)
    if number == SIGKILL:
        return Died("{name} was stopped, perhaps because memory ran out.", name=name)
    if number:
        how = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        return Died("{name} crashed its process ({how}).", name=name, how=how)
    return Died("{name} ended its process.", name=name)
