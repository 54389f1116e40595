"""Zips and tars of strangers, read without trusting a name, a size or a link in them.

Names are data here and never paths: what is unpacked goes where the caller says. A zip lists its
members at its end and a tar before each of them, so both are walked in order, once to learn the
names and once more for what is wanted.
"""

import bz2
import functools
import gzip
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Literal, NamedTuple, Protocol, cast

from grader.lms.names import Parts, decoded, file_name, split, unicode_path

Why = Literal["broken", "encrypted", "foreign", "large", "crowded", "nested", "link", "unreadable"]
Opener = Callable[[], IO[bytes]]

MIB = 1 << 20
CHUNK = 1 << 16
NAME_BYTES = 256  # a member's share of a zip's directory, on average
MOST_HEADER = 4 * CHUNK  # what describes one member of a tar
BLOCK = 512  # of a tar
FAR = 1 << 40  # no archive is that long
LONG_NUMBER = re.compile(rb"[0-9]{64}")  # no size, time or id has as many digits
# Everything that the standard library is known to raise about an archive that is not sound.
UNSOUND = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, ValueError, OverflowError, NotImplementedError, RecursionError, OSError),
)


class Limits(NamedTuple):
    """What may come out of one archive. The defaults are for one that a student handed in.

    Args:
        members: files and folders that it lists.
        mib: unpacked from it, in MiB.
        ratio: bytes unpacked for each byte of it, once `free_mib` were unpacked.
        free_mib: up to which the ratio does not count, in MiB.
        depth: of archives inside one another.
    """

    members: int = 20_000
    mib: float = 256
    ratio: int = 200
    free_mib: int = 32
    depth: int = 3

    def allows(self, packed: int) -> int:
        """How many bytes may be unpacked from an archive of so many."""
        return int(min(self.mib * MIB, max(self.free_mib * MIB, self.ratio * packed)))


INNER = Limits()
DOWNLOAD = Limits(members=500_000, mib=65_536, free_mib=4096)
"""For a whole class: 3,000 students with 20 MiB each."""


class Refused(Exception):
    """An archive that can't be opened, or that should not be."""

    def __init__(self, why: Why) -> None:
        """Say why."""
        super().__init__(why)
        self.why: Why = why


class Member(NamedTuple):
    """Something that an archive or a folder holds.

    Args:
        parts: of its name: no separators, no drive, no '..'; else any text at all. A folder's
            last one is empty.
        number: its place in the archive, from 0.
        path: where its bytes lie already, if it is in a folder.
        why: it can't be read, or None.
    """

    parts: Parts
    number: int = -1
    path: Path | None = None
    why: Why | None = None


class _Seekable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class _Guard:
    """A file for zipfile and tarfile that hands out no more than `most` bytes at once.

    Both read a whole directory or header into memory, however large it claims to be. Nor can
    they go beyond `end`: whoever skips in a compressed file unpacks it. While `heading`, what is
    read describes members, and no number in it is long: tarfile of some versions of Python
    takes quadratic time for them.
    """

    heading = False

    def __init__(self, file: _Seekable, most: int, end: float) -> None:
        self.file, self.most, self.end = file, most, end
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(min(size, self.most + 1))
        if len(data) > self.most:
            raise Refused("large")
        if self.heading and LONG_NUMBER.search(data):
            raise Refused("broken")
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset > self.end:
            raise Refused("large")
        if whence == os.SEEK_SET and not 0 <= offset < FAR:
            raise ValueError("not a place in a file")  # or the system would be blamed for it
        return self.file.seek(offset, whence)

    def seekable(self) -> bool:
        return True


def list_archive(path: Path, limits: Limits) -> list[Member]:
    """List what a zip or a tar holds.

    Raises:
        Refused: it is neither, is not sound, or holds too much.
        OSError: it can't be read.
    """
    return [member for member, _ in _walk(path, limits)]


