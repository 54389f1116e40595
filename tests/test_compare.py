"""A comparison tells the first difference that explains the others, and no withheld value."""

import contextlib
import math
import re

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.checks.compare import (
    MAX_EVIDENCE,
    CheckFailure,
    assert_close,
    assert_number,
    numbers,
    require,
    shown,
    shown_call,
)
from grader.checks.margins import listening
from grader.results import Text
from grader.sandbox.inside.wire import Opaque

often = settings(deadline=None, database=None)

THREE = [1.0, 2.0, 3.0]
PAIRS = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        # type
        (None, 1.0, "It returns None. Is a `return` missing?"),
        (None, THREE, "It returns None. Is a `return` missing?"),
        ("0.5", 0.5, "It returns a string; one number is expected."),
        ("123", THREE, "It returns a string; an array of shape (3,) is expected."),
        ({"a": 1.0}, 1.0, "It returns a dict; one number is expected."),
        (Opaque("a generator"), THREE,
         "It returns a generator; an array of shape (3,) is expected."),
        ([1.0, "2", None], THREE, "It returns a list; an array of shape (3,) is expected."),
        ((1.0, {}), THREE, "It returns a tuple; an array of shape (3,) is expected."),
        ([1.0, Opaque("a set")], THREE,
         "It returns a list; an array of shape (3,) is expected."),
        ([[1.0], [1.0, 2.0]], PAIRS,
         "It returns a list; an array of shape (2, 2) is expected."),
        # shape, before kind, finite and value
        (1.0, THREE, "It has shape (); (3,) is expected."),
        ([1.0], 1.0, "It has shape (1,); () is expected."),
        ([True, False], THREE, "It has shape (2,); (3,) is expected."),
        ([math.nan, 1.0], THREE, "It has shape (2,); (3,) is expected."),
        ([THREE], THREE, "It has shape (1, 3); (3,) is expected."),
        ([], THREE, "It has shape (0,); (3,) is expected."),
        (THREE, [], "It has shape (3,); (0,) is expected."),
        # kind, before finite and value
        (True, 1.0, "It holds bool; real numbers are expected."),
        ([1.0, 2.0, 3.0j], THREE, "It holds complex128; real numbers are expected."),
        (np.array([1, 0, 1], bool), THREE, "It holds bool; real numbers are expected."),
        ([complex(math.nan, 0.0)], [1.0], "It holds complex128; real numbers are expected."),
        # finite, before value
        (math.nan, 1.0, "It is nan; a finite number is expected."),
        (-math.inf, 1.0, "It is -inf; a finite number is expected."),
        ([9.0, math.nan, math.inf], THREE,
         "2 of 3 entries are not finite: there is nan at index [1]."),
        ([[1.0, 2.0], [3.0, math.inf]], PAIRS,
         "1 of 4 entries are not finite: there is inf at index [1, 1]."),
        ([math.nan, 1.0], [math.inf, 1.0], "1 of 2 entries are wrong, the worst at index [0]."),
        # value
        (2.0, 1.0, "The value is wrong."),
        (np.float32(2.0), 1.0, "The value is wrong."),
        ([1.0, 2.1, 2.0], THREE, "2 of 3 entries are wrong, the worst at index [2]."),
        ([[1.0, 2.0], [9.0, 5.0]], PAIRS, "2 of 4 entries are wrong, the worst at index [1, 0]."),
        (3.0, math.inf, "The value is wrong."),
        (-math.inf, math.inf, "The value is wrong."),
        ([math.inf, 2.0], [math.inf, -math.inf],
         "1 of 2 entries are wrong, the worst at index [1]."),
        (1e308, -1e308, "The value is wrong."),
        (1.0, math.nan, "The value is wrong."),
    ],
    ids=repr,
)  # fmt: skip
def test_the_first_difference_is_told(got, expected, words):
    """Type, shape, kind, finite, value: the first difference in this order is told."""
    with pytest.raises(CheckFailure, match=f"^{re.escape(words)}$"):
        assert_close(got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1, 1.0),
        (np.float32(0.5), 0.5),
        (np.array(2), 2.0),
        (THREE, THREE),
        (tuple(THREE), np.array(THREE)),
        ([np.array(1.0), 2, 3.0], THREE),
        ([np.array([1.0, 2.0]), (3.0, 4.0)], PAIRS),
        (np.array([1, 2, 3], np.uint8), THREE),
        (np.array(PAIRS).T, [[1.0, 3.0], [2.0, 4.0]]),
        ([], []),
        (math.inf, math.inf),
        ([-math.inf, 1.0], [-math.inf, 1.0]),
        (1.0 + 1e-8, 1.0),
        (1e-10, 0.0),
        (-0.0, 0.0),
    ],
    ids=repr,
)
def test_what_is_right_passes(got, expected):
    """Right answers pass: as list, tuple, array or scalar of any real kind."""
    assert_close(got, expected)


