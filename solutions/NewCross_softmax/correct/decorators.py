"""A timing decorator, a cache that keys on the whole input, and functools.partial."""

import functools
import time

import numpy as np

OUTPUT_LEARNING_RATE = 0.1
seconds = {}


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent = time.perf_counter() - start
            seconds[function.__name__] = seconds.get(function.__name__, 0.0) + spent

    return wrapper


@functools.lru_cache(maxsize=64)
def softmax_of_bytes(data):
    net = np.frombuffer(data)
    powers = np.exp(net - net.max())
    return powers / powers.sum()


@timed
def softmax(net):
    return softmax_of_bytes(net.tobytes()).copy()


def cross_entropy(a, y, epsilon):
    return -np.sum(y * np.log(a + epsilon))


loss = functools.partial(cross_entropy, epsilon=1e-12)


@timed
def delta(a, y):
    return a - y


mean_loss = functools.partial(np.mean, dtype=np.float64)
