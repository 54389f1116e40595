"""Returns arrays of objects, texts, times, records, long doubles, and of no or many dimensions."""
# holds: loses loss mean_loss

itself = np.empty(1, object)
itself[0] = itself
returned = [
    itself,
    np.array(["0.5"]),
    np.array(["2026-01-01"], "M8[D]"),
    np.zeros(1, [("x", "f8"), ("y", "O")]),
    np.zeros(1, "V0"),
    np.array([0.5], np.longdouble),
    np.zeros((1,) * 32),
    np.zeros((0, 2**40)),
    np.array([0.5 + 0j]),
    np.array([0.5]).view(">f8"),
    np.ma.masked,
    np.nditer([np.zeros(3)]),
    np.dtype("f8"),
]


def loss(a, y):
    returned.append(returned.pop(0))
    return returned[0]


def mean_loss(losses):
    return loss(None, None)
