"""The student kit: what an assignment's folder holds, with templates made from the answer."""

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader import __version__
from grader.course import FILE, Assignment
from grader.disk import write_whole
from grader.errors import CourseError
from grader.foreign import clean
from grader.packing import pack
from grader.release.notebook import notebook_of
from grader.release.template import answer_path, read_answer, template_of
from grader.submission import template_digest

NUMPY = "numpy>=2.0"  # as grader needs it
REQUIREMENTS = f"""\
# What this assignment needs: grader {__version__} or newer, and NumPy.
#
# grader is not on the Python Package Index: the package of that name there is another program.
# Your course says how to install it. Course team: write where it comes from in a line here, so
# that .github/workflows/grader.yml finds it, too, for example
# grader @ git+https://YOUR-SERVER/grader.git@v{__version__}
{NUMPY}
"""
WORKFLOW = Path(__file__).with_name("classroom.yml")
DIGEST = re.compile(r"""^(\s*template_sha256\s*=\s*)(["']).*?\2""", re.MULTILINE)


def zipped(folder: str, files: dict[str, bytes]) -> bytes:
    """Zip files into one folder, without the time of day or this machine's ways.

    Args:
        folder: its name.
        files: path in it, with slashes -> bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            pack(archive, f"{folder}/{name}", data)
    return buffer.getvalue()


def files_of(assignment: Assignment) -> dict[str, bytes]:
    """Collect what is in the kit: path in it, with slashes -> bytes, sorted by path.

    The course's own requirements.txt, if there is one, stands in the place of ours.

    Raises:
        CourseError: a file can't be read, or is not as it has to be.
    """
    folder = assignment.folder
    files = {"requirements.txt": REQUIREMENTS.encode()}
    files |= {p.relative_to(folder).as_posix(): content(p) for p in kept_files(folder)}
    files |= made(assignment)
    files[".github/workflows/grader.yml"] = WORKFLOW.read_bytes()
    return dict(sorted(files.items()))


def made(assignment: Assignment) -> dict[str, bytes]:
    """Make the files that follow from the answer: templates, and assignment.toml with digests.

    Which templates there are, .py or .ipynb or both, is what assignment.toml lists at `files`.

    Returns:
        Name in the assignment's folder -> bytes.

    Raises:
        CourseError: the answer or assignment.toml is not as it has to be.
    """
    template = template_of(read_answer(assignment), str(answer_path(assignment)))
    title = assignment.settings.title
    forms = {
        file.name: notebook_of(template, title, file.name)
        if file.name.endswith(".ipynb")
        else template.encode()
        for file in assignment.settings.files
    }
    digests = {name: template_digest(data) for name, data in forms.items()}
    return forms | {FILE: _with_digests(assignment.folder / FILE, digests)}


def stale(assignment: Assignment) -> tuple[str, ...]:
    """Name the files in the assignment's folder that are not as the answer would make them."""
    return tuple(_changed(assignment.folder, made(assignment)))


def update(assignment: Assignment) -> tuple[str, ...]:
    """Write the files of the assignment's folder that are stale. Returns their names.

    Raises:
        OSError: one can't be written.
    """
    changed = _changed(assignment.folder, made(assignment))
    for name, data in changed.items():
        write_whole(assignment.folder / name, [data])
    return tuple(changed)


def _changed(folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of some files that a folder does not hold like this."""
    return {
        name: data
        for name, data in files.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != data
    }


def kept_files(folder: Path) -> Iterator[Path]:
    """Find a folder's files, sorted, but for what tools leave behind.

    Raises:
        CourseError: one is a link, which leads nowhere elsewhere, or has a name that a zip can't
            hold.
    """
    for path in sorted(folder.rglob("*")):
        left_by_tools = any(
            part.startswith((".", "__pycache__")) or part.endswith((".pyc", "~", ".feedback.html"))
            for part in path.relative_to(folder).parts
        )
        if left_by_tools or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            raise CourseError("{file} is a link. Put the file itself there.", file=str(path))
        if clean(path.name) != path.name or not path.is_file():
            raise CourseError("{file} can't be handed out. Rename or remove it.", file=str(path))
        yield path


def content(path: Path) -> bytes:
    """Read a file of the course.

    Raises:
        CourseError: it can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(
            "{file} can't be read: {detail}", file=str(path), detail=error.strerror or str(error)
        ) from error


def _with_digests(path: Path, digests: dict[str, str]) -> bytes:
    """assignment.toml with the templates' digests in it, and all else as it was."""
    text = content(path).decode()
    following = iter(digests.values())  # in the file's own order
    text = DIGEST.sub(lambda m: f"{m[1]}{m[2]}{next(following, '')}{m[2]}", text)
    tables = tomllib.loads(text)["files"]
    if {table["name"]: table["template_sha256"] for table in tables} != digests:
        raise CourseError(
            '{file}: each table of `files` needs a line of its own with template_sha256 = "".',
            file=str(path),
        )
    return text.encode()
