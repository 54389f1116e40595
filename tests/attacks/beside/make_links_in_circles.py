"""Hands in folders that lead to themselves, to the root and to nothing, and right code."""
# holds: loses nothing


def make(folder, answer):
    (folder / "NewCross_softmax.py").write_bytes(answer)
    (folder / "again").symlink_to(folder)
    (folder / "up").symlink_to("..")
    (folder / "root").symlink_to("/")
    (folder / "processes").symlink_to("/proc/self")
    (folder / "itself.py").symlink_to("itself.py")
    (folder / "nothing.py").symlink_to("/nowhere")
