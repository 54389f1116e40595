"""Raises an exception whose type takes for ever to say its name."""
# holds: loses loss
# says: had not finished


class Nameless(type):
    @property
    def __name__(cls):
        while True:
            pass


def loss(a, y):
    raise Nameless("E", (Exception,), {})
