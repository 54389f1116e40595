"""A folder of strangers' files, listed without following a link out of it."""

import os
from pathlib import Path

from grader.lms.archive import Limits, Member, Refused
from grader.lms.names import Parts, file_name


def list_folder(root: Path, limits: Limits) -> list[Member]:
    """List what is in a folder and below. Links to other folders are not followed.

    Raises:
        Refused: it holds too much.
        OSError: it can't be read.
    """
    root = root.resolve()
    os.scandir(root).close()
    found: list[Member] = []
    waiting: list[tuple[Path, Parts]] = [(root, ())]
    while waiting:
        folder, parts = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True)
        except OSError:
            found.append(Member((*parts, ""), why="unreadable"))
            continue
        for entry in reversed(entries):
            named = (*parts, file_name(entry.name))
            found.append(_entry(entry, named))
            if not found[-1].parts[-1]:
                waiting.append((Path(entry.path), named))
        if len(found) > limits.members:
            raise Refused("crowded")
    return found


def _entry(entry: os.DirEntry[str], parts: Parts) -> Member:
    if entry.is_dir(follow_symlinks=False):
        return Member((*parts, ""))
    # Where a link leads is looked up once, so that nothing can be put in its place afterwards.
    # It may lead into its own folder: out of it there is the work of others.
    path = Path(os.path.realpath(entry.path)) if entry.is_symlink() else Path(entry.path)
    own = Path(entry.path).parent
    if not path.is_relative_to(own) or not os.path.isfile(path):  # noqa: PTH113 - it never raises
        return Member(parts, why="link")
    return Member(parts, path=path, why=None if os.access(path, os.R_OK) else "unreadable")