def bring(
    archive: Path, wanted: Mapping[Member, int], places: Iterator[Path], limits: Limits
) -> Iterator[tuple[Member, Path, Why | None]]:
    """Bring members to where they can be read: those of an archive are unpacked, in its order.

    Args:
        archive: or a folder.
        wanted: how many bytes of each member at most.
        places: where to unpack to, one after the other.
        limits: on all of it.

    Yields:
        Each member as soon as it is there, where that is, and why it is not, or None.

    Raises:
        Refused: the archive is not sound, or too much came out of it.
        OSError: it can't be read, or a place can't be written.
    """
    packed = {}
    for member, most in wanted.items():
        if member.path or member.why:
            yield member, member.path or archive, member.why
        else:
            packed[member.number] = most
    allowed = limits.allows(archive.stat().st_size)
    for index, (member, opener) in enumerate(_walk(archive, limits) if packed else ()):
        if index in packed:
            place = next(places)
            why = _copy(opener, place, min(packed.pop(index), allowed + 1))
            allowed -= place.stat().st_size
            if why or allowed < 0:
                place.unlink()
            if allowed < 0:
                raise Refused("large")
            yield member, place, why
        if not packed:
            return


def _copy(opener: Opener, place: Path, left: int) -> Why | None:
    with place.open("wb") as copy:
        try:
            with opener() as source:
                while chunk := source.read(min(left, CHUNK)):
                    copy.write(chunk)
                    left -= len(chunk)
        except UNSOUND as error:
            _require_data(error)
            return "broken"
    return None


def _require_data(error: Exception) -> None:
    """Let through what the system says: a full disk is nobody's broken archive."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error


def _walk(path: Path, limits: Limits) -> Iterator[tuple[Member, Opener]]:
    try:
        with path.open("rb") as raw:
            head = raw.read(BLOCK)
            raw.seek(0)
            if head.startswith((b"Rar!", b"7z\xbc\xaf\x27\x1c")):
                raise Refused("foreign")
            members = _walk_tar if _is_tar(head) else _walk_zip
            names = 0
            for count, (member, opener) in enumerate(members(raw, limits), 1):
                names += sum(map(len, member.parts))
                if count > limits.members or names > limits.members * NAME_BYTES:
                    raise Refused("crowded")
                yield member._replace(number=count - 1), opener
    except UNSOUND as error:
        _require_data(error)
        raise Refused("broken") from error


def _is_tar(head: bytes) -> bool:
    return head.startswith(tuple(_COMPRESSED)) or head[257:262] == b"ustar"


def _walk_zip(raw: IO[bytes], limits: Limits) -> Iterator[tuple[Member, Opener]]:
    guard = _Guard(raw, limits.members * NAME_BYTES, float("inf"))
    with zipfile.ZipFile(guard) as archive:
        for info in archive.infolist():
            yield _zip_member(info), functools.partial(archive.open, info)


def _zip_member(info: zipfile.ZipInfo) -> Member:
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437")
        name = unicode_path(raw, info.extra) or decoded(raw)
    # Only what Unix made has Unix's kind of file above its other attributes.
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0  # noqa: PLR2004
    if info.flag_bits & 1:
        raise Refused("encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused("foreign")  # zipfile unpacks these into memory, a whole bomb at once
    if name.endswith(("/", "\\")) or kind == stat.S_IFDIR:
        return Member((*split(name), ""))
    return Member(split(name), why=None if kind in {0, stat.S_IFREG} else "link")


def _walk_tar(raw: IO[bytes], limits: Limits) -> Iterator[tuple[Member, Opener]]:
    head = raw.read(6)
    raw.seek(0)
    openers = [opener for magic, opener in _COMPRESSED.items() if head.startswith(magic)]
    plain: _Seekable = openers[0](raw) if openers else raw
    end = limits.allows(os.fstat(raw.fileno()).st_size) if openers else float("inf")
    guard = _Guard(plain, MOST_HEADER, end)
    guard.heading = True
    with tarfile.open(fileobj=cast("IO[bytes]", guard), mode="r:", encoding="utf-8") as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined] # or it would keep them all
            guard.heading = False
            yield _tar_member(info), functools.partial(_tar_file, archive, info)
            guard.heading = True
        # tarfile takes a damaged header for the end, and nobody after it may be lost.
        guard.seek(archive.offset)
        if guard.read(BLOCK).strip(b"\0") or guard.tell() == archive.offset:
            raise Refused("broken")


def _tar_member(info: tarfile.TarInfo) -> Member:
    parts = split(file_name(info.name))
    why: Why | None = None if info.isreg() or info.isdir() else "link"
    return Member((*parts, "") if info.isdir() else parts, why=why)


def _tar_file(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    assert file is not None, "no folder, link or device"
    return file


_COMPRESSED: dict[bytes, Callable[[IO[bytes]], _Seekable]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
