"""Returns lists a million deep, lists that hold themselves, and dicts with odd keys."""
# holds: loses loss mean_loss

deep = []
for _ in range(10**5):
    deep = [deep]
itself = []
itself.append(itself)
odd = {None: 1, (1, 2): 2, float("nan"): 3, b"\xff": 4, "\ud800": 5, "": {}}
returned = [deep, itself, odd, {"array": ["<f8", [1]]}, {"opaque": "x"}, (((),),)]


def loss(a, y):
    returned.append(returned.pop(0))
    return returned[0]


def mean_loss(losses):
    return loss(None, None)
