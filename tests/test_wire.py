"""Only plain data crosses the border, whatever bytes a stranger sends."""

import collections
import contextlib
import enum
import json
import math
import socket
import struct
import threading
import time
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.sandbox.inside.wire import (
    DTYPES,
    LENGTHS,
    MAX_DEPTH,
    MAX_INT,
    MAX_VALUES,
    Connection,
    Opaque,
    WireError,
    pack,
    unpack,
)

often = settings(deadline=None, database=None, max_examples=150)

BOTH_ORDERS = [dtype.newbyteorder(order) for dtype in DTYPES.values() for order in "<>"]


def split(frame):
    """Cut a frame into its head and its body."""
    size, _ = LENGTHS.unpack(frame[: LENGTHS.size])
    return frame[LENGTHS.size : LENGTHS.size + size], frame[LENGTHS.size + size :]


def round_trip(value):
    """Send a value through a frame."""
    return unpack(*split(pack(value)))


def head(tree):
    """Write a frame's head."""
    return json.dumps(tree).encode()


def bits(value):
    """Spell out a plain value, types and all, so that NaN equals NaN and 0.0 not -0.0."""
    if isinstance(value, np.ndarray):
        little = value.astype(value.dtype.newbyteorder("<"))
        return little.dtype.str, value.shape, little.tobytes()
    if isinstance(value, float):
        return "float", struct.pack("d", math.nan if math.isnan(value) else value)
    if isinstance(value, complex):
        return "complex", bits(value.real), bits(value.imag)
    if isinstance(value, dict):
        return "dict", [(key, bits(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [bits(item) for item in value]
    return type(value), value


def same(a, b):
    """Tell whether two plain values are the same to the bit, but for the bits of a NaN."""
    return bits(a) == bits(b)


def is_plain(value):
    """Tell whether a value is of the exact types that a frame may hold."""
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and value.dtype.str in DTYPES
    if type(value) is dict:
        return all(type(key) is str for key in value) and all(map(is_plain, value.values()))
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    return type(value) in (type(None), bool, int, float, complex, str, Opaque)


def arrays(dtypes):
    """Draw arrays, empty and 0-d ones too."""
    shapes = npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    return npst.arrays(st.sampled_from(dtypes), shapes)


def alike(dtypes):
    """Draw lists of arrays of one shape and kind."""
    shapes = npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)
    drawn = npst.arrays(st.sampled_from(dtypes), shapes)
    return drawn.map(lambda array: [array[row, ...] for row in range(len(array))])


def nested(leaves, levels):
    """Draw lists, tuples and dicts of leaves, a few levels deep."""
    if levels == 0:
        return leaves
    inner = nested(leaves, levels - 1)
    return (
        leaves
        | st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    )


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(1 - MAX_INT, MAX_INT - 1)
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=20)
)
ARRAYS = arrays(BOTH_ORDERS) | alike(BOTH_ORDERS)
PLAIN = nested(SCALARS | ARRAYS | st.text(max_size=9).map(Opaque), 3)


@often
@given(PLAIN)
def test_plain_values_arrive_as_they_were_sent(value):
    """Plain data of every kind, however nested, is the same to the bit on the other side."""
    assert same(value, round_trip(value))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7e308])
def test_odd_floats_arrive(value):
    """NaN, infinities, minus zero and the extreme floats arrive, alone and in an array."""
    assert same(value, round_trip(value))
    assert same(np.array([value]), round_trip(np.array([value])))


@pytest.mark.parametrize("dtype", BOTH_ORDERS, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3), (1,) * MAX_DEPTH], ids=str)
def test_arrays_arrive(dtype, shape):
    """Arrays of every permitted kind, byte order and shape arrive, in little-endian order."""
    value = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    found = round_trip(value)
    assert same(value, found)
    assert found.dtype.str in DTYPES


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a.T,
        lambda a: a[::2, 1:],
        lambda a: a[:, ::-1],
        lambda a: a[..., 0],
        lambda a: np.broadcast_to(a[0], (5, 4)),
        np.asfortranarray,
    ],
    ids=["transposed", "strided", "reversed", "column", "broadcast", "fortran"],
)
def test_views_arrive(view):
    """An array that is not contiguous arrives with its entries in the right places."""
    value = view(np.arange(12.0).reshape(3, 4))
    assert same(value, round_trip(value))


