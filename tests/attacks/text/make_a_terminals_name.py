"""Is called so that a terminal is cleared and a line turned round."""
# holds: loses nothing

STUDENT = "\x1b[2J\x1b]0;owned\x07\n\u202eevE\u2066"


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
