"""A zip that is cut off, and one that lies about its sizes."""
# holds: is not graded
# says: damaged

import io
import zipfile


def make(folder, answer):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("NewCross_softmax.py", answer)
    (folder / "cut.zip").write_bytes(buffer.getvalue()[:-30])
    lies = buffer.getvalue().replace(len(answer).to_bytes(4, "little"), b"\xff\xff\xff\x7f")
    (folder / "lies.zip").write_bytes(lies)
