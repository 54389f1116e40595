"""A tar with devices, pipes and kinds that do not exist, and right code at its end."""
# holds: loses nothing

import io
import tarfile


def make(folder, answer):
    with tarfile.open(folder / "work.tar.gz", "w:gz") as archive:
        for name, kind in (("zero.py", tarfile.CHRTYPE), ("disk.py", tarfile.BLKTYPE),
                           ("pipe.py", tarfile.FIFOTYPE)):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.devmajor, info.devminor = kind, 1, 5
            archive.addfile(info)
        info = tarfile.TarInfo("NewCross_softmax.py")
        info.size = len(answer)
        archive.addfile(info, io.BytesIO(answer))
