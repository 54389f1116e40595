"""Archives: a class's download, and what a student handed in.

The first byte says how the rest is packed. Checksums in a tar are put right, so that more than
one in a thousand is read.
"""

import bz2
import contextlib
import gzip
import itertools
import lzma
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from grader.errors import UsageError
from grader.lms.archive import INNER, Refused, list_archive
from grader.lms.contents import open_archive
from tests.downloads import CODE, take, tarred, zipped

KIB = 4
BLOCK = 512
HUGE = "n" * 120


def sealed(data: bytes) -> bytes:
    """Put the checksum of each header in a tar right."""
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    return b"".join(map(_sealed, blocks))


def _sealed(block: bytes) -> bytes:
    if block[257:262] != b"ustar" or len(block) < BLOCK:
        return block
    total = sum(block[:148]) + sum(block[156:]) + 8 * ord(" ")
    return block[:148] + b"%06o\0 " % total + block[156:]


def inflated(data: bytes) -> bytes:
    """Put in what a member of a zip is packed as, which need not be deflate."""
    good = zipped({"a.py": CODE, "b/c.ipynb": b"{}"})
    packed = zlib.compress(CODE, wbits=-15)
    return good.replace(packed, data[: len(packed)].ljust(len(packed), b"\0"), 1)


PACKED: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    sealed,
    lambda data: gzip.compress(sealed(data), 1),
    lambda data: bz2.compress(sealed(data)),
    lambda data: lzma.compress(sealed(data), preset=0),
    lambda data: zipped({"lilei/work.zip": data, "han/a.py": CODE}),
    lambda data: zipped({"lilei/work.tar": sealed(data), "han/a.py": CODE}),
    lambda data: tarred({"work.tgz": gzip.compress(sealed(data), 1), "a.py": CODE}),
    inflated,
)
ZIPS = (
    zipped({"a.py": CODE, "b/c.ipynb": b"{}", "../d.tar.gz": tarred({"e.py": CODE})}),
    zipped({"李雷_12_assignsubmission_file_/a.py": CODE, "han_13_assignsubmission_file_/": b""}),
)
TARS = (
    tarred({"a.py": CODE, HUGE + "/李雷.py": CODE}, "w"),
    tarred({"a.zip": ZIPS[0], "/b/../c.py": CODE}, "w")[: 8 * BLOCK],
)
SEEDS = (
    *(bytes([kind]) + data for kind in (0, 5) for data in ZIPS),
    *(bytes([kind]) + data for kind in (1, 2, 3, 4, 6, 7) for data in TARS),
    bytes([8]) + zlib.compress(CODE, wbits=-15),
)


def check(data: bytes) -> None:
    """Files come out that are no larger than they may be, or a sentence; nothing is left behind.

    Args:
        data: a byte for the packing, and what is packed.
    """
    packed = PACKED[data[0] % len(PACKED) if data else 0](data[1:])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder, "scratch")
        scratch.mkdir()
        path = Path(folder, "work.zip")
        path.write_bytes(packed)
        with contextlib.suppress(Refused):
            for member in list_archive(path, INNER):
                assert not {"..", "."} & set(member.parts)
                assert "" not in member.parts[:-1]
                assert not any(c in part for part in member.parts for c in "/\\")
        places = (scratch / str(number) for number in itertools.count())
        contents = open_archive("work.zip", path, places, KIB * 1024 + 1)
        assert {at for _, at in contents.files} == set(scratch.iterdir())
        for name, at in contents.files:
            assert name.isprintable()
            assert at.stat().st_size <= KIB * 1024 + 1
            at.unlink()
        assert all(str(problem).isprintable() for problem in contents.problems)
        with contextlib.suppress(UsageError):
            take(path, scratch, KIB)
        assert set(Path(folder).iterdir()) == {scratch, path}
