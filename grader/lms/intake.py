"""What a learning platform, or a person, hands us -> for each student the files to choose from.

Every student who handed something in is there, with files or with the reason why there are none.
No name from an archive ever reaches the disk: what is unpacked lies under numbers.
"""

import itertools
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import UsageError, mark
from grader.foreign import clean
from grader.grades import Entry
from grader.lms import layouts
from grader.lms.archive import DOWNLOAD, MIB, Member, Refused, Why, bring, list_archive
from grader.lms.contents import LARGEST, Contents, Sorted, open_archive, refusal, sort_out
from grader.lms.folder import list_folder
from grader.lms.layouts import METADATA, Owner, Piece, Placing, Source
from grader.lms.names import Parts, is_hidden, is_junk, listed, shown, stem, student_ids
from grader.lms.submission_metadata import read_metadata
from grader.results import Text

Found = Mapping[Parts, Member]
"""What is in a download, by its name without the folders that everything is in."""

METADATA_BYTES = 64 * MIB
RECEIPT = 4096
MOST_TOLD = 5
NO_CODE = mark(
    "There is no .py or .ipynb file in what was handed in, but {names}. Hand in the .py or .ipynb "
    "file."
)
EMPTY = mark("What was handed in holds no file. Hand in the .py or .ipynb file.")
REFUSED: dict[Why, str] = {
    "broken": mark("{path} is damaged, or no archive at all. Download it again, or name a folder."),
    "encrypted": mark("{path} needs a password. Unpack it, and name the folder."),
    "foreign": mark(
        "{path} is an archive of a kind that is not opened here. Unpack it, and name the folder."
    ),
    "large": mark(
        "{path} holds more than {mib} MiB, or {ratio} times as much as its own size. If that is "
        "right, unpack it, and name the folder."
    ),
    "crowded": mark("{path} holds more than {members} files. Is it the right one?"),
}


class Handed(NamedTuple):
    """What one student handed in.

    Args:
        entry: who, and when. Its `file` is "", its `others` are files that can't be graded.
        files: what can be: each one's name, as handed in and cleaned, and where its bytes lie.
        problem: why there are none, or None.
    """

    entry: Entry
    files: tuple[tuple[str, Path], ...]
    problem: Text | None


class Handing(NamedTuple):
    """What a class handed in.

    Args:
        source: which platform's download it is.
        handed: sorted by the students' ids.
        ignored: names of files that belong to nobody, cleaned.
    """

    source: Source
    handed: tuple[Handed, ...]
    ignored: tuple[str, ...]


class _Work(NamedTuple):
    """A student's newest attempt, before anything of it is unpacked.

    Args:
        entry: without an id and other files.
        owner: what the id is made of.
        newest: what was handed in, sorted.
        others: names of what is no code, or was replaced.
    """

    entry: Entry
    owner: Owner
    newest: Sorted
    others: list[str]


@contextmanager
def open_submissions(path: Path, scratch: Path, max_kib: int) -> Iterator[Handing]:
    """Open a folder, a zip or a tar with the submissions of a class.

    Args:
        path: of it.
        scratch: an empty folder, for what is unpacked. It is left empty.
        max_kib: the largest size of a file that is graded. Of a larger one, there is a byte more.

    Yields:
        What was handed in. The files are there until the context ends.

    Raises:
        UsageError: it can't be opened, should not be, or holds no submission.
    """
    places = (scratch / f"{number:06}" for number in itertools.count(1))
    try:
        try:
            handing = _open(path, places, max_kib * 1024 + 1)
        except Refused as refused:
            template = REFUSED[refused.why]
            raise UsageError(template, path=str(path), **DOWNLOAD._asdict()) from refused
        except OSError as error:
            detail = error.strerror or str(error)
            raise UsageError(
                "{path} can't be read: {detail}", path=str(path), detail=detail
            ) from error
        if not handing.handed:
            raise UsageError(
                "There is no submission in {path}. Name the folder or the archive that the "
                "learning platform gave you.",
                path=str(path),
            )
        yield handing
    finally:
        for file in scratch.iterdir():
            file.unlink()


def _open(path: Path, places: Iterator[Path], most: int) -> Handing:
    mode = path.stat().st_mode
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise Refused("broken")
    members = (list_folder if stat.S_ISDIR(mode) else list_archive)(path, DOWNLOAD)
    members = [m for m in members if any(m.parts) and not is_junk(m.parts)]
    depth = layouts.wrapped([m.parts for m in members], stem(path.absolute().name))
    found = {m.parts[depth:]: m for m in members if any(m.parts[depth:])}
    ignored = ["/".join(m.parts) for m in members if not any(m.parts[depth:]) and m.parts[-1]]
    source = layouts.recognise(tuple(found))
    place = _placing(source, found, path, places)
    students: dict[str, list[tuple[Piece, Member]]] = {}
    for name, member in found.items():
        # What is hidden tells that something was handed in, and is not looked at.
        hidden = is_hidden(name[1:])
        pieces = place((name[0], "") if hidden else name)
        for piece in pieces:
            handed = (piece, Member(member.parts) if hidden else member)
            students.setdefault(piece.owner.key, []).append(handed)
        if not pieces and name[-1]:
            ignored.append("/".join(name))
    works = [_work(source, pieces) for pieces in students.values()]
    return Handing(source, _hand(works, path, places, most), listed(ignored))


