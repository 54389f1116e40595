"""The zip that makes Gradescope run our own check: see run_autograder.py and setup.sh here."""

import re
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

import grader
from grader.course import Assignment
from grader.errors import UsageError
from grader.packing import pack

HERE = Path(__file__).parent
PACKAGE = Path(grader.__file__).parent
PROOFS = ("correct", "equivalent.toml")  # they prove the checks; grading needs none

_NAME = re.compile(r"[\w.-]+")
_EXTRA = re.compile(r";.*\bextra\b")


def write_autograder(file: Path | BinaryIO, assignment: Assignment, lang: str) -> None:
    """Write the zip that is uploaded at 'Configure Autograder'. Same course, same bytes.

    It holds the assignment with its hidden checks, grader's own source, and the list of what
    pip has to install.

    Args:
        file: where to.
        assignment: what is graded.
        lang: that students are spoken to in.

    Raises:
        UsageError: hidden checks are worth points, and are not here; or it isn't known what
            grader needs, because it is not installed.
    """
    if assignment.solutions is None and assignment.settings.hidden.checks:
        raise UsageError(
            "{name} has hidden checks, and there is no folder solutions/{name} with them. Make "
            "the autograder from the whole course.",
            name=assignment.name,
        )
    needed, versions = _requirements()
    with zipfile.ZipFile(file, "w") as archive:
        pack(archive, "setup.sh", (HERE / "setup.sh").read_bytes(), 0o755)
        pack(archive, "run_autograder", (HERE / "run_autograder.py").read_bytes(), 0o755)
        pack(archive, "language", f"{lang}\n".encode())
        pack(archive, "requirements.txt", _lines(needed))
        pack(archive, "constraints.txt", _lines(versions))
        _pack_folder(archive, f"course/assignments/{assignment.name}", assignment.folder)
        if assignment.solutions is not None:
            solutions = f"course/solutions/{assignment.name}"
            _pack_folder(archive, solutions, assignment.solutions, without=PROOFS)
        _pack_folder(archive, "package/grader", PACKAGE)


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _pack_folder(
    archive: zipfile.ZipFile, name: str, folder: Path, without: tuple[str, ...] = ()
) -> None:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        left_by_others = any(
            part.startswith((".", "__pycache__")) or part.endswith((".pyc", ".feedback.html"))
            for part in inside.parts
        )
        if path.is_file() and not left_by_others and inside.parts[0] not in without:
            pack(archive, f"{name}/{inside.as_posix()}", path.read_bytes())


def _requirements() -> tuple[list[str], list[str]]:
    """What grader says that it needs, and the versions of all that is installed for it here."""
    try:
        needed = sorted(_needed_by("grader"))
    except metadata.PackageNotFoundError as error:
        raise UsageError(
            "It is not known which packages grader needs: it is not installed here. Install it "
            "with pip."
        ) from error
    versions: dict[str, str] = {}
    todo = list(needed)
    while todo:
        match = _NAME.match(todo.pop())
        name = re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""
        try:
            if name and name not in versions:
                versions[name] = metadata.version(name)
                todo += _needed_by(name)
        except metadata.PackageNotFoundError:
            continue  # needed on other systems
    return needed, sorted(f"{name}=={version}" for name, version in versions.items())


def _needed_by(name: str) -> Iterator[str]:
    return (line for line in metadata.requires(name) or () if not _EXTRA.search(line))