@often
@given(arrays(list(DTYPES.values())))
def test_numpy_scalars_arrive_as_arrays(array):
    """A NumPy scalar arrives as an array of shape () with the same bytes."""
    for scalar in array.reshape(-1)[:2]:
        found = round_trip(scalar)
        assert found.shape == ()
        assert found.tobytes() == scalar.tobytes()


class Colour(enum.IntEnum):
    RED = 3


class Point(NamedTuple):
    x: int
    y: float


class Text(str):
    __slots__ = ()


class Angle(float):
    pass


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (Colour.RED, 3),
        (Point(1, 2.0), (1, 2.0)),
        (Text("ab"), "ab"),
        (Angle(0.5), 0.5),
        (collections.OrderedDict(a=1), {"a": 1}),
        ({1: "one"}, {"1": "one"}),
        (np.ma.array([1.0, 2.0]), np.array([1.0, 2.0])),
        ("\ud800", "?"),
    ],
    ids=repr,
)
def test_subclasses_become_what_they_derive_from(value, becomes):
    """A subclass of a plain type is taken as that type, and nothing of its own arrives."""
    assert same(becomes, round_trip(value))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (len, "a value of type builtin_function_or_method"),
        ((n for n in "ab"), "a generator"),
        (object(), "a value of type object"),
        ({1, 2}, "a set"),
        (b"bytes", "a value of type bytes"),
        (range(3), "a value of type range"),
        (math, "a value of type module"),
        (MAX_INT, "a huge whole number"),
        (-MAX_INT, "a huge whole number"),
        (np.array(["a"]), "an array of strings"),
        (np.array([b"a"]), "an array of bytes"),
        (np.array([None]), "an array of objects"),
        (np.array(["2026-01-01"], "M8[D]"), "an array of datetime64[D]"),
        (np.zeros(2, [("a", "f8")]), "an array of void64"),
        (Opaque("a riddle"), "a riddle"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_is_not_plain_becomes_opaque(value, kind):
    """Of a value that is not plain data only what it is called arrives, at any depth."""
    assert round_trip(value) == Opaque(kind)
    assert round_trip({"a": [(value,)]}) == {"a": [(Opaque(kind),)]}


def test_opaque_compares_by_name():
    """Two opaque values are equal if they are called the same, and never equal to a name."""
    assert len({Opaque("a set"), Opaque("a set"), Opaque("a map")}) == 2
    assert Opaque("a set") != "a set"
    assert repr(Opaque("a set")) == "<a set>"


@pytest.mark.parametrize("text", ["\x1b[2Ja set", "a\u202eset", "a\nset", "a\ud800set"], ids=ascii)
def test_an_opaque_name_is_printable(text):
    """A stranger's name for a value can't steer a terminal or break a file that it is put in."""
    kind = unpack(head({"opaque": text}), b"").kind
    assert kind.isprintable()
    assert len(kind) <= 80


def test_a_received_string_can_be_written():
    """A string that no file could hold, half of a surrogate pair, is refused or replaced."""
    with contextlib.suppress(WireError):
        unpack(b'"\\ud800"', b"").encode()


# Hostile bytes


def plain_or_refused(receive):
    """Call, and insist that plain data comes, or nothing but a broken frame is reported."""
    try:
        value = receive()
    except WireError:
        return
    assert is_plain(value)


@often
@given(st.binary(max_size=200), st.binary(max_size=50))
def test_random_bytes_are_harmless(first, second):
    """Random bytes give plain data or WireError."""
    plain_or_refused(lambda: unpack(first, second))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*DTYPES, "|O", "<U4", "O", "float64", "<f8,<f8", "V8", -1, 0, 2**62, 2**63]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["dict", "tuple", "complex", "array", "arrays", "opaque", "x"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=12,
)
SHAPES = st.lists(
    st.integers(0, 3) | st.sampled_from([-1, 2**31, 2**62, 2**63, 2**64, True, 1.0, None, "2"]),
    max_size=MAX_DEPTH + 1,
)
KINDS = st.sampled_from([*DTYPES, "|O"])
COUNTS = st.integers(-1, 4) | st.sampled_from([MAX_VALUES, 2**62, 2**64, True, 1.0, None, [1]])
ARRAY = st.tuples(KINDS, SHAPES).map(lambda pair: {"array": list(pair)}) | st.tuples(
    KINDS, SHAPES, COUNTS
).map(lambda three: {"arrays": list(three)})