def _placing(source: Source, found: Found, path: Path, places: Iterator[Path]) -> Placing:
    if source == "moodle":
        return layouts.moodle
    if source == "canvas":
        return layouts.canvas
    if source == "blackboard":
        names = {member: name[0] for name, member in found.items() if layouts.is_receipt(name)}
        receipts = {}
        for member, at, why in bring(path, dict.fromkeys(names, RECEIPT), places, DOWNLOAD):
            if not why:
                receipts[names[member]] = _read(member, at, RECEIPT).decode(errors="replace")
        return layouts.blackboard(found, receipts)
    if source == "gradescope":
        return layouts.gradescope(_metadata(found, path, places))
    return layouts.plain


def _metadata(found: Found, path: Path, places: Iterator[Path]) -> dict[str, layouts.Submission]:
    wanted = {found[name]: METADATA_BYTES + 1 for name in ((METADATA,),) if name in found}
    for member, at, why in bring(path, wanted, places, DOWNLOAD):
        try:
            data = b"" if why else _read(member, at, METADATA_BYTES + 1)
            if len(data) > METADATA_BYTES:
                raise ValueError  # noqa: TRY301 - as bad as what is not YAML
            return read_metadata(data)
        except ValueError as error:
            raise UsageError(
                "{file} in {path} can't be understood. Download the submissions again.",
                file=METADATA,
                path=str(path),
            ) from error
    return {}


def _read(member: Member, at: Path, most: int) -> bytes:
    """Read what only we need, and leave no copy of it."""
    with at.open("rb") as file:
        data = file.read(most)
    if not member.path:
        at.unlink()
    return data


def _work(source: Source, handed: list[tuple[Piece, Member]]) -> _Work:
    """Part a student's newest attempt from all earlier ones."""
    newest: dict[str, str] = {}
    for piece, _ in handed:
        newest[piece.series] = max(piece.attempt, newest.get(piece.series, ""))
    counting = [(p, m) for p, m in handed if p.attempt == newest[p.series]]
    last = max((piece for piece, _ in counting), key=lambda piece: piece.attempt)
    named = {
        piece.file or piece.owner.name: member
        for piece, member in counting
        if piece.code and (member.why or _is_file(piece))
    }
    pages = [piece.file for piece, _ in counting if _is_file(piece) and not piece.code]
    earlier = [p for p, _ in handed if _is_file(p) and p.attempt != newest[p.series]]
    entry = Entry(
        student="",
        name=clean(unicodedata.normalize("NFC", last.owner.name)),
        source=source,
        ref=clean(last.owner.ref),
        folder=clean(last.owner.folder),
        submitted=last.submitted,
        late=any(piece.late for piece, _ in counting),
    )
    others = pages + [piece.original or piece.file for piece in earlier]
    return _Work(entry, last.owner, sort_out(named), others)


def _is_file(piece: Piece) -> bool:
    return bool(piece.file) and not piece.file.endswith("/")


def _hand(works: list[_Work], path: Path, places: Iterator[Path], most: int) -> tuple[Handed, ...]:
    """Unpack what is wanted of all students together: a tar can only be read from front to end."""
    names = {
        member: name
        for work in works
        for name, member in (work.newest.code | work.newest.archives).items()
    }
    packed = {member for work in works for member in work.newest.archives.values()}
    wanted = {member: LARGEST + 1 if member in packed else most for member in names}
    contents: dict[Member, Contents] = {}
    for member, at, why in bring(path, wanted, places, DOWNLOAD):
        name = names[member]
        if why:
            contents[member] = Contents([], [name], [refusal(why, name)])
        elif member in packed:
            contents[member] = open_archive(name, at, places, most)
            if not member.path:
                at.unlink()
        else:
            contents[member] = Contents([(shown(name), at)], [], [])
    whose = [(w.owner.key, w.owner.nick or w.owner.name, w.owner.number) for w in works]
    rows = [
        _row(work, student, contents)
        for work, student in zip(works, student_ids(whose), strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: row.entry.student))


def _row(work: _Work, student: str, contents: Mapping[Member, Contents]) -> Handed:
    code, archives, others, problems = work.newest
    mine = [contents[member] for member in (code | archives).values()]
    found = [file for each in mine for file in each.files]
    files = tuple(sorted(found, key=lambda file: (file[0].count("/"), file[0])))
    problems = problems + [problem for each in mine for problem in each.problems]
    names = listed(itertools.chain(others, *(each.others for each in mine), work.others))
    if files:
        problem = None
    elif problems:
        problem = problems[0]
    elif names:
        problem = Text(NO_CODE, params={"names": ", ".join(names[:MOST_TOLD])})
    else:
        problem = Text(EMPTY)
    entry = msgspec.structs.replace(
        work.entry, student=student, name=work.entry.name or student, others=names
    )
    return Handed(entry, files, problem)
