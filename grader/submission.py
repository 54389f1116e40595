"""A file, a notebook or a folder -> Submission. Bytes from a stranger: nothing of it runs here."""

import codecs
import hashlib
import io
import tokenize
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from grader.course import Accepted
from grader.errors import Unreadable, UsageError
from grader.foreign import clean, clean_source
from grader.results import Part

# Encodings that a student's editor may have written, by the names that `codecs.lookup` gives them.
# Python knows others that are no text (rot13) or that take quadratic time (punycode), so a cookie
# can't ask for just anything.
ENCODINGS = frozenset(
    """
    ascii utf-8 utf-8-sig iso8859-1 iso8859-15 cp1250 cp1251 cp1252 koi8-r mac-roman
    gbk gb2312 gb18030 big5 shift_jis euc_jp cp932 euc_kr cp949
    """.split()
)
SUFFIXES = (".py", ".ipynb")
MAX_NAME = 200


class Submission(NamedTuple):
    """One student's work.

    Args:
        student: an id.
        file: the name of the file, for people.
        sha256: of its bytes, in hex.
        parts: its source: one part, or one for each code cell of a notebook.
        notebook: whether it is a notebook.
        problem: why it can't be read, or None.
    """

    student: str
    file: str
    sha256: str
    parts: tuple[Part, ...]
    notebook: bool
    problem: Unreadable | None

    @property
    def code(self) -> tuple[Part, ...]:
        """Its source, fit to be shown."""
        return tuple(Part(part.name, clean_source(part.source)) for part in self.parts)


def read_submission(
    path: Path, accepted: tuple[Accepted, ...], max_kib: int, given: tuple[str, ...] = ()
) -> Submission:
    """Read a submission.

    Args:
        path: a .py file, an .ipynb file, or a folder with one of the accepted names in it.
        accepted: the names that the assignment accepts, with their templates' digests.
        max_kib: the size beyond which it is not read.
        given: files of the assignment that are nobody's submission.

    Raises:
        UsageError: there is no such file, or it isn't clear which one is meant.
    """
    require_readable(path)
    if path.is_dir():
        path = _find(path, accepted, max_kib, given)
    if path.suffix not in SUFFIXES:
        raise UsageError(
            "{path} is not a Python file (.py) or a notebook (.ipynb).", path=str(path)
        )
    return parse(read(path, max_kib), path.name, path.stem, max_kib)


def parse(data: bytes, file: str, student: str, max_kib: int) -> Submission:
    """Make a submission of a file's bytes.

    Args:
        data: as `read` gives them.
        file: the file's name, which says whether it is a notebook.
        student: an id.
        max_kib: the size beyond which it is not read.
    """
    notebook = file.endswith(".ipynb")
    name = clean(file[-MAX_NAME:])
    try:
        parts = _parts(data, name, max_kib, notebook=notebook)
        problem = None
    except Unreadable as error:
        parts, problem = (), error
    return Submission(
        student=clean(student[:MAX_NAME]),
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        parts=parts,
        notebook=notebook,
        problem=problem,
    )


def require_readable(path: Path) -> None:
    """Make sure that something is there to be read.

    Raises:
        UsageError: there isn't, or its name can't be looked up.
    """
    try:
        path.stat()
    except FileNotFoundError as error:
        raise UsageError("There is no file {path}.", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError | ValueError) -> UsageError:
    detail = getattr(error, "strerror", None) or str(error)
    return UsageError("{path} can't be read: {detail}", path=str(path), detail=detail)


