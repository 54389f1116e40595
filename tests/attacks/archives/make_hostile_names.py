"""A zip with names that steer terminals, end strings, and say they are folders."""
# holds: loses nothing

import zipfile

NAMES = (
    *("\x1b[2J.txt", "a\nb.txt", "<script>.txt", "=1+1.txt", "\u202etxt.py.txt", "con.txt"),
    *("x" * 3000 + ".txt", "a:b.txt", "NewCross_softmax.py/x.txt"),
)


def make(folder, answer):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        for name in NAMES:
            archive.writestr(name, b"x")
        archive.writestr("work/NewCross_softmax.py", answer)
