"""Type hints, doctests and names of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[np.float64]
TINY: float = float(np.finfo(np.float64).tiny)


def loss(a: Numbers, y: Numbers) -> float:
    """The mean loss.

    >>> round(loss([0.5], [1.0]), 3)
    0.693
    """
    outputs: NDArray[np.float64] = np.asarray(a, dtype=np.float64)
    labels: NDArray[np.float64] = np.asarray(y, dtype=np.float64)
    right = labels * outputs + (1.0 - labels) * (1.0 - outputs)
    return float(-np.log(np.maximum(right, TINY)).mean())


def delta(a: float, y: float) -> float:
    return float(a) - float(y)
