"""One line each, with walruses, and a product instead of a sum in the loss."""

import numpy as np

OUTPUT_LEARNING_RATE = 1e-1

def softmax(net): return (t := np.exp(net - net.max())) / t.sum()
def loss(a, y): return -np.log(p) if (p := np.prod(a ** y)) else np.inf
def delta(a, y): return -(y - a)
def mean_loss(losses): return (n := len(losses)) and sum(losses) / n
