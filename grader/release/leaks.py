"""What students must not see, and finding it in what they get.

Secret are the lines and the tests of hidden checks, the lines and the whole of the answer's
solution regions, every file of the course team's folder as a whole, and where that folder is.
Words are compared with single blanks between them, and otherwise as they stand. What
students have anyway is not: lines that stand as well in the visible checks, in given code or
in the answer outside of its regions, and the words that hidden checks say to students.
"""

import ast
import codecs
import contextlib
import functools
import gzip
import hashlib
import html
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from grader.course import Assignment
from grader.errors import CourseError, UsageError
from grader.release.kit import content, kept_files
from grader.release.template import answer_path, read_answer, regions_of, template_of

GZIP = b"\x1f\x8b"
MIN_TELLING = 12  # characters of a line that is not found everywhere; `return a - y` has them
MIN_FILE = 256  # bytes; smaller ones, such as an array of one number, may be alike by chance
ESCAPES = re.compile(r'(?:\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))+')
TAG = re.compile(r"<[^<>]*>")


class Secret(NamedTuple):
    """Something that students must not see.

    Args:
        text: with single blanks between its words.
        file: where it stands, from the course's folder.
        line: its line there, counted from 1; 0 for a path and for a whole file.
    """

    text: str
    file: str
    line: int


class Secrets(NamedTuple):
    """All of an assignment's secrets.

    Args:
        texts: what no text may hold.
        digests: SHA-256, in hex, of the team's files -> where they stand.
    """

    texts: tuple[Secret, ...]
    digests: dict[str, str]


class Leak(NamedTuple):
    """A secret that was found.

    Args:
        file: where the secret stands in the course.
        line: its line there; 0 if all of the file is meant, or its path.
        where: the file of the kit that it was found in; '' for a text.
    """

    file: str
    line: int
    where: str = ""

    @property
    def place(self) -> str:
        """Where the secret stands, for people."""
        return f"{self.file}, line {self.line}" if self.line else self.file


def secrets_of(assignment: Assignment) -> Secrets:
    """Collect what an assignment's students must not see.

    Raises:
        UsageError: the folder with the solutions is not here.
        CourseError: the answer or a hidden check can't be read. Names file and line.
    """
    solutions = require_solutions(assignment)
    path = answer_path(assignment)
    file, answer = _place(path, assignment), read_answer(assignment)
    template = template_of(answer, file)
    checks = [assignment.folder / "checks", solutions / "checks"]
    visible, hidden = ({p: _read(p) for p in sorted(f.rglob("*.py"))} for f in checks)
    students_have = _plain("\n".join([template, *visible.values(), *assignment.given.values()]))
    outside = _plain(template)
    wholes = [s for s in _regions(answer, file) if not _stands_in(s.text, outside)]
    lines = list(_region_lines(answer, file))
    for check, source in hidden.items():
        wholes += _tests(source, _place(check, assignment))
        lines += _check_lines(source, _place(check, assignment))
    folder = f"solutions/{solutions.name}"
    found = (
        Secret(folder, folder, 0),
        Secret(str(solutions.resolve()), folder, 0),
        *wholes,
        *(line for line in lines if not _stands_in(line.text, students_have)),
    )
    harmless = (template, *assignment.given.values())
    return Secrets(
        texts=tuple({secret.text: secret for secret in found}.values()),
        digests=_digests(assignment, {_digest(text.encode()) for text in harmless}),
    )


def require_solutions(assignment: Assignment) -> Path:
    """Find the course team's folder for an assignment.

    Raises:
        UsageError: it is not here.
    """
    if assignment.solutions is None:
        raise UsageError(
            "{name} has no folder solutions/{name} here: a kit is made from the whole course.",
            name=assignment.name,
        )
    return assignment.solutions


def leaks(text: str, secrets: Secrets, own: Collection[str] = ()) -> tuple[Leak, ...]:
    """Find the secrets that stand in a text.

    Args:
        text: a page, JSON, source: whatever a student gets. Escaped or in tags, a secret is
            found all the same.
        secrets: what to look for.
        own: the student's own source: what stands in it is no leak.
    """
    views = _views(text)
    mine = _plain("\n".join(own))
    return tuple(
        Leak(secret.file, secret.line)
        for secret in secrets.texts
        if any(_stands_in(secret.text, view) for view in views)
        and not _stands_in(secret.text, mine)
    )


def leaks_in_kit(files: Mapping[str, bytes], secrets: Secrets) -> tuple[Leak, ...]:
    """Find the secrets that stand in a kit, in its files' names and in archives among them.

    Args:
        files: path in the kit -> bytes.
        secrets: what to look for.
    """
    found = []
    for name, data in _contents(files.items()):
        source = secrets.digests.get(_digest(data))
        if source is not None:
            found.append(Leak(source, 0, name))
        else:
            text = f"{name}\n{_text(data)}"
            found += [leak._replace(where=name) for leak in leaks(text, secrets)]
    return tuple(found)


