"""Returns more than a reply may hold: arrays, lists, texts and numbers."""
# holds: loses loss mean_loss

answers = [np.ones(10**7), [1.0] * 10**6, "x" * 10**8, 7 ** (10**5)]


def loss(a, y):
    answers.append(answers.pop(0))
    return answers[0]


def mean_loss(losses):
    return loss(None, None)
