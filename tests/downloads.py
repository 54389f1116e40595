"""Makes downloads like the platforms', and opens them."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from grader.grades import Entry
from grader.lms.intake import open_submissions

CODE = b"def softmax(net):\n    return net\n"


class Row(NamedTuple):
    """A student's row: the entry, the files' bytes by name, and the problem in English or ''."""

    entry: Entry
    files: dict[str, bytes]
    problem: str


class Taken(NamedTuple):
    """All that came out of a download."""

    source: str
    rows: dict[str, Row]
    ignored: tuple[str, ...]


def zipped(files: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as Python makes it, with any text for names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            info.compress_type = kind
            archive.writestr(info, data)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar, compressed unless `mode` says otherwise."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    folder.mkdir()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def take(path: Path, scratch: Path, max_kib: int = 64) -> Taken:
    """Open a download, read every file in it, and see that it is closed without a trace."""
    scratch.mkdir(exist_ok=True)
    with open_submissions(path, scratch, max_kib) as handing:
        assert all(file.name.isdecimal() for file in scratch.iterdir())
        wanted = {at for handed in handing.handed for _, at in handed.files}
        assert set(scratch.iterdir()) <= wanted
        rows = {
            handed.entry.student: Row(
                handed.entry,
                {name: at.read_bytes() for name, at in handed.files},
                str(handed.problem or ""),
            )
            for handed in handing.handed
        }
        assert len(rows) == len(handing.handed)
        assert list(rows) == sorted(rows)
        assert all(bool(row.files) != bool(row.problem) for row in rows.values())
    assert not list(scratch.iterdir())
    return Taken(handing.source, rows, handing.ignored)


def take_zip(tmp_path: Path, files: Mapping[str, bytes]) -> Taken:
    """Zip these files as 'class.zip', and open that."""
    path = tmp_path / "class.zip"
    path.write_bytes(zipped(files))
    return take(path, tmp_path / "scratch")