def read(path: Path, max_kib: int) -> bytes:
    """Read a file, up to one byte more than is allowed.

    Raises:
        UsageError: it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(max_kib * 1024 + 1)
    except OSError as error:
        raise _unreadable(path, error) from error


def _find(
    folder: Path, accepted: tuple[Accepted, ...], max_kib: int, given: tuple[str, ...]
) -> Path:
    """Find the file in a folder that is meant."""
    named = [folder / file.name for file in accepted if (folder / file.name).is_file()]
    found = named or sorted(p for p in folder.glob("*") if p.suffix in SUFFIXES)
    chosen = choose([(p.name, p) for p in found], accepted, max_kib, given)
    if not named and len(chosen) != 1:
        raise UsageError(
            "There is no submission in {path}. Looked for {names}.",
            path=str(folder),
            names=", ".join(file.name for file in accepted),
        )
    if len(chosen) > 1:
        names = [name for name, _ in chosen]
        raise UsageError(
            "Which one is it? Both {names} have been worked on. Name one: grader check {first}",
            names=" and ".join(names),
            first=names[0],
        )
    return chosen[0][1]


def choose(
    files: Sequence[tuple[str, Path]],
    accepted: tuple[Accepted, ...],
    max_kib: int,
    given: tuple[str, ...],
) -> list[tuple[str, Path]]:
    """Choose, among a student's files, those that may be meant: one, if it is clear.

    Accepted names come before others, and among them files that are no longer the template.
    Files that the assignment gives are nobody's work.

    Args:
        files: (name, where it lies) of .py and .ipynb files.
        accepted: the names that the assignment accepts, with their templates' digests.
        max_kib: the size beyond which a file is not read.
        given: names of files that came with the assignment.
    """
    digests = {file.template_sha256 for file in accepted}
    order = [file.name for file in accepted]
    named = sorted(
        (f for f in files if PurePath(f[0]).name in order),
        key=lambda f: (order.index(PurePath(f[0]).name), f[0]),
    )
    others = [f for f in files if PurePath(f[0]).name not in given]
    found = named or others
    if len(found) < 2:  # noqa: PLR2004 - nothing to choose from
        return list(found)
    changed = [f for f in found if template_digest(read(f[1], max_kib)) not in digests]
    return changed or list(found[:1])


def template_digest(data: bytes) -> str:
    """The SHA-256, in hex, of a file whose line ends don't count."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _parts(data: bytes, name: str, max_kib: int, *, notebook: bool) -> tuple[Part, ...]:
    if len(data) > max_kib * 1024:
        raise Unreadable(
            "{file} is larger than {limit} KiB. Hand in code only, without data or outputs.",
            file=name,
            limit=max_kib,
        )
    if not data.strip():
        raise Unreadable("{file} is empty.", file=name)
    if notebook:
        # Its patterns take a while to compile, and most files are no notebooks.
        from grader.notebook import code_cells  # noqa: PLC0415

        return code_cells(data, name)
    source = decode_source(data, name)
    return (Part(name, source),)


def decode_source(data: bytes, name: str) -> str:
    """Decode Python source as Python would, and say what to do where that fails.

    Args:
        data: the file's bytes.
        name: the file's name, for the message.

    Returns:
        The text, with Unix line ends and without a byte order mark.

    Raises:
        Unreadable: it is not text, or not in the encoding that it claims.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("{file} is saved as UTF-16. Save it as UTF-8.", file=name)
    if b"\0" in data:
        raise Unreadable("{file} is not a text file: it holds zero bytes.", file=name)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        known = codecs.lookup(encoding).name in ENCODINGS
    except SyntaxError as error:  # an unknown cookie, or not UTF-8 in the first two lines
        if not str(error).startswith(("unknown encoding", "encoding problem")):
            raise _not_utf8(data, name) from error
        known = False
    if not known:
        raise Unreadable(
            "{file} names an encoding in its first lines that can't be used. Save it as UTF-8.",
            file=name,
        )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-8"):
            raise _not_utf8(data, name) from error
        raise Unreadable(
            "{file} says it is {encoding}, but line {line} is not. Save it as UTF-8.",
            file=name,
            encoding=encoding,
            line=data[: error.start].count(b"\n") + 1,
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(data: bytes, name: str) -> Unreadable:
    try:
        data.decode("utf-8")
        start = 0
    except UnicodeDecodeError as error:
        start = error.start
    line = data[:start].count(b"\n") + 1
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return Unreadable(
            "{file}, line {line}: this is not UTF-8. Save the file as UTF-8.", file=name, line=line
        )
    return Unreadable(
        "{file}, line {line}: this is not UTF-8; it looks like GBK. Save the file as UTF-8, or "
        "write # -*- coding: gbk -*- in its first line.",
        file=name,
        line=line,
    )