def test_infinity_equals_infinity_at_any_tolerance():
    """Where infinity is expected it passes, and nothing else does, without a tolerance, too."""
    assert_close(math.inf, math.inf, rtol=0.0, atol=0.0)
    with pytest.raises(CheckFailure):
        assert_close(1.0, math.inf, rtol=0.0, atol=0.0)


@pytest.mark.parametrize(
    ("got", "rtol", "atol", "told"),
    [
        (THREE, 0.1, 0.0, [1.0]),
        (THREE, 0.0, 0.1, [1.0]),
        (THREE, 0.0, 0.0, []),
        ([1.0, 2.0, 3.15], 0.1, 0.0, [0.5]),
        ([1.0, 2.0, 3.6], 0.1, 0.0, [-1.0]),
    ],
)
def test_what_is_left_of_the_tolerance_is_told(got, rtol, atol, told):
    """A comparison tells its margin: the whole tolerance for what is right to the last bit."""
    margins = []
    with (
        listening(lambda kind, left: margins.append((kind, round(left, 9)))),
        contextlib.suppress(CheckFailure),
    ):
        assert_close(got, THREE, rtol=rtol, atol=atol)
    assert margins == [("tolerance", left) for left in told]


FINITE = st.floats(-1e6, 1e6)
ARRAYS = npst.arrays(
    np.float64, npst.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=FINITE
)
TOLERANCES = st.floats(1e-9, 1e-2)


@often
@given(ARRAYS, TOLERANCES, TOLERANCES, st.data())
def test_within_the_tolerance_it_passes(want, rtol, atol, data):
    """An answer off by less than atol + rtol |want| in every entry passes."""
    share = data.draw(npst.arrays(np.float64, want.shape, elements=st.floats(-0.99, 0.99)))
    got = want + share * (atol + rtol * np.abs(want))
    assume(np.all(np.abs(got - want) <= atol + rtol * np.abs(want)))
    assert_close(got, want, rtol=rtol, atol=atol)
    assert_close(got.tolist(), want.tolist(), rtol=rtol, atol=atol)


