"""Hands in three megabytes of right code."""
# holds: loses everything
# says: larger than


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer + b"# more\n" * 450_000)
