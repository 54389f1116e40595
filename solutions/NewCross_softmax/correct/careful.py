"""Tests its arguments, logs what it sees, and turns NumPy's warnings off."""

import logging
import warnings

import numpy as np

logging.basicConfig(level=logging.WARNING)
logger = logging.getLogger(__name__)
warnings.filterwarnings("ignore")
np.seterr(all="ignore")
np.set_printoptions(precision=3, suppress=True)
np.random.seed(42)

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    net = np.asarray(net, dtype=np.float64)
    if net.ndim != 1:
        raise ValueError(f"one sample at a time, not {net.shape}")
    powers = np.exp(net - np.nanmax(net))
    a = powers / powers.sum()
    assert np.isclose(a.sum(), 1.0), "softmax has to sum to 1"
    logger.debug("softmax %s -> %s", net, a)
    return a


def loss(a, y):
    assert a.shape == y.shape and np.count_nonzero(y) == 1
    return float(np.nan_to_num(-np.log(a[np.flatnonzero(y)[0]]), posinf=750.0))


def delta(a, y):
    assert a.shape == y.shape
    return a - y


def mean_loss(losses):
    if not losses:
        return 0.0
    return sum(losses) / len(losses)


softmax_test = softmax([1, 2, 3])
assert np.allclose(softmax_test, [0.09003057, 0.24472847, 0.66524096])
