"""Returns lists and dicts that yield for ever when they are walked."""
# holds: loses loss mean_loss

import itertools


class Endless(list):
    def __iter__(self):
        return itertools.repeat(0)


class Bottomless(dict):
    def items(self):
        return ((str(number), 0) for number in itertools.count())


def loss(a, y):
    return Endless()


def mean_loss(losses):
    return Bottomless()
