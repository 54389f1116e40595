"""Returns at once, and loops when what it made is thrown away."""
# holds: loses loss
# says: had not finished


class Clinging:
    def __del__(self):
        while True:
            pass


def loss(a, y):
    Clinging()
    return -np.log(np.sum(a * y))
