"""Whose file is it? What each platform's download says about that, in the names alone.

Moodle      {Full Name}_{id}_assignsubmission_file[_]/..., or flat with the file's name behind it
Canvas      {name}[_LATE]_{user id}_{attachment id}_{file}, anonymous [LATE_]anon_{id}_...
Gradescope  submission_{id}/..., and submission_metadata.yml says who that was
Blackboard  {assignment}_{user}_attempt_{time}_{file}, and a receipt ..._attempt_{time}.txt
plain       {student}/..., or {student}.py

What a student can choose, the file's name, stands last in all of them. So the first place that
fits is the platform's own, and no file can pose as somebody else's.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from grader.lms.names import ARCHIVES, CODE, FOREIGN, MOST_LETTERS, Parts, stem

Source = Literal["moodle", "canvas", "gradescope", "blackboard", "plain"]

METADATA = "submission_metadata.yml"
MOST_WRAPPERS = 20  # folders around everything
# Lists, sheets and settings that lie beside what was handed in. Nobody hands these in alone.
NOBODYS = (
    *(".csv", ".tsv", ".xls", ".xlsx", ".ods", ".html", ".htm", ".json", ".yml", ".yaml"),
    *(".xml", ".toml", ".ini", ".cfg", ".log", ".sqlite", ".db"),
)

_MOODLE = re.compile(
    r"(?P<name>.*?)(?:_(?P<id>[0-9]{1,20}))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?",
    re.DOTALL,
)
_CANVAS = re.compile(
    r"(?P<name>.*?)(?P<late>_LATE)?_(?P<id>[0-9]{1,20})_"
    r"(?:(?P<number>[0-9]{1,20})_(?P<file>.+)|(?P<page>(?:text|link)\.html))",
    re.DOTALL,
)
_ANONYMOUS = re.compile(
    r"(?P<before>LATE_)?(?P<name>anon)_(?P<id>[0-9A-Za-z]{1,40})(?P<late>_LATE)?_"
    r"(?:(?P<number>[0-9]{1,20})_(?P<file>.+)|(?P<page>(?:text|link)\.html))",
    re.DOTALL,
)
_AGAIN = re.compile(r"(?P<stem>.+)-(?P<count>[0-9]{1,3})(?P<ending>\.[^.]+)", re.DOTALL)
_BLACKBOARD = re.compile(
    r"(?P<head>.+?)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_[0-9]{1,20}")
_RECEIPT = re.compile(r"\s*Name:(?P<name>[^\n]*)\((?P<user>[^()\n]+)\)")


class Owner(NamedTuple):
    """Who handed something in.

    Args:
        key: nobody else's.
        name: as the platform says it, not cleaned.
        number: the platform's for this student, or "". The name and it make the student's id.
        nick: a short name that is the platform's for this student, and makes the id alone.
        ref: see `grader.grades.Entry`.
        folder: see `grader.grades.Entry`.
    """

    key: str
    name: str
    number: str = ""
    nick: str = ""
    ref: str = ""
    folder: str = ""


class Piece(NamedTuple):
    """Something that a student handed in.

    Args:
        file: its name as handed in, not cleaned; "" if it only tells that something was. A
            folder's ends with '/'.
        attempt: the larger, the newer.
        series: only pieces of one series replace each other.
        original: what to call it when it was replaced; "" for its name.
        submitted: when, if the platform says so.
        late: whether the platform says that it was.
        code: whether it can be what is graded.
    """

    owner: Owner
    file: str
    attempt: str = ""
    series: str = ""
    original: str = ""
    submitted: dt.datetime | None = None
    late: bool = False
    code: bool = True


Placing = Callable[[Parts], Sequence[Piece]]
"""Says whose a file is, from its name. Nobody's: no piece. A group's: one for each member.

