"""Raises with a hundred megabytes of text."""
# holds: loses loss


def loss(a, y):
    raise ValueError("x" * 10**8)
