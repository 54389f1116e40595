"""The gradient check: differences come close to derivatives, and the worst weight is named."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.checks.gradient import FLOOR, central_difference, worst_weight

often = settings(deadline=None, database=None)

SMALL = st.floats(-2.0, 2.0)
POINTS = npst.arrays(
    np.float64, npst.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=SMALL
)


def flat(points):
    """Take points of any shape as rows."""
    return points.reshape(len(points), -1)


@often
@given(POINTS, st.data())
def test_a_quadratic_has_its_gradient(x, data):
    """The differences of x A x + b x are (A + A') x + b, in x's shape."""
    a = data.draw(npst.arrays(np.float64, (x.size, x.size), elements=SMALL))
    b = data.draw(npst.arrays(np.float64, x.size, elements=SMALL))
    found = central_difference(lambda points: [p @ a @ p + b @ p for p in flat(points)], x)
    exact = ((a + a.T) @ x.reshape(-1) + b).reshape(x.shape)
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-6)


@often
@given(POINTS, st.data())
def test_an_exponential_has_its_gradient(x, data):
    """The differences of sum exp(w x) are w exp(w x)."""
    w = data.draw(npst.arrays(np.float64, x.shape, elements=SMALL))
    found = central_difference(lambda points: np.exp(flat(w * points)).sum(axis=1), x)
    np.testing.assert_allclose(found, w * np.exp(w * x), rtol=1e-6, atol=1e-5)


@often
@given(POINTS, st.sampled_from([1e-3, 1e-5]))
def test_all_points_are_asked_for_at_once(x, step):
    """All 2 k points come in one call: each a step up, or down, along one entry of x."""
    asked = []
    central_difference(lambda points: asked.append(points.copy()) or np.zeros(2 * x.size), x, step)
    [points] = asked
    assert points.shape == (2 * x.size, *x.shape)
    moved = flat(points) - x.reshape(-1)
    np.testing.assert_allclose(moved[::2], np.eye(x.size) * step, atol=1e-12)
    np.testing.assert_allclose(moved[1::2], -np.eye(x.size) * step, atol=1e-12)


def test_the_point_itself_is_not_changed():
    """Asking for differences leaves x as it was."""
    x = np.array([1.0, 2.0])
    central_difference(lambda points: points.sum(axis=1), x)
    assert x.tolist() == [1.0, 2.0]


# The worst weight

GRADIENTS = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=1, max_dims=3, max_side=5),
    elements=st.floats(0.1, 10.0) | st.floats(-10.0, -0.1),
)


@often
@given(GRADIENTS, GRADIENTS, st.sampled_from(["hidden", "output"]), st.floats(0.01, 0.5), st.data())
def test_a_planted_error_is_found_and_named(hidden, output, layer, error, data):
    """One wrong entry of one layer is found: its layer, its index and its relative error."""
    numeric = {"hidden": hidden, "output": output}
    analytic = {name: gradient.copy() for name, gradient in numeric.items()}
    index = tuple(data.draw(st.integers(0, n - 1)) for n in numeric[layer].shape)
    analytic[layer][index] *= 1.0 - error
    found = worst_weight(analytic, numeric, 1e-4)
    assert found.worst == f"{layer}[{', '.join(map(str, index))}]"
    assert found.max_relative_error == pytest.approx(error)
    assert found.tolerance == 1e-4


@often
@given(GRADIENTS)
def test_equal_gradients_have_no_error(gradient):
    """Gradients that agree have error zero, and still a weight is named."""
    found = worst_weight({"net": gradient}, {"net": gradient.copy()}, 1e-4)
    assert found.max_relative_error == 0.0
    assert found.worst.startswith("net[")


@often
@given(GRADIENTS)
def test_the_opposite_sign_is_an_error_of_two(gradient):
    """A gradient with the opposite sign has a relative error of 2."""
    found = worst_weight({"net": -gradient}, {"net": gradient}, 1e-4)
    assert found.max_relative_error == pytest.approx(2.0)


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("side", ["analytic", "numeric"])
def test_what_is_not_finite_is_an_infinite_error(broken, side):
    """NaN or infinity on either side is an infinite error, and the weight that has it is named."""
    sides = {"analytic": np.ones((2, 3)), "numeric": np.ones((2, 3))}
    sides[side][1, 2] = broken
    found = worst_weight({"net": sides["analytic"]}, {"net": sides["numeric"]}, 1e-4)
    assert (found.max_relative_error, found.worst) == (math.inf, "net[1, 2]")


def test_an_infinite_error_is_worse_than_any_other():
    """NaN in the second layer is worse than a wrong sign in the first."""
    numeric = {"hidden": np.ones(2), "output": np.ones(2)}
    analytic = {"hidden": -np.ones(2), "output": np.array([1.0, math.nan])}
    assert worst_weight(analytic, numeric, 1e-4).worst == "output[1]"


def test_zero_gradients_agree():
    """Two gradients that are zero everywhere agree."""
    zero = np.zeros((2, 2))
    assert worst_weight({"net": zero}, {"net": zero}, 1e-4).max_relative_error == 0.0


@pytest.mark.parametrize(("analytic", "numeric"), [(1.0, 0.0), (0.0, 1.0)])
def test_zero_instead_of_something_is_an_error_of_one(analytic, numeric):
    """A gradient that is zero where the other is not has a relative error of 1."""
    found = worst_weight({"net": np.array([analytic])}, {"net": np.array([numeric])}, 1e-4)
    assert found.max_relative_error == 1.0


def test_rounding_of_a_tiny_entry_does_not_count():
    """An entry far below the largest is measured against a thousandth of the largest."""
    numeric = np.array([1.0, 1e-12])
    found = worst_weight({"net": np.array([1.0, 3e-12])}, {"net": numeric}, 1e-4)
    assert found.max_relative_error == pytest.approx(2e-12 / FLOOR)
    assert found.worst == "net[1]"
