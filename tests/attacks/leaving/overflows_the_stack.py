"""Lifts the limit of recursion and recurses through C until the stack is full."""
# holds: loses delta

import functools
import sys


def delta(a, y):
    sys.setrecursionlimit(2**31 - 1)
    deep = 1
    for _ in range(10**6):
        deep = [deep]
    nested = functools.partial(delta, a, y)
    return repr(deep) + str(nested())