@often
@given(JSON | ARRAY | st.lists(ARRAY, max_size=3), st.binary(max_size=64))
def test_well_formed_json_is_harmless(tree, body):
    """JSON that names kinds, dtypes and shapes at random gives plain data or WireError."""
    plain_or_refused(lambda: unpack(head(tree), body))


@st.composite
def mutated(draw):
    """Draw a frame of a plain value with a few bytes changed, put in or taken out."""
    frame = bytearray(pack(draw(PLAIN)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(frame)))
        end = min(len(frame), start + draw(st.integers(0, 3)))
        frame[start:end] = draw(st.binary(max_size=3))
    return bytes(frame)


@often
@given(mutated())
def test_mutated_frames_are_harmless(frame):
    """A frame with changed bytes gives plain data or WireError."""
    plain_or_refused(lambda: unpack(*split(frame.ljust(LENGTHS.size, b"\0"))))


@often
@given(st.binary(max_size=100) | mutated(), st.booleans())
def test_a_hostile_end_is_harmless(data, closed):
    """What a stranger writes gives plain data, WireError, EOFError or, unfinished, TimeoutError."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        if closed:
            theirs.close()
        try:
            value = Connection(ours).receive(10_000, time.monotonic() + 0.01)
        except EOFError:
            assert closed
        except TimeoutError:
            assert not closed
        except WireError:
            pass
        else:
            assert is_plain(value)


@pytest.mark.parametrize(
    ("tree", "body"),
    [
        ({}, b""),
        ({"tuple": [], "dict": []}, b""),
        ({"set": [1]}, b""),
        ({"opaque": 3}, b""),
        ({"tuple": {"tuple": []}}, b""),
        ({"complex": [1, 2]}, b""),
        ({"complex": [1.0]}, b""),
        ({"dict": [["a"]]}, b""),
        ({"dict": [[1, 2]]}, b""),
        ({"dict": {"tuple": []}}, b""),
        ({"array": ["|O", [1]]}, b"12345678"),
        ({"array": ["<U1", [1]]}, b"1234"),
        ({"array": [">f8", [1]]}, b"12345678"),
        ({"array": ["<f8", [2]]}, b"12345678"),
        ({"array": ["<f8", [-1]]}, b"12345678"),
        ({"array": ["<f8", [1.0]]}, b"12345678"),
        ({"array": ["<f8", [True]]}, b"12345678"),
        ({"array": ["<f8", 1]}, b"12345678"),
        ({"array": ["<f8", [1] * (MAX_DEPTH + 1)]}, b"12345678"),
        ({"array": ["<f8", [0, 2**62, 2**62]]}, b""),
        ({"array": ["<f8", [2**62, 2**62]]}, b""),
        ({"array": [["<f8"], [1]]}, b"12345678"),
        ({"arrays": ["<f8", [1]]}, b"12345678"),
        ({"arrays": ["<f8", [1], 2]}, b"12345678"),
        ({"arrays": ["<f8", [1], -1]}, b""),
        ({"arrays": ["<f8", [1], 0]}, b""),
        ({"arrays": ["<f8", [1], True]}, b"12345678"),
        ({"arrays": ["<f8", [1], 1.0]}, b"12345678"),
        ({"arrays": ["<f8", [0], MAX_VALUES]}, b""),
        ({"arrays": ["<f8", [0], 2**62]}, b""),
        ({"arrays": ["<f8", [0, 2**62, 2**62], 1]}, b""),
        ({"arrays": ["<f8", [2**62, 2**62], 0]}, b""),
        ({"arrays": ["|O", [1], 1]}, b"12345678"),
        (MAX_INT, b""),
        (-MAX_INT, b""),
        (None, b"left over"),
    ],
    ids=str,
)
def test_what_no_frame_holds_is_refused(tree, body):
    """Unknown kinds, forbidden dtypes, impossible shapes and missing bytes are refused."""
    with pytest.raises(WireError):
        unpack(head(tree), body)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"\xff", b"[" * 10**5, b"1" * 5000, b"nul", b'{"a":}'),
        *(b"1 2", b"null]", b"1\n", b" 1", "1".encode("utf-16")),
    ],
)
def test_a_head_that_is_not_json_is_refused(text):
    """A head that is no JSON, more than that, or too deep or too long a number is refused."""
    with pytest.raises(WireError):
        unpack(text, b"")


# Caps


def deep(levels):
    """Nest a list."""
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def test_nesting_is_capped_on_both_sides():
    """A value may be nested MAX_DEPTH deep, and no deeper, whether sent or received."""
    assert same(deep(MAX_DEPTH), round_trip(deep(MAX_DEPTH)))
    with pytest.raises(WireError):
        pack(deep(MAX_DEPTH + 1))
    with pytest.raises(WireError):
        unpack(head(deep(MAX_DEPTH + 1)), b"")


def test_a_value_that_holds_itself_is_refused():
    """A list that contains itself is refused, not followed for ever."""
    value = []
    value.append(value)
    with pytest.raises(WireError):
        pack(value)


def test_the_number_of_values_is_capped_on_both_sides():
    """A frame holds at most MAX_VALUES values, whether sent or received."""
    assert len(round_trip([None] * (MAX_VALUES - 1))) == MAX_VALUES - 1
    with pytest.raises(WireError):
        pack([None] * MAX_VALUES)
    with pytest.raises(WireError):
        unpack(head([None] * MAX_VALUES), b"")


@pytest.mark.parametrize(
    "value",
    [dict.fromkeys(map(str, range(MAX_VALUES // 2 + 1))), np.zeros((1,) * (MAX_DEPTH + 1))],
    ids=["a large dict", "an array of many dimensions"],
)
def test_what_can_be_sent_can_be_received(value):
    """What `pack` lets through, `unpack` takes: an honest answer never looks like a forgery."""
    try:
        frame = pack(value)
    except WireError:
        return
    assert is_plain(unpack(*split(frame)))


def test_arrays_in_a_list_count_as_many():
    """However little is written of arrays of one shape, each of them is a value."""
    assert len(round_trip([np.zeros(0)] * (MAX_VALUES - 1))) == MAX_VALUES - 1
    with pytest.raises(WireError):
        pack([np.zeros(0)] * MAX_VALUES)


@pytest.mark.parametrize(
    "values",
    [
        [np.zeros(3), np.zeros(4)],
        [np.zeros(3), np.zeros((3, 1))],
        [np.zeros(3), np.zeros(3, "f4")],
        [np.zeros(3), np.zeros(3, ">f8")],
        [np.zeros(3), [0.0, 0.0, 0.0]],
        [np.zeros(3), np.float64(0.0)],
        [np.zeros(3), np.zeros(3).view(type("Mine", (np.ndarray,), {}))],
        [np.zeros((2, 3)), np.zeros((3, 2)).T],
    ],
    ids=["length", "shape", "kind", "order", "a list", "a scalar", "a subclass", "a view"],
)
def test_arrays_that_are_not_quite_alike_arrive_as_they_are(values):
    """A list whose arrays differ in whatever way holds on the other side what it held here."""
    found = round_trip(values)
    assert all(same(np.asarray(a), np.asarray(b)) for a, b in zip(values, found, strict=True))


def test_each_of_many_arrays_may_be_too_big():
    """Arrays that are too big are named in the place of each, as one alone is."""
    [small, big] = unpack(*split(pack([[np.zeros(2)] * 2, [np.zeros(3)] * 2], limit=16)))
    assert same(small, [np.zeros(2)] * 2)
    assert big == [Opaque("an array that is too big")] * 2


def test_long_strings_are_whole():
    """A string is as long as the frame lets it be: sources travel as strings."""
    long = "é" * 300_000
    assert round_trip([long, {long: 1}]) == [long, {long: 1}]


@pytest.mark.parametrize("sizes", [(0, 101), (101, 0), (50, 51), (2**32 - 1, 2**32 - 1)])
def test_a_large_frame_is_refused_before_it_is_read(sizes):
    """The announced size alone has a frame refused: nothing of it was sent, or waited for."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(LENGTHS.pack(*sizes))
        with pytest.raises(WireError, match="too large"):
            Connection(ours).receive(100, time.monotonic() + 30)


