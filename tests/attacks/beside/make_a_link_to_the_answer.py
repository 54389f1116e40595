"""Hands in a link to the reference answer."""
# holds: is not graded
# says: is a link


def make(folder, answer):
    course = folder.parents[1] / "course"
    target = course / "solutions" / "NewCross_softmax" / "NewCross_softmax_answer.py"
    (folder / "NewCross_softmax.py").symlink_to(target)
