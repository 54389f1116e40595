"""A batch's folder: where everything stands, and that one command at a time writes in it."""

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.disk import DRAFT, write_whole
from grader.errors import UsageError, mark
from grader.gradebook import FILE

LOCK = ".grader.lock"
WORK = ".grader-work"
PARTS = ("results", "feedback")


class BatchFolder:
    """Paths in a batch's folder, and writing files there."""

    def __init__(self, path: Path) -> None:
        """Name a folder; nothing is made yet."""
        self.path = path
        self.gradebook = path / FILE
        self.work = path / WORK

    def room(self, name: str) -> Path:
        """Make an empty folder that is there as long as the lock is held."""
        path = self.work / name
        with explained(path):
            path.mkdir()
        return path

    def pages(self, student: str) -> tuple[Path, Path, Path]:
        """Say where a student's files are: the result, and the feedback as JSON and as a page."""
        feedback = self.path / "feedback"
        return (
            self.path / "results" / f"{student}.json",
            feedback / f"{student}.json",
            feedback / f"{student}.html",
        )

    def sizes(self, student: str) -> str:
        """Say how large a student's files are, in bytes; "" if one is not there."""
        try:
            return " ".join(str(path.stat().st_size) for path in self.pages(student))
        except OSError:
            return ""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from writing here, and begin and end without drafts.

        Raises:
            UsageError: another command is at work here, or the folder can't be made.
        """
        with explained(self.path):
            for part in PARTS:
                (self.path / part).mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with explained(self.path):
                self._lock(lock)
            self._tidy()
            with explained(self.path):
                self.work.mkdir()
            try:
                yield
            finally:
                self._tidy()
        finally:
            os.close(lock)

    def _lock(self, descriptor: int) -> None:
        """Take the lock. It ends with this process, however that ends."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                "Another grader is at work in {path}. Wait until it has ended.",
                path=str(self.path),
            ) from error

    def _tidy(self) -> None:
        """Remove what a killed process left."""
        shutil.rmtree(self.work, ignore_errors=True)
        for folder in (self.path, *(self.path / part for part in PARTS)):
            for draft in folder.glob(f"{DRAFT}*"):
                if draft.is_file():
                    draft.unlink(missing_ok=True)

    def write(self, path: Path, pieces: Iterable[bytes]) -> None:
        """Write a file of the folder, whole or not at all.

        Raises:
            UsageError: it can't be written.
        """
        with explained(path):
            write_whole(path, pieces)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what an error of the disk means for the batch."""
    try:
        yield
    except OSError as error:
        template = mark("{path} can't be written: {detail}. Choose another place with --out DIR.")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            template = mark(
                "{path} can't be written: {detail}. What is graded so far is kept: when there is "
                "room again, the same command goes on from there."
            )
        detail = error.strerror or str(error)
        raise UsageError(template, path=str(path), detail=detail) from error
