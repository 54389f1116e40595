"""Returns arrays whose strides make a terabyte of eight bytes, or walk backwards past an end."""
# holds: loses loss mean_loss

from numpy.lib.stride_tricks import as_strided


def loss(a, y):
    return as_strided(np.zeros(1), (2**37,), (0,))


def mean_loss(losses):
    return as_strided(np.zeros(4), (64, 64), (-4096, 4096))
