"""Writes what a terminal obeys: clears, titles, links, answers, and lines that turn round."""
# holds: loses loss mean_loss


def loss(a, y):
    raise ValueError(
        "\x1b[2J\x1b[1;1H\x1b]0;owned\x07\x9b2J\x1b]8;;http://example.org\x07\x08\r100/100"
    )


def mean_loss(losses):
    return "\u202e001/001\u202c\u2066\x00\u200b\u2028\x85100"
