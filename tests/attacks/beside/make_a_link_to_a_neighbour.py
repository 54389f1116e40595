"""Hands in a link to the work of somebody else, to be graded for it and shown it."""
# holds: is not graded
# says: is a link


def make(folder, answer):
    (folder / "NewCross_softmax.py").symlink_to("../honest-neighbour/NewCross_softmax.py")
