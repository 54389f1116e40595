"""A learning rate that is several objects, each of which says that it is 0.1."""
# holds: loses training test_training::rate


class Rate(float):
    def __float__(self):
        return 0.1

    __lt__ = __gt__ = lambda self, other: True


OUTPUT_LEARNING_RATE = [Rate(-1.0), "0.1", np.array([0.1, 0.1])]
