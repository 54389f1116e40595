"""Is called like somebody else, but for what cannot be seen."""
# holds: loses nothing

STUDENT = "honest-right\u200b"


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
