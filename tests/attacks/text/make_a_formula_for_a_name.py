"""Is called like a formula that a spreadsheet would compute."""
# holds: loses nothing

STUDENT = "=HYPERLINK(example.org) +cmd|' !A0"


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
    (folder / "=1+1.txt").touch()
    (folder / "@SUM(1).txt").touch()
