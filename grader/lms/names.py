"""Names that strangers chose: in which encoding, what is junk, and an id fit for a file's name."""

import hashlib
import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from grader.foreign import clean

Parts = tuple[str, ...]

CODE = (".py", ".ipynb")
ARCHIVES = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".tbz", ".txz", ".tar", ".zip")
FOREIGN = (".rar", ".7z", ".zipx")
JUNK_FOLDERS = frozenset(
    "__MACOSX __pycache__ .ipynb_checkpoints .git .svn .idea .vscode .venv site-packages "
    "node_modules".split()
)
JUNK_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
MOST_LETTERS = 200
MOST_NAMES = 20
HASH = 6
# Windows takes these for devices, whatever follows after a dot.
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in "0123456789¹²³")}
)


def decoded(raw: bytes) -> str:
    """Decode a name that does not say how it is encoded.

    Today's tools write UTF-8, Chinese Windows GBK, and zips of old code page 437, which can
    hold any bytes.
    """
    for encoding in ("utf-8", "gbk"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return raw.decode("cp437")


def file_name(name: str) -> str:
    """Make a name readable that Python took for UTF-8 and that is not."""
    return decoded(name.encode(errors="surrogateescape"))


def unicode_path(raw: bytes, extra: bytes) -> str:
    """Read Info-ZIP's field with a name in UTF-8; "" if there is none that is about this name.

    Args:
        raw: the name's bytes in the zip's directory.
        extra: the member's extra fields.
    """
    while len(extra) >= 4:  # noqa: PLR2004 - a field's kind and size
        kind, size = struct.unpack("<HH", extra[:4])
        data, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == 0x7075 and data[:5] == b"\1" + struct.pack("<L", zlib.crc32(raw)):  # noqa: PLR2004
            return data[5:].decode(errors="replace")
    return ""


def split(name: str) -> Parts:
    """Split a name in an archive at its separators, Windows' too.

    What could lead out of a folder (a drive, a leading separator, '..') is left out: a name is
    never used as a path, and a student keeps his row whatever his archive calls it.
    """
    parts = name.replace("\\", "/").split("/")
    if re.fullmatch(r"[A-Za-z]:", parts[0]):
        del parts[0]
    return tuple(part for part in parts if part not in {"", ".", ".."})


def is_junk(parts: Parts) -> bool:
    """Tell what systems, editors and grader itself leave behind, and nobody hands in."""
    last = parts[-1].lower()
    return (
        not JUNK_FOLDERS.isdisjoint(parts) or last in JUNK_FILES or last.endswith(".feedback.html")
    )


def is_hidden(parts: Parts) -> bool:
    """Tell whether a file or a folder on the way to it is hidden, as the Mac's '._x.py' are."""
    return any(part.startswith(".") for part in parts)


def stem(name: str) -> str:
    """A file's name without its ending, as in 'work.tar.gz'."""
    ending = next((e for e in ARCHIVES if name.lower().endswith(e) and len(name) > len(e)), None)
    return name[: -len(ending)] if ending else PurePath(name).stem or name


def shown(name: str) -> str:
    """Make a file's name fit to be shown. Its end says the most, so that is what is kept.

    An ending that a computer made capital is written small, as the reader expects it.
    """
    name = clean(unicodedata.normalize("NFC", name)[-MOST_LETTERS:])
    ending = next((e for e in CODE if name.lower().endswith(e)), "")
    return name[: len(name) - len(ending)] + ending


def listed(names: Iterable[str]) -> tuple[str, ...]:
    """Make a list of names fit to be shown: each once, and no more than a few of them."""
    unique = tuple(dict.fromkeys(shown(name) for name in names))
    more = len(unique) - MOST_NAMES
    return (*unique[:MOST_NAMES], f"... +{more}") if more > 0 else unique


def student_ids(whose: Sequence[tuple[str, str, str]]) -> list[str]:
    """Make ids that differ in more than the letters' case.

    Args:
        whose: of each student a key that nobody else has, a name, and the platform's number,
            or "".

    Returns:
        For each one, in order, at most some 100 bytes, good as a file's name anywhere. It
        depends on the others only if two would be the same.
    """
    ids = [_student_id(*one) for one in whose]
    for length in (HASH, 4 * HASH):
        alike, same = Counter(map(_folded, ids)), Counter(ids)
        ids = [
            # Of 'ann' and 'Ann' the plain one keeps its id, and with it what it was given before.
            one
            if alike[_folded(one)] == 1 or (one == _folded(one) and same[one] == 1)
            else f"{one}-{_digest(key, length)}"
            for one, (key, _, _) in zip(ids, whose, strict=True)
        ]
    return ids


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


def _digest(key: str, length: int) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:length]


def _student_id(key: str, name: str, number: str) -> str:
    text, lost = _slug(name, 50)
    tail, number_lost = _slug(number, 30)
    text = text or "student"
    if tail and not number_lost:
        text, lost = f"{text}-{tail}", False
    if text.partition(".")[0].casefold() in RESERVED:
        text, lost = text.replace(".", "-"), True
    return f"{text}-{_digest(key, HASH)}" if lost else text


def _slug(text: str, most: int) -> tuple[str, bool]:
    """Keep letters, digits and '-_.', and tell whether that loses more than single blanks."""
    text = unicodedata.normalize("NFC", text).replace(" ", "-")
    kept = "".join(c if c.isalnum() or c in "-_." or _is_mark(c) else "-" for c in text)
    kept = re.sub(r"([-.])[-.]+", r"\1", kept).strip("-.")
    kept = kept.encode()[:most].decode(errors="ignore").rstrip("-.")
    return kept, kept != text


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")
