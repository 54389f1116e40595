"""Raises an exception whose text never ends."""
# holds: loses loss
# says: had not finished


class Talkative(Exception):
    def __str__(self):
        while True:
            pass


def loss(a, y):
    raise Talkative
