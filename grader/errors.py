"""Everything that can go wrong, by whose fault it was.

    GraderError
    |-- UsageError        the command line asks for what is not there
    |-- NotGraded         the grader's or the course's own fault: no points are written
    |   |-- CourseError   a file of the course is broken: assignment.toml, a handout, data
    |   |-- CheckError    a check is broken
    |   `-- SandboxError  the student's code can't be run safely here, or at all
    `-- StudentError      the student's work: becomes the outcome of a check
        |-- Unreadable    the submission is not a program that can be read or imported
        |-- Missing       it has no function or value of that name
        |-- Raised        its code raised an exception
        |-- TimedOut      its code took too long
        |   `-- NotAsked  and is not asked any more
        `-- Died          its process ended, or answered nonsense

An error carries a template and its fields, not a finished sentence: the sentence is made
where it is shown, in the reader's language.
"""

import functools
from typing import Any

Trace = tuple[tuple[int, int, str], ...]
"""Lines of the student's code: (index of the part, line from 1, function), outermost first."""


def mark(template: str) -> str:
    """Mark a sentence for the catalogue of translations, where it is not used yet."""
    return template


class GraderError(Exception):
    """The root. `template` is a `str.format` template over `fields`, in English."""

    def __init__(self, template: str, **fields: Any) -> None:
        """Keep the template and its fields apart."""
        super().__init__(template, fields)
        self.template = template
        self.fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from one of our own processes to another, as a cluster's errors do."""
        return functools.partial(type(self), self.template, **self.fields), ()

    def __str__(self) -> str:
        """The English sentence."""
        return self.template.format_map(self.fields)


class UsageError(GraderError):
    """The command line asks for what is not there."""


class NotGraded(GraderError):
    """Nobody can be graded like this, and it is not the student's fault."""


class CourseError(NotGraded):
    """A file of the course is broken. Its message names the file and, in a table, the key."""


class CheckError(NotGraded):
    """A check is broken. Its message names the file."""


class SandboxError(NotGraded):
    """The student's code can't be run here."""


class StudentError(GraderError):
    """Something about the student's work."""

    def __init__(self, template: str, *, trace: Trace = (), **fields: Any) -> None:
        """Keep, too, where in the student's code it happened."""
        super().__init__(template, **fields)
        self.trace = trace


class Unreadable(StudentError):
    """The submission is not a program that can be read or imported."""


class Missing(StudentError):
    """The submission has no function or value of that name."""


class Raised(StudentError):
    """The student's code raised an exception."""


class TimedOut(StudentError):
    """The student's code took longer than the limit."""


class NotAsked(TimedOut):
    """It took so long before that it is not asked any more."""


class Died(StudentError):
    """The student's process ended, or what it sent is not an answer. It was killed."""