A folder's name has an empty last part.
"""


class Submission(NamedTuple):
    """What Gradescope's metadata say about a submission.

    Args:
        created: when, in UTC, or None.
        submitters: whose it is: name, student id and email address, each may be "".
    """

    created: dt.datetime | None
    submitters: tuple[tuple[str, str, str], ...]


def recognise(names: Sequence[Parts]) -> Source:
    """Tell from which platform a download is: what most of its names look like."""
    tops = {name[0] for name in names if not is_nobodys(name)}
    sources: dict[Source, Callable[[str], object]] = {
        "moodle": _MOODLE.fullmatch,
        "gradescope": _GRADESCOPE.fullmatch,
        "blackboard": _attempt,
        "canvas": lambda top: _ANONYMOUS.fullmatch(top) or _CANVAS.fullmatch(top),
    }
    votes = {source: sum(1 for top in tops if fits(top)) for source, fits in sources.items()}
    best = max(sources, key=votes.__getitem__)
    return best if votes[best] * 2 > len(tops) else "plain"


def wrapped(names: Sequence[Parts], title: str) -> int:
    """Count the folders around everything but what is nobody's.

    A single folder with two students' work in it is one, or with what a platform names like
    that; with one student's it is this student's folder, unless it is called like the download.

    Args:
        names: all of them.
        title: the download's name without its ending.
    """
    for depth in range(MOST_WRAPPERS + 1):
        below = [name[depth:] for name in names if any(name[depth:])]
        tops = {name[0] for name in below if not is_nobodys(name)}
        inside = [n[1:] for n in below if any(n[1:]) and not is_nobodys(n[1:])]
        students = {n[0] if n[1:] else stem(n[0]) for n in inside}
        several = len(students) > 1 or tops == {title} or any(map(_of_platform, students))
        if len(tops) != 1 or not several or any(map(_of_platform, tops)):
            break
    return depth


def is_nobodys(name: Parts) -> bool:
    """Tell whether a file at the top belongs to the class rather than to a student."""
    top = name[0].lower()
    aside = top.endswith(NOBODYS) or stem(top) in {"readme", "license"}
    hidden = top.startswith(".") and not top.endswith((*CODE, *ARCHIVES, *FOREIGN))
    return len(name) == 1 and (aside or hidden) and not _of_platform(name[0])


def _of_platform(top: str) -> bool:
    patterns = (_MOODLE, _CANVAS, _ANONYMOUS, _BLACKBOARD, _GRADESCOPE)
    return any(pattern.fullmatch(top) for pattern in patterns)


def moodle(name: Parts) -> list[Piece]:
    """A folder for each student and kind of submission, or one folder with all files."""
    match = _MOODLE.fullmatch(name[0])
    if not match:
        return []
    full, number = match["name"], match["id"] or ""
    # Moodle looks for the number behind the first underscore.
    head = "_".join(part for part in (re.sub(r"[_/\\]", " ", full[:MOST_LETTERS]), number) if part)
    owner = Owner(
        f"{full}_{number}", full, number, ref=number, folder=f"{head}_assignsubmission_file_"
    )
    parts = (match["file"], *name[1:]) if match["file"] else name[1:]
    return [Piece(owner, "/".join(parts), code=match["kind"] == "file")]


def canvas(name: Parts) -> list[Piece]:
    """Files side by side. '-1' before the ending is Canvas's, for a file handed in again."""
    match = _ANONYMOUS.fullmatch(name[0]) or _CANVAS.fullmatch(name[0])
    if not match:
        return []
    full, user = match["name"], match["id"]
    late = bool(match["late"] or match.groupdict().get("before"))
    owner = Owner(f"{full}_{user}", full, user, ref=user)
    if match["page"]:
        return [Piece(owner, match["page"], late=late, code=False)]
    original = "/".join((match["file"], *name[1:]))
    again = _AGAIN.fullmatch(original)
    file = again["stem"] + again["ending"] if again else original
    attempt = f"{again['count'] if again else '':>3} {match['number']:>20}"
    return [Piece(owner, file, attempt, series=file, original=original, late=late)]


def blackboard(names: Iterable[Parts], receipts: Mapping[str, str]) -> Placing:
    """Files side by side, and a receipt with each attempt.

    Args:
        names: all of them.
        receipts: their text, by file name.
    """
    matches = {name[0]: match for name in names if (match := _attempt(name[0]))}
    said = {matches[file]["head"]: _RECEIPT.match(text) for file, text in receipts.items()}
    # A receipt counts for a user whose name the platform put into the file's.
    known = {h: m for h, m in said.items() if m and h.endswith("_" + m["user"])}
    told = Counter(head.removesuffix(match["user"]) for head, match in known.items())
    heads = {match["head"] for match in matches.values()}
    prefix = told.most_common(1)[0][0] if told else _assignment(heads)

    def place(path: Parts) -> list[Piece]:
        match = matches.get(path[0])
        if not match:
            return []
        head = match["head"]
        user = head.removeprefix(prefix) if head.startswith(prefix) else head.rpartition("_")[2]
        user, name = known[head].group("user", "name") if head in known else (user, user)
        owner = Owner(head, name.strip(), nick=user, ref=user)
        when = _time(match["time"])
        file = "/".join((match["file"], *path[1:])) if match["file"] else ""
        original = f"{match['time']} {file}"
        return [Piece(owner, file, match["time"], original=original, submitted=when)]

    return place


def is_receipt(name: Parts) -> bool:
    """Tell whether a file is Blackboard's own, beside an attempt."""
    match = _attempt(name[0])
    return len(name) == 1 and match is not None and not match["file"]


def _attempt(top: str) -> re.Match[str] | None:
    match = _BLACKBOARD.fullmatch(top)
    return match if match and _time(match["time"]) else None


def _time(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")  # noqa: DTZ007 - local time there
    except ValueError:
        return None


def _assignment(heads: set[str]) -> str:
    """Find what most heads start with, up to an underscore. Users' names may hold some, too."""
    count: Counter[str] = Counter()
    for head in heads:
        ends = [at.end() for at in re.finditer("_", head[:MOST_LETTERS])]
        count.update(head[:end] for end in ends if end < len(head))
    return max(count, key=lambda start: (count[start], len(start)), default="")


def gradescope(submissions: Mapping[str, Submission]) -> Placing:
    """A folder for each submission, which may be several students' together."""

    def place(name: Parts) -> list[Piece]:
        folder = name[0]
        if name == (METADATA,):
            # It says, too, who handed in what is not there.
            return [piece for known in submissions for piece in place((known, ""))]
        if not _GRADESCOPE.fullmatch(folder):
            return []
        file = "/".join(name[1:])
        created, submitters = submissions.get(folder, Submission(None, ()))
        owners = [
            Owner(
                sid or email or f"{full} {folder}", full or email or sid or folder, sid, ref=folder
            )
            for full, sid, email in submitters
        ]
        attempt = f"{created.isoformat() if created else '':<40} {folder:>40}"
        original = "/".join(name)
        return [
            Piece(owner, file, attempt, original=original, submitted=created)
            for owner in owners or [Owner(folder, folder, nick=folder, ref=folder)]
        ]

    return place


def plain(name: Parts) -> list[Piece]:
    """A folder for each student, or a file of the student's name."""
    if len(name) > 1:
        return [Piece(Owner(name[0], name[0]), "/".join(name[1:]))]
    if is_nobodys(name):
        return []
    student = stem(name[0])
    return [Piece(Owner(student, student), name[0])]
