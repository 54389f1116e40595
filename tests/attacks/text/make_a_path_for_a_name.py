"""Is called like a path, an option and a device."""
# holds: loses nothing

STUDENT = "..\\..\\--out=C:\\CON.con"


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
