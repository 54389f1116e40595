"""Hands in code that says it is in an encoding that nobody needs."""
# holds: loses everything
# says: encoding


def make(folder, answer):
    text = b"# -*- coding: rot13 -*-\n" + answer
    (folder / "NewCross_softmax.py").write_bytes(text)
