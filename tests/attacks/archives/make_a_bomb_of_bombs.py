"""A zip of zips of zips, each of which holds ten more."""
# holds: is not graded

import io
import zipfile


def make(folder, answer):
    data = bytes(2**22)
    for depth in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                ending = "zip" if depth else "py"
                archive.writestr(f"{number}.{ending}", data)
        data = buffer.getvalue()
    (folder / "work.zip").write_bytes(data)
