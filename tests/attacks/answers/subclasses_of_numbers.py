"""Returns numbers that are others when they are looked at again."""
# holds: loses loss mean_loss

import itertools


class Changing(float):
    values = itertools.count()

    def __float__(self):
        return float(next(self.values))

    def __eq__(self, other):
        return True

    __hash__ = None


class Text(str):
    def encode(self, *_):
        return b"\xff" * 10**7


class Whole(int):
    def __abs__(self):
        return 0

    def __int__(self):
        return 2**100


returned = [Changing(7), Text("7"), Whole(7)]


def loss(a, y):
    returned.append(returned.pop(0))
    return returned[0]


def mean_loss(losses):
    return loss(None, None)
