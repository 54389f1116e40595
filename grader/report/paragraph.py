"""A text on a terminal, its lines broken where its language allows it.

Chinese has no blanks between words: a line may end after any character, but none begins with a
closing mark or ends with an opening one. rich breaks lines at blanks alone.
"""

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.containers import Lines
from rich.text import Text

_WIDE = "\u2e80-\u2fff\u3003-\u3007\u3012-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_OPENING = "（“‘「『《〈【〔"
_CLOSING = "，。；：？！、）”’」』》〉】〕…％"
_PIECE = rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*(?: %)?\s*"
# The same of a text without any of those characters: to make a table of them all takes 3 ms.
_WORD = r"\S*(?: %)?\s*"


class Paragraph(Text):
    """A `rich.text.Text` that knows where Chinese may be broken, too."""

    def wrap(self, console: Console, width: int, **options: Any) -> Lines:  # noqa: ARG002 - rich's
        """Break it into lines of at most `width` columns; two is the least."""
        lines = self.divide(list(_breaks(self.plain, max(width, 2))))
        for line in lines:
            line.rstrip()
        return lines


def _breaks(text: str, width: int) -> Iterator[int]:
    """Find where lines of `width` columns begin, but for the first."""
    start = used = 0
    for piece in _pieces(text, width):
        needed = cell_len(piece.rstrip())
        if used and used + needed > width:
            yield start
            used = 0
        used = 0 if piece.endswith("\n") else used + cell_len(piece)
        start += len(piece)
        if piece.endswith("\n") and start < len(text):
            yield start


def _pieces(text: str, width: int) -> Iterator[str]:
    """Cut a text into what must not be broken: nothing of it is wider than a line."""
    for piece in re.findall(_WORD if text.isascii() else _PIECE, text):
        if cell_len(piece.rstrip()) > width:
            yield from chop_cells(piece, width)
        elif piece:
            yield piece
