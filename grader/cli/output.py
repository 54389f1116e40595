"""Where a command's words and files go."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from rich.console import Console

from grader.disk import whole
from grader.errors import UsageError
from grader.foreign import clean
from grader.report.language import translate

MAX_PATH = 4096


@contextlib.contextmanager
def writing(path: Path, instead: str) -> Iterator[BinaryIO]:
    """Open a file to be written whole or not at all.

    Args:
        path: which.
        instead: the options with which another place can be chosen.

    Raises:
        UsageError: it can't be written.
    """
    try:
        with whole(path) as file:
            yield file
    except OSError as error:
        raise UsageError(
            "{path} can't be written: {detail}. Choose another place with {options}.",
            path=str(path),
            detail=error.strerror or str(error),
            options=instead,
        ) from error


def write(path: Path, text: str, instead: str) -> None:
    """Write a text file, in UTF-8; see `writing`."""
    with writing(path, instead) as file:
        file.write(text.encode())


def console(stream: TextIO, *, quiet: bool) -> Console:
    """Make a console that takes text as it is, and leaves no blanks at the ends of lines."""
    return Output(
        file=stream if stream.isatty() else cast("TextIO", Trimmed(stream)),
        highlight=False,
        markup=False,
        emoji=False,
        quiet=quiet,
        soft_wrap=False,
    )


def tell_where(screen: Console, out: Path, lang: str) -> None:
    """Say where a class is shown."""
    for label, file in (
        (translate("The class:", lang), "index.html"),
        (translate("Grades:", lang), "grades.csv"),
    ):
        screen.print(f"{label} {clean(str(out / file), MAX_PATH)}", soft_wrap=True)


class Output(Console):
    """A console that leaves a reader who has gone to `main`."""

    def on_broken_pipe(self) -> None:
        """Raise it; rich would end the program with code 1."""
        raise BrokenPipeError


class Trimmed:
    """A text stream without blanks at the ends of lines, which rich pads to the width."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream

    @property
    def encoding(self) -> str:
        """The stream's."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write whole lines, as rich does."""
        return self._stream.write(re.sub(r" +(?=\n)", "", text))

    def flush(self) -> None:
        """Pass it on."""
        self._stream.flush()

    def isatty(self) -> bool:
        """It is for files and pipes."""
        return False


def report_stream(json: str | None) -> TextIO:
    """Choose where the words go: standard output is the JSON's if that is asked for there."""
    return sys.stderr if json == "-" else sys.stdout
