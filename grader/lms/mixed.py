"""What a class handed in for several assignments, told apart by what the files are called."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import msgspec

from grader.course import Assignment, assignment_named
from grader.errors import mark
from grader.lms.intake import MOST_TOLD, Handed
from grader.results import Text

ELSEWHERE = mark(
    "Nothing was handed in for {assignment}, but for {others}: {names}. Hand in the file for "
    "{assignment}."
)


def assignments_of(handed: Handed, names: Sequence[str]) -> set[str]:
    """List the assignments that a student handed something in for, as far as names tell.

    Args:
        handed: what the student handed in.
        names: of the course's assignments.
    """
    found = (assignment_named(name, names) for name, _ in handed.files)
    return {name for name in found if name is not None}


def students_by_assignment(handed: Iterable[Handed], names: Sequence[str]) -> Counter[str]:
    """Count, for each assignment, the students who handed something in for it."""
    return Counter(name for one in handed for name in assignments_of(one, names))


def only_for(assignment: Assignment, handed: Handed, names: Sequence[str]) -> Handed:
    """Put a student's files aside that are for other assignments.

    Args:
        assignment: what is graded. Files whose names don't tell are taken to be for it.
        handed: what the student handed in.
        names: of the course's assignments.

    Returns:
        The rest. If that is nothing, or came with the assignment, its problem says so.
    """
    settings = assignment.settings
    accepted = {file.name for file in settings.files}

    def is_aside(name: str) -> bool:
        mine = PurePath(name).name in accepted
        return not mine and assignment_named(name, names) not in (None, assignment.name)

    aside = [name for name, _ in handed.files if is_aside(name)]
    if not aside:
        return handed
    files = tuple(file for file in handed.files if file[0] not in aside)
    entry = msgspec.structs.replace(handed.entry, others=(*handed.entry.others, *aside))
    if any(PurePath(name).name not in settings.given for name, _ in files):
        return Handed(entry, files, handed.problem)
    others = sorted(assignments_of(handed, names) - {assignment.name})
    problem = Text(
        ELSEWHERE,
        params={
            "assignment": assignment.name,
            "others": ", ".join(others),
            "names": ", ".join(aside[:MOST_TOLD]),
        },
    )
    return Handed(entry, (), problem)
