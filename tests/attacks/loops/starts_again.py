"""Begins again whenever something ends it."""
# holds: loses loss
# says: had not finished


def loss(a, y):
    try:
        while True:
            pass
    finally:
        loss(a, y)