def _plain(text: str) -> str:
    """The words of a text with one blank between them."""
    return " ".join(text.split())


def _stands_in(secret: str, text: str) -> bool:
    """Tell whether a secret stands in a plain text, and not as the middle of longer words."""
    if secret not in text:  # nearly always, and much faster
        return False
    return bool(re.search(rf"(?!\B\w){re.escape(secret)}(?<!\w\B)", text, re.ASCII))


def _views(text: str) -> set[str]:
    """A text as it is, and as a browser or a JSON parser would read it."""
    page = html.unescape(text)
    strings = (ESCAPES.sub(lambda m: _unescaped(m[0]), t) for t in (text, page))
    return {_plain(t) for t in (text, page, html.unescape(TAG.sub("", text)), *strings)}


@functools.cache
def _unescaped(escape: str) -> str:
    """Read escapes of a JSON string."""
    return str(json.loads(f'"{escape}"'))


def _text(data: bytes) -> str:
    """Read bytes as text, in the first encoding that fits; what is no text has no words."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return data.decode("latin-1")


def _read(path: Path) -> str:
    try:
        source = content(path).decode("utf-8-sig")
        ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise CourseError(
            "{file} can't be read: {detail}", file=str(path), detail=str(error)
        ) from error
    return source


def _place(path: Path, assignment: Assignment) -> str:
    return path.relative_to(assignment.folder.parents[1]).as_posix()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _telling(text: str) -> bool:
    return len(text) >= MIN_TELLING and any(map(str.isalpha, text))


def _regions(answer: str, file: str) -> Iterator[Secret]:
    """Each solution region as a whole, with its comments and without them."""
    lines = answer.split("\n")
    for region in regions_of(answer, file):
        solution = [lines[n - 1].strip() for n in region.solution]
        code = [line for line in solution if not line.startswith("#")]
        for text in (_plain(" ".join(solution)), _plain(" ".join(code))):
            if _telling(text):
                yield Secret(text, file, region.begin)


def _region_lines(answer: str, file: str) -> Iterator[Secret]:
    lines = answer.split("\n")
    for region in regions_of(answer, file):
        for n in region.solution:
            if _telling(text := _plain(lines[n - 1])):
                yield Secret(text, file, n)


def _tests(source: str, file: str) -> Iterator[Secret]:
    """The bodies of a hidden file's tests, if they are longer than a line."""
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            first = (node.body[ast.get_docstring(node) is not None :] or node.body)[0].lineno
            body = lines[first - 1 : node.end_lineno]
            if len(body) > 1:
                yield Secret(_plain(" ".join(body)), file, first)


def _check_lines(source: str, file: str) -> Iterator[Secret]:
    """The lines of a hidden file, in pieces where they hold words for students."""
    lines = [line.encode() for line in source.split("\n")]  # ast counts bytes
    for node in _spoken(ast.parse(source)):
        for n in range(node.lineno, (node.end_lineno or 0) + 1):
            line = lines[n - 1]
            start = node.col_offset if n == node.lineno else 0
            stop = (node.end_col_offset or 0) if n == node.end_lineno else len(line)
            lines[n - 1] = line[:start] + bytes(stop - start) + line[stop:]
    for n, line in enumerate(lines, start=1):
        for piece in line.decode().split("\0"):
            if _telling(text := _plain(piece)):
                yield Secret(text, file, n)


def _spoken(tree: ast.Module) -> Iterator[ast.expr]:
    """What students are told anyway: checks' declarations, and the words for failures."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            match node.func.id:
                case "check":
                    yield node
                case "require":
                    yield from (a for a in arguments[1:] if isinstance(a, ast.Constant))
                case "Text":
                    yield from (a for a in arguments if isinstance(a, ast.Constant))


# Files


def _digests(assignment: Assignment, harmless: Collection[str]) -> dict[str, str]:
    """The digests of the team's files, and of what is in archives among them."""
    solutions = require_solutions(assignment)
    files = {_place(path, assignment): content(path) for path in kept_files(solutions)}
    digests = {
        _digest(data): name for name, data in _contents(files.items()) if len(data) >= MIN_FILE
    }
    return {digest: name for digest, name in digests.items() if digest not in harmless}


def _contents(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Files, and what is in those of them that are zips, as .npz files are."""
    for name, data in files:
        yield name, data
        with contextlib.suppress(
            zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error, RuntimeError
        ):
            yield from _contents((f"{name}/{part}", inner) for part, inner in _members(data))


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is in a zip, a tar, compressed or not, or a gzip; nothing in other files."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    elif tarfile.is_tarfile(io.BytesIO(data)):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file is not None:
                    yield member.name, file.read()
    elif data.startswith(GZIP):
        yield "", gzip.decompress(data)
