"""What one student handed in: what of it is code, and what is in archives inside."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from grader.errors import mark
from grader.lms.archive import INNER, MIB, Limits, Member, Refused, Why, bring, list_archive
from grader.lms.names import ARCHIVES, CODE, FOREIGN, is_hidden, is_junk, shown
from grader.results import Text

MOST_FILES = 200
MOST_ARCHIVES = 10
LARGEST = int(INNER.mib * MIB)  # of an archive inside

REFUSED: dict[Why, str] = {
    "broken": mark(
        "{file} is damaged and can't be unpacked. Hand in the .py or .ipynb file itself."
    ),
    "encrypted": mark("{file} needs a password. Hand in the .py or .ipynb file itself."),
    "foreign": mark(
        "{file} is an archive of a kind that is not opened here. Hand in the .py or .ipynb file "
        "itself."
    ),
    "large": mark(
        "{file} holds more than {mib} MiB, or {ratio} times as much as its own size. Hand in code "
        "only, without data."
    ),
    "crowded": mark("{file} holds more than {members} files. Hand in your own code only."),
    "nested": mark(
        "{file} is an archive inside too many others. Hand in the .py or .ipynb file itself."
    ),
    "link": mark("{file} is a link, or no file at all. Hand in the .py or .ipynb file itself."),
    "unreadable": mark("{file} can't be read: there is no permission to."),
}


class Sorted(NamedTuple):
    """Members by what can be done with them.

    Args:
        code: can be graded, by name.
        archives: may hold what can, by name.
        others: names of the rest.
        problems: why some of the rest can't be read.
    """

    code: dict[str, Member]
    archives: dict[str, Member]
    others: list[str]
    problems: list[Text]


class Contents(NamedTuple):
    """What came out of an archive.

    Args:
        files: that can be graded: each one's name, cleaned, and where its bytes lie.
        others: names of the rest.
        problems: why some of the rest can't be read.
    """

    files: list[tuple[str, Path]]
    others: list[str]
    problems: list[Text]


def refusal(why: Why, name: str) -> Text:
    """Say to a student why something can't be read.

    Args:
        why: as the archive's reader says.
        name: of the file, not cleaned.
    """
    return Text(REFUSED[why], params={"file": shown(name), **INNER._asdict()})


def sort_out(named: Mapping[str, Member]) -> Sorted:
    """Sort members by what can be done with them. What lies less deep comes first."""
    found = Sorted({}, {}, [], [])
    for name in sorted(named, key=lambda name: (name.count("/"), name)):
        member, ending = named[name], shown(name).lower()
        if member.why:
            found.problems.append(refusal(member.why, name))
        elif ending.endswith(CODE) and len(found.code) < MOST_FILES:
            found.code[name] = member
            continue
        elif ending.endswith(ARCHIVES) and len(found.archives) < MOST_ARCHIVES:
            found.archives[name] = member
            continue
        elif ending.endswith(FOREIGN):
            found.problems.append(refusal("foreign", name))
        found.others.append(name)
    return found


def open_archive(name: str, path: Path, places: Iterator[Path], most: int) -> Contents:
    """Take what can be graded out of an archive, and out of archives inside it.

    Args:
        name: of the archive, not cleaned.
        path: where it lies.
        places: where to unpack to, one after the other.
        most: bytes of a file.

    Raises:
        OSError: there is no more room, or something else that is not the archive's fault.
    """
    found = Contents([], [], [])
    waiting = [(name, path, 1)]
    limits = INNER
    while waiting:
        inner, place, depth = waiting.pop(0)
        try:
            opened, deeper = _open_one(inner, place, places, most, limits, depth)
            unpacked = sum(at.stat().st_size for _, at in opened.files + deeper) / MIB
        except Refused as refused:
            opened, deeper = Contents([], [inner], [refusal(refused.why, inner)]), []
            # Who hands in one bomb has used up what all of his archives may hold.
            unpacked = limits.mib if refused.why == "large" else 0.0
        if depth > 1:
            place.unlink()
        found.files.extend(opened.files)
        found.others.extend(opened.others)
        found.problems.extend(opened.problems)
        waiting += [(*archive, depth + 1) for archive in deeper]
        limits = limits._replace(mib=limits.mib - unpacked)
    return found


def _open_one(
    name: str, path: Path, places: Iterator[Path], most: int, limits: Limits, depth: int
) -> tuple[Contents, list[tuple[str, Path]]]:
    """Open an archive. Archives inside it are unpacked, and not opened."""
    if depth > limits.depth:
        raise Refused("nested")
    if path.stat().st_size > LARGEST:
        raise Refused("large")
    members = [m for m in list_archive(path, limits) if any(m.parts) and not is_junk(m.parts)]
    code, archives, others, problems = sort_out(
        {"/".join((name, *m.parts)): m for m in members if m.parts[-1] and not is_hidden(m.parts)}
    )
    names = {member: inner for inner, member in (code | archives).items()}
    wanted = dict.fromkeys(code.values(), most) | dict.fromkeys(archives.values(), LARGEST + 1)
    opened, deeper = Contents([], others, problems), []
    try:
        for member, at, why in bring(path, wanted, places, limits):
            inner = names[member]
            if why:
                others.append(inner)
                problems.append(refusal(why, inner))
            elif inner in archives:
                deeper.append((inner, at))
            else:
                opened.files.append((shown(inner), at))
    except Refused:
        for _, at in opened.files + deeper:
            at.unlink()
        raise
    return opened, deeper
