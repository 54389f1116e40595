"""Hands in a folder that is called like the file."""
# holds: loses nothing


def make(folder, answer):
    inner = folder / "NewCross_softmax.py"
    inner.mkdir()
    (inner / "NewCross_softmax.py").write_bytes(answer)