def test_a_frame_of_just_the_size_is_received():
    """A frame of exactly max_bytes, head and body counted, is received."""
    frame = pack(np.arange(4.0))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(frame)
        found = Connection(ours).receive(len(frame) - LENGTHS.size, time.monotonic() + 30)
    assert same(np.arange(4.0), found)


# Connections


@pytest.fixture
def ends():
    """Two connected ends."""
    a, b = socket.socketpair()
    with a, b:
        yield Connection(a), Connection(b)


def test_frames_arrive_in_order(ends):
    """Frames sent one after the other arrive one by one, with and without a deadline."""
    a, b = ends
    for number in range(3):
        a.send({"number": number})
    assert [b.receive(100)["number"] for _ in range(2)] == [0, 1]
    assert b.receive(100, time.monotonic() + 30) == {"number": 2}


def test_a_frame_larger_than_the_pipe_arrives(ends):
    """A frame arrives that has to be sent and received in many pieces."""
    a, b = ends
    value = np.arange(10**6)
    sender = threading.Thread(target=a.send, args=(value, time.monotonic() + 30))
    sender.start()
    found = b.receive(10**7, time.monotonic() + 30)
    sender.join()
    assert same(value, found)


def test_a_closed_end_is_told(ends):
    """When the other end is closed, receiving reports the end."""
    a, b = ends
    a.close()
    with pytest.raises(EOFError):
        b.receive(100, time.monotonic() + 30)


