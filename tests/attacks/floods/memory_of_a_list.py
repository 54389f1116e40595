"""Doubles a list until memory ends."""
# holds: loses loss
# says: ran out of memory|had not finished


def loss(a, y):
    everything = [0]
    while True:
        everything += everything
