"""Is called like a piece of a page."""
# holds: loses nothing

STUDENT = "<img src=x onerror=alert(1)>"


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
    (folder / "<script>alert(1)<script>.txt").touch()
