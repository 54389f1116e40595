"""An assignment as it was when a batch began: what workers grade by, wherever they are.

A check that its author saves in the middle of a batch changes nothing until the next one,
and a worker on another machine needs no course there.
"""

import functools
import hashlib
import os
from pathlib import Path

import msgspec

import grader
from grader.course import FILE, Assignment, MarginsTable
from grader.errors import CourseError
from grader.versions import versions

# Handouts are for reading, and the rest is what editors, Python and grader leave behind.
UNUSED = (".md", ".feedback.html", ".feedback.json", ".pyc")
# These prove an assignment and grade nobody.
PROOFS = {"correct", "equivalent.toml"}


class Snapshot(msgspec.Struct, frozen=True):
    """The files of one assignment.

    Args:
        name: the assignment's.
        course: where it was read, for messages.
        files: contents by path below the course's folder, with / between the names.
        digest: of everything here and of grader itself that a grade can depend on, in hex.
    """

    name: str
    course: str
    files: dict[str, bytes]
    digest: str

    def unpack(self, folder: Path) -> None:
        """Write the files below an empty folder, which is a course from then on."""
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def take(assignment: Assignment) -> Snapshot:
    """Read an assignment's files.

    Raises:
        CourseError: one can't be read.
    """
    course = assignment.folder.parents[1]
    folders = [assignment.folder, *([assignment.solutions] if assignment.solutions else [])]
    paths = [p for folder in folders for p in _files(folder) if _is_used(p, course)]
    files = {}
    for path in paths:
        try:
            files[path.relative_to(course).as_posix()] = path.read_bytes()
        except OSError as error:
            raise CourseError(
                "{file} can't be read: {detail}",
                file=str(path),
                detail=error.strerror or str(error),
            ) from error
    return Snapshot(assignment.name, str(course), files, _digest(assignment, files))


def _files(folder: Path) -> list[Path]:
    """List the files below a folder, those in linked folders included, each folder once."""
    found, seen = [], set()
    for place, below, names in os.walk(folder, followlinks=True):
        if os.path.realpath(place) in seen:
            below.clear()
            continue
        seen.add(os.path.realpath(place))
        found += [Path(place, name) for name in names]
    return sorted(found)


def _is_used(path: Path, course: Path) -> bool:
    names = path.relative_to(course).parts
    hidden = any(name.startswith((".", "__pycache__")) or name in PROOFS for name in names)
    return path.is_file() and not hidden and not path.name.endswith(UNUSED)


def _digest(assignment: Assignment, files: dict[str, bytes]) -> str:
    """Digest what a grade depends on: not the late policy, no margin and no comment in it."""
    settings = msgspec.structs.replace(assignment.settings, late=None, margins=MarginsTable())
    table = f"assignments/{assignment.name}/{FILE}"
    whole = hashlib.sha256(msgspec.json.encode([settings, *versions().values(), own_digest()]))
    for name in sorted(files.keys() - {table}):
        whole.update(msgspec.json.encode([name, hashlib.sha256(files[name]).hexdigest()]))
    return whole.hexdigest()


@functools.cache
def own_digest() -> str:
    """Digest grader's own sources and templates, in hex: a changed grader grades again."""
    root = Path(grader.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
