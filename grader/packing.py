"""Zip files that are the same bytes each time, written entry by entry."""

import zipfile

LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNIX = 3


def pack(archive: zipfile.ZipFile, name: str, data: bytes, mode: int = 0o644) -> None:
    """Put a file into an archive, without the time of day or this machine's ways.

    Args:
        archive: open for writing.
        name: with slashes.
        data: the file's bytes.
        mode: its permissions.
    """
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = (0o100000 | mode) << 16
    archive.writestr(info, data)
