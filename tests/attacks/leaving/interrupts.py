"""Raises what a person's Ctrl-C raises, and what generators and asyncio take for themselves."""
# holds: loses loss delta mean_loss


def loss(a, y):
    raise KeyboardInterrupt


def delta(a, y):
    raise GeneratorExit


def mean_loss(losses):
    class Unknown(BaseException):
        pass

    raise Unknown
