"""Computes in C, where no Python signal handler ever runs: a power with a billion digits."""
# holds: loses delta
# says: had not finished


def delta(a, y):
    return 9**9**9
