"""Hands in a named pipe, from which nothing ever comes."""
# holds: is not graded
# says: no file at all

import os


def make(folder, answer):
    os.mkfifo(folder / "NewCross_softmax.py")
