"""Sleeps, which takes no CPU time."""
# holds: loses mean_loss
# says: had not finished

import time


def mean_loss(losses):
    time.sleep(10**6)