def test_trickling_bytes_do_not_extend_a_deadline():
    """A deadline is absolute: a frame that comes byte by byte is given up in the middle."""
    ours, theirs = socket.socketpair()
    given_up = threading.Event()
    frame = pack("a" * 1000)

    def trickle():
        with contextlib.suppress(OSError):
            for byte in frame:
                theirs.sendall(bytes([byte]))
                if given_up.wait(0.02):
                    return

    with ours, theirs:
        sender = threading.Thread(target=trickle)
        sender.start()
        try:
            with pytest.raises(TimeoutError):
                Connection(ours).receive(10_000, time.monotonic() + 0.2)
        finally:
            given_up.set()
            sender.join()


def test_a_deadline_that_has_passed_is_kept(ends):
    """After the deadline nothing is received any more, though it lies ready."""
    a, b = ends
    a.send(1)
    with pytest.raises(TimeoutError):
        b.receive(100, time.monotonic() - 1)


def test_sending_to_nobody_ends_at_the_deadline(ends):
    """Sending to an end that never reads stops at the deadline."""
    a, _b = ends
    with pytest.raises(TimeoutError):
        a.send(np.zeros(10**6), time.monotonic() + 0.1)


def test_received_arrays_are_fresh_and_writable():
    """Received arrays can be written to, and share memory with nothing."""
    parts = split(pack([np.zeros(3), np.zeros(3)]))
    first, second = unpack(*parts)
    assert second.flags.owndata
    first += 1.0
    assert same(second, np.zeros(3))
    assert same(unpack(*parts), [np.zeros(3), np.zeros(3)])
    assert first.flags.owndata