@often
@given(ARRAYS.filter(lambda a: a.ndim), TOLERANCES, TOLERANCES, st.data())
def test_beyond_the_tolerance_the_worst_entry_is_named(want, rtol, atol, data):
    """An answer with planted errors fails, naming how many there are and where the largest is."""
    places = data.draw(
        st.lists(st.integers(0, want.size - 1), min_size=1, max_size=4, unique=True), "places"
    )
    got = want.copy()
    for size, place in enumerate(places, 2):
        bound = atol + rtol * np.max(np.abs(want))
        got.reshape(-1)[place] += size * (bound + 1e-6)
    worst = ", ".join(str(int(i)) for i in np.unravel_index(places[-1], want.shape))
    with pytest.raises(CheckFailure) as caught:
        assert_close(got, want, rtol=rtol, atol=atol)
    assert str(caught.value) == (
        f"{len(places)} of {want.size} entries are wrong, the worst at index [{worst}]."
    )


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=9)
    | st.builds(Opaque, st.text(max_size=9))
    | npst.arrays(
        st.sampled_from([np.dtype(d) for d in ("bool", "i1", "u8", "f2", "f4", "f8", "c16")]),
        npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
ODD = 0.271828182845


@often
@given(ANYTHING)
@example(np.array([1e308, -1e308]))
@example(np.array([np.nan, 1.0]))
@example([2**63 - 1, -1.5])
def test_no_message_holds_the_expected_value(got):
    """Whatever is answered, it is judged; the expected value stands in the evidence alone."""
    for expected in (ODD, [ODD, -ODD], [[ODD]]):
        with pytest.raises(CheckFailure) as caught:
            assert_close(got, expected)
        message = caught.value.message
        assert "27182" not in f"{message} {message.params} {caught.value}"
        evidence = caught.value.evidence
        assert evidence is None or evidence.expected in ("", shown(np.asarray(expected)))


@often
@given(ANYTHING)
def test_any_answer_is_a_number_or_a_failure(got):
    """One real number becomes a float; whatever else there is becomes a failure."""
    with contextlib.suppress(CheckFailure):
        assert type(assert_number(got)) is float


def test_a_failed_comparison_keeps_its_evidence():
    """A failed comparison keeps what came and what was expected, ready to be printed."""
    with pytest.raises(CheckFailure) as caught:
        assert_close([1.0, 2.0], [1.0, 2.5])
    assert (caught.value.evidence.got, caught.value.evidence.expected) == (
        "[1, 2]",
        "[1.  2.5]",
    )


@pytest.mark.parametrize(("got", "number"), [(3, 3.0), (np.float32(0.5), 0.5), (np.array(2), 2.0)])
def test_one_number_is_given_as_a_float(got, number):
    """A real number of any kind is given as a float; NaN is let through."""
    found = assert_number(got)
    assert type(found) is float
    assert found == number
    assert math.isnan(assert_number(math.nan))


@pytest.mark.parametrize("got", [None, "1", True, 1j, [1.0], np.ones(1), Opaque("a set")], ids=repr)
def test_what_is_not_one_number_fails(got):
    """An array of one entry, a bool, text and nothing are not one number."""
    with pytest.raises(CheckFailure):
        assert_number(got)


def test_numbers_come_as_float64_of_the_shape():
    """Numbers come as a fresh float64 array of the shape, and NaN is let through."""
    mine = np.array([1.0, math.nan])
    found = numbers(mine, (2,))
    assert (found.dtype, found.shape) == (np.float64, (2,))
    assert not np.shares_memory(found, mine)
    assert numbers((1, 2), (2,)).tolist() == [1.0, 2.0]


def test_numbers_show_what_came_instead():
    """If the shape is wrong, what came is kept as evidence."""
    with pytest.raises(CheckFailure) as caught:
        numbers([1, 2], (3,))
    assert caught.value.evidence.got == "[1, 2]"


@pytest.mark.parametrize("condition", [True, 1, [0], np.True_, "yes"], ids=repr)
def test_what_holds_is_not_told(condition):
    """`require` does nothing if its condition is true in any way."""
    require(condition, "never")


@pytest.mark.parametrize("condition", [False, 0, [], np.False_, None, ""], ids=repr)
def test_what_does_not_hold_is_told_in_both_languages(condition):
    """`require` fails with its message in both languages, and without evidence."""
    with pytest.raises(CheckFailure, match=r"^The sum is 2, not 1\.$") as caught:
        require(condition, "The sum is {total}, not 1.", "和是 {total}。", total="2")
    assert caught.value.message == Text(
        "The sum is {total}, not 1.", "和是 {total}。", {"total": "2"}
    )
    assert caught.value.evidence is None


# Showing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (3, "3"),
        (1e-20, "1e-20"),
        (math.nan, "nan"),
        (None, "None"),
        ("a\x1b\u202e", "'a\\x1b\\u202e'"),
        ([0.1 + 0.2, 1], "[0.3, 1]"),
        ((), "()"),
        ((1,), "(1,)"),
        ((1, 2.5), "(1, 2.5)"),
        (list(range(13)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...]"),
        (np.array([0.5, 0.25]), "[0.5  0.25]"),
        (np.array(1.5), "1.5"),
        (Opaque("a generator"), "<a generator>"),
    ],
    ids=repr,
)
def test_values_are_shown_for_people(value, text):
    """Values are written with sensible precision, and control characters are spelled out."""
    assert shown(value) == text


@often
@given(ANYTHING)
@example("a" * 10**5)
@example([["a" * 500] * 20] * 20)
@example({str(i): np.ones(9) for i in range(1000)})
@example(np.random.default_rng(0).normal(size=(30, 30, 30)))
@example(np.zeros((3,) * 8))
@example(np.zeros((0, 5)))
@example(Opaque("x" * 10**4))
def test_what_is_shown_is_short(value):
    """Whatever is shown takes a few lines at most."""
    assert len(shown(value)) <= MAX_EVIDENCE + len("...")


@often
@given(ANYTHING)
@example(Opaque("\x1b[2J"))
@example({"\x1b[2J": Opaque("\u202e")})
def test_what_is_shown_is_clean(value):
    """What is shown holds no control character but the ends of an array's rows."""
    assert shown(value).replace("\n", "").isprintable()


def test_a_call_is_shown_as_it_would_be_written():
    """A call is shown with its arguments."""
    assert shown_call("delta", (np.array([0.5, 0.5]), 1)) == "delta([0.5 0.5], 1)"
    assert shown_call("f", ()) == "f()"
