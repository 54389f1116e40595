"""Closes every descriptor."""
# holds: loses mean_loss
# says: ended its process|closed its connection

import os


def mean_loss(losses):
    os.closerange(0, 2**16)
