"""A tar with links: to the system's files, to others' work, and a file behind a linked folder."""
# holds: loses nothing

import io
import tarfile


def make(folder, answer):
    with tarfile.open(folder / "work.tar", "w") as archive:
        for name, kind, target in (
            ("passwd.py", tarfile.SYMTYPE, "/etc/passwd"),
            ("neighbour.py", tarfile.LNKTYPE, "../honest-neighbour/NewCross_softmax.py"),
            ("out", tarfile.SYMTYPE, "/tmp"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        for name, data in (("out/grader-attack", b"owned"), ("NewCross_softmax.py", answer)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
