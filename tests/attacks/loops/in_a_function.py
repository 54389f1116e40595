"""Never answers."""
# holds: loses softmax
# says: had not finished


def softmax(net):
    while True:
        pass
