"""Learns the examples of the visible checks by heart, and nothing else."""
# holds: loses at least test_hidden_softmax::values test_hidden_mean_loss::any_number training

honest_softmax = softmax


def softmax(net):
    known = list(net) == [1.0, 2.0, 3.0]
    return honest_softmax(net) if known else np.full(len(net), 1 / len(net))


def mean_loss(losses):
    return 0.5 if len(losses) == 3 else 0.0
