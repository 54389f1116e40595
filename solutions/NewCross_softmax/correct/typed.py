"""Type annotations everywhere, and a frozen dataclass for the setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What can be tuned."""

    output_rate: float = 0.1
    smallest: float = 1e-12


SETTINGS: Final = Settings()
OUTPUT_LEARNING_RATE: float = SETTINGS.output_rate


def softmax(net: Vector) -> Vector:
    """Share out 1 among the nets."""
    shifted: Vector = net - net.max()
    powers: Vector = np.exp(shifted)
    return powers / powers.sum()


def loss(a: Vector, y: Vector) -> float:
    """The cross-entropy of one sample."""
    logarithms: Vector = np.log(np.maximum(a, SETTINGS.smallest))
    return float(-(y @ logarithms))


def delta(a: Vector, y: Vector) -> Vector:
    """The output error."""
    return a - y


def mean_loss(losses: Sequence[float]) -> float:
    """The mean of an epoch."""
    return float(np.mean(losses))
