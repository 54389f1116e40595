"""Hands in files whose names move the cursor, end lines, and are not text."""
# holds: loses nothing

import os


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
    for name in (b"\x1b[2J\x1b]0;owned\x07.txt", b"a\nb\r.txt", b"\xff\xfe\x80.txt", b"\x7f.txt",
                 "\u202egnp.py.txt".encode(), b"-rf", b"--help", b"$(reboot)", b"`id`.txt",
                 b"'; DROP TABLE students; --.txt", b"%s%n.txt", b"{0.__class__}.txt"):  # fmt: skip
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b"x")
