"""A zip with thirty thousand names."""
# holds: is not graded
# says: files

import zipfile


def make(folder, answer):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        for number in range(30_000):
            archive.writestr(f"{number}", b"")
        archive.writestr("NewCross_softmax.py", answer)
