"""Hands in a socket that is listened on by nobody."""
# holds: is not graded

import os
import socket


def make(folder, answer):
    here = os.getcwd()
    os.chdir(folder)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("NewCross_softmax.py")
    os.chdir(here)
