"""Hands in folders as deep and names as long as a disk allows."""
# holds: loses nothing


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
    deep = folder
    for _ in range(12):
        deep /= "d" * 250
        deep.mkdir()
    (deep / ("n" * 250 + ".txt")).touch()
