"""Writing files whole or not at all."""

import contextlib
import os
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

DRAFT = ".grader-"


@contextlib.contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written whole or not at all: what stood there before stays until then.

    Raises:
        OSError: it can't be written. What stood there before still does.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)
    draft = Path(name)
    try:
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - a descriptor has no path
            yield file
        mask = os.umask(0)
        os.umask(mask)
        draft.chmod(0o666 & ~mask)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def keep_traceback(error: Exception) -> str:
    """Write an error of grader itself into a file that can be sent to us. Returns its path."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="grader-", suffix=".log", delete=False
    ) as log:
        log.write("".join(traceback.format_exception(error)))
    return log.name


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all; see `whole`."""
    with whole(path) as file:
        file.writelines(pieces)
