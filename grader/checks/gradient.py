"""Numeric gradient checks: a derivative against differences of the function itself."""

from collections.abc import Callable, Sequence

import numpy as np

from grader.results import Gradient

FLOOR = 1e-3


def central_difference(
    values_at: Callable[[np.ndarray], Sequence[float] | np.ndarray],
    x: np.ndarray,
    step: float = 1e-5,
) -> np.ndarray:
    """Estimate the gradient of a scalar function: (f(x + h e_i) - f(x - h e_i)) / 2h.

    Args:
        values_at: maps points, float64 (2 k, *x.shape), to their k pairs of values: all
            points go over the border in one exchange.
        x: where, float64 of any shape with k entries.
        step: h. The error is about h^2 times the third derivative plus rounding over h;
            with float64 and values near 1, 1e-5 is close to the best.

    Returns:
        float64 of x's shape.
    """
    points = np.repeat(x[None], 2 * x.size, axis=0)
    flat = points.reshape(2 * x.size, x.size)
    entries = np.arange(x.size)
    flat[2 * entries, entries] += step
    flat[2 * entries + 1, entries] -= step
    values = np.asarray(values_at(points), dtype=np.float64).reshape(x.size, 2)
    return ((values[:, 0] - values[:, 1]) / (2.0 * step)).reshape(x.shape)


def worst_weight(
    analytic: dict[str, np.ndarray], numeric: dict[str, np.ndarray], tolerance: float
) -> Gradient:
    """Find the weight whose two gradients differ most.

    The relative error is |a - n| / max(|a|, |n|, floor), the floor being a thousandth of
    the largest numeric entry of that array: of an entry near zero, a difference quotient
    has only rounding to tell.

    Args:
        analytic: gradients by the student's delta, by name, of any shape.
        numeric: the same by differences.
        tolerance: the largest error that passes, kept for the report.
    """
    worst = Gradient(0.0, "", tolerance)
    for name, by_difference in numeric.items():
        by_hand = np.asarray(analytic[name], dtype=np.float64)
        finite = by_difference[np.isfinite(by_difference)]
        largest = float(np.max(np.abs(finite), initial=0.0))
        floor = max(FLOOR * largest, np.finfo(float).tiny)
        with np.errstate(all="ignore"):
            size = np.maximum(np.maximum(np.abs(by_hand), np.abs(by_difference)), floor)
            error = np.abs(by_hand - by_difference) / size
        error = np.where(np.isfinite(error), error, np.inf)
        index = np.unravel_index(int(np.argmax(error)), error.shape)
        if not worst.worst or error[index] > worst.max_relative_error:
            where = ", ".join(str(int(i)) for i in index)
            worst = Gradient(float(error[index]), f"{name}[{where}]", tolerance)
    return worst
