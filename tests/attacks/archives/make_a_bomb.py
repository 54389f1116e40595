"""Four hundred kilobytes that would become four hundred megabytes."""
# holds: loses everything
# says: larger than

import zipfile


def make(folder, answer):
    with zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("NewCross_softmax.py", "w") as file:
            for _ in range(400):
                file.write(bytes(2**20))
