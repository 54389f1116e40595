"""Hands in a device that never ends, or, where only root can make one, a link to it."""
# holds: is not graded
# says: is a link, or no file at all

import os
import stat


def make(folder, answer):
    path = folder / "NewCross_softmax.py"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        path.symlink_to("/dev/zero")
