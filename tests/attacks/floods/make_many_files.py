"""Hands in three thousand files of which none is the wanted one, and one that is."""
# holds: loses nothing


def make(folder, answer):
    for number in range(3000):
        (folder / f"note {number}.txt").touch()
    (folder / "NewCross_softmax.py").write_bytes(answer)
