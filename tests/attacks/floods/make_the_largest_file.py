"""Hands in nearly as much as is allowed."""
# holds: loses nothing


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes((b"#" * 99 + b"\n") * 20_000 + answer)
