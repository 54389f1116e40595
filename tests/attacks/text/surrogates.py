"""Raises and returns text that can't be written down in UTF-8."""
# holds: loses loss mean_loss


def loss(a, y):
    raise ValueError("\ud800\udfff\udc80" * 100)


def mean_loss(losses):
    return {"\ud800": "\udfff"}
