"""Frames of plain data between the trusted process and the student's.

A frame is

    4 bytes   little-endian length of the head
    4 bytes   little-endian length of the body
    head      UTF-8 JSON
    body      the raw bytes of all arrays, one after the other, in the order of the head

JSON's null, true, false, numbers and strings stand for themselves (NaN and Infinity are
written so) and a JSON array is a list. A JSON object has one key, which says what it is:

    {"dict": [[key, value], ...]}     keys are strings
    {"tuple": [value, ...]}
    {"complex": [real, imaginary]}
    {"array": [dtype, shape]}         its bytes are next in the body, in C order
    {"arrays": [dtype, shape, n]}     a list of n of them; their bytes are next
    {"opaque": "a generator"}         something that is not plain data: only its name

NumPy scalars travel as arrays of shape (). Nothing else exists, so decoding a stranger's
frame can only give plain data or a `WireError`.
"""

import contextlib
import json
import math
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# What a forkserver is told and answers beside frames; and for a child that did not end by itself.
NUMBER, SECONDS = struct.Struct("<i"), struct.Struct("<d")
KILLED = -1
LENGTHS = struct.Struct("<II")
_NUMBERS = "bool i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
DTYPES = {dtype.str: dtype for dtype in (np.dtype(n).newbyteorder("<") for n in _NUMBERS)}
MAX_DEPTH = 8
MAX_VALUES = 100_000
MAX_INT = 2**63
AS_THEY_ARE = frozenset((float, bool, type(None)))  # types of what JSON holds without ado
ARRAYS = (np.ndarray, np.generic)
ENCODER, DECODER = json.JSONEncoder(separators=(",", ":")), json.JSONDecoder()
MAX_TRACE = 12  # lines of a traceback
MAX_WARNINGS = 20  # of one reply, and of one submission


class WireError(Exception):
    """The bytes are not a frame, or the value can't be one."""


class Opaque:
    """Stands for a value that is not plain data.

    Args:
        kind: what it is, for a person: 'a generator', 'an array of strings'.
    """

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        """Keep at most 80 printable characters of the name."""
        self.kind = "".join(c if c.isprintable() else " " for c in str(kind)[:80])

    def __eq__(self, other: object) -> bool:
        """Compare by name."""
        return type(other) is Opaque and other.kind == self.kind

    def __hash__(self) -> int:
        """Hash by name."""
        return hash(self.kind)

    def __repr__(self) -> str:
        """Show the name."""
        return f"<{self.kind}>"


def pack(value: Any, limit: int | None = None) -> bytes:
    """Make a frame of a value.

    Values that are not plain data become `Opaque`, and so do arrays of more than `limit`
    bytes; subclasses become what they derive from.

    Raises:
        WireError: the value is nested deeper or holds more values than a frame may.
    """
    body: list[memoryview] = []
    [tree] = _Encoder(body, limit).items([value], 0)
    head = ENCODER.encode(tree).encode()
    lengths = LENGTHS.pack(len(head), sum(array.nbytes for array in body))
    return b"".join((lengths, head, *body))  # the only copy that is made of an array


def unpack(head: bytes | memoryview, body: bytes | memoryview) -> Any:
    """Turn a frame's two parts back into the value. Arrays are fresh and writable.

    Raises:
        WireError: whatever is wrong with the bytes.
    """
    try:
        text = str(head, "utf-8")
        tree, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise WireError("head is not JSON") from error
    if end < len(text):
        raise WireError("head is more than JSON")
    decoder = _Decoder(body)
    [value] = decoder.items([tree], 0)
    if decoder.position != len(body):
        raise WireError("bytes left over")
    return value


def unpack_frame(frame: bytes | memoryview) -> Any:
    """Turn what `pack` made back into the value.

    Raises:
        WireError: whatever is wrong with the bytes behind the lengths.
    """
    content = memoryview(frame)[LENGTHS.size :]
    size, _ = LENGTHS.unpack_from(frame)
    return unpack(content[:size], content[size:])


class _Encoder:
    def __init__(self, body: list[memoryview], limit: int | None) -> None:
        self.body = body
        self.limit = limit
        self.count = 0

    def encode(self, value: Any, depth: int) -> Any:  # noqa: PLR0911 - a line per kind
        if isinstance(value, ARRAYS):
            return self.array(np.asarray(value))
        if isinstance(value, int):
            return int(value) if abs(value) < MAX_INT else {"opaque": "a huge whole number"}
        if isinstance(value, float):
            return float(value)
        if isinstance(value, complex):
            return {"complex": [value.real, value.imag]}
        if isinstance(value, str):
            return str(value).encode("utf-8", "replace").decode()
        if isinstance(value, list):
            return self.listed(value, depth + 1)
        if isinstance(value, tuple):
            return {"tuple": self.items(value, depth + 1)}
        if isinstance(value, dict):
            pairs = [*value.items()]
            keys = self.items([str(key) for key, _ in pairs], depth + 1)
            values = self.items([item for _, item in pairs], depth + 1)
            return {"dict": [*zip(keys, values, strict=True)]}
        if isinstance(value, Opaque):
            return {"opaque": value.kind}
        return {"opaque": _kind(value)}

    def items(self, values: Sequence[Any], depth: int) -> list[Any]:
        self.count = _counted(self.count, len(values), depth)
        if AS_THEY_ARE.issuperset(map(type, values)):
            return list(values)
        return [v if _stands_for_itself(v) else self.encode(v, depth) for v in values]

    def listed(self, values: list[Any], depth: int) -> Any:
        if not _are_alike(values):
            return self.items(values, depth)
        first, *others = values
        self.count = _counted(self.count, len(values), depth)
        head = self.array(first)
        if "array" not in head:
            return [head] * len(values)
        name, shape = head["array"]
        self.body.extend(np.ascontiguousarray(array, DTYPES[name]).data for array in others)
        return {"arrays": [name, shape, len(values)]}

    def array(self, value: np.ndarray) -> Any:
        little = DTYPES.get(value.dtype.str) or value.dtype.newbyteorder("<")
        shape = value.shape
        if value.ndim > MAX_DEPTH:
            return {"opaque": "an array of too many dimensions"}
        if 0 in shape and _is_endless(shape):
            return {"opaque": "an empty array of huge shape"}
        if self.limit is not None and value.nbytes > self.limit:
            return {"opaque": "an array that is too big"}
        if little.str not in DTYPES:
            return {"opaque": f"an array of {_plural(value.dtype)}"}
        self.body.append(np.ascontiguousarray(value, little).data)
        return {"array": [little.str, list(shape)]}


def _are_alike(values: list[Any]) -> bool:
    """Tell whether these are several arrays of one shape and kind."""
    if len(values) < 2 or type(values[0]) is not np.ndarray:  # noqa: PLR2004
        return False
    shape, dtype = values[0].shape, values[0].dtype
    return all(type(v) is np.ndarray and v.shape == shape and v.dtype == dtype for v in values)


def _counted(count: int, more: int, depth: int) -> int:
    """Count values of a frame, and refuse those that are too many or too deep."""
    if (depth > MAX_DEPTH and more) or count + more > MAX_VALUES:
        raise WireError("too deep or too many values")
    return count + more


def _stands_for_itself(value: Any) -> bool:
    """Tell whether a value, or a part of a head, stands for itself."""
    kind = type(value)
    return (
        kind in AS_THEY_ARE
        or (kind is str and value.isascii())  # others may hold half of a surrogate pair
        or (kind is int and -MAX_INT < value < MAX_INT)
    )


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"a {name}" if name in ("generator", "function", "set") else f"a value of type {name}"


def _plural(dtype: np.dtype) -> str:
    return {"U": "strings", "S": "bytes", "O": "objects"}.get(dtype.kind, dtype.name)


class _Decoder:
    def __init__(self, body: bytes | memoryview) -> None:
        self.body = body
        self.position = 0
        self.count = 0

    def decode(self, tree: Any, depth: int) -> Any:
        if isinstance(tree, int):
            raise WireError("number too large")
        if isinstance(tree, str):
            return tree.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
        if isinstance(tree, list):
            return self.items(tree, depth + 1)
        return self.tagged(tree, depth)

    def items(self, trees: list[Any], depth: int) -> list[Any]:
        self.count = _counted(self.count, len(trees), depth)
        if AS_THEY_ARE.issuperset(map(type, trees)):
            return trees
        return [tree if _stands_for_itself(tree) else self.decode(tree, depth) for tree in trees]

    def tagged(self, tree: dict[str, Any], depth: int) -> Any:
        if len(tree) != 1:
            raise WireError("unknown kind of value")
        [(tag, content)] = tree.items()
        if tag == "opaque" and isinstance(content, str):
            return Opaque(content)
        if tag == "array":
            return self.array(content)
        if tag == "arrays":
            return self.arrays(content, depth + 1)
        if tag == "tuple" and isinstance(content, list):
            return tuple(self.items(content, depth + 1))
        if tag == "complex":
            return complex(*_two_floats(content))
        if tag == "dict" and isinstance(content, list):
            if not all(_is_pair(pair) for pair in content):
                raise WireError("a dict is a list of pairs")
            keys = self.items([key for key, _ in content], depth + 1)
            values = self.items([value for _, value in content], depth + 1)
            return dict(zip(keys, values, strict=True))
        raise WireError("unknown kind of value")

    def array(self, content: Any) -> np.ndarray:
        match content:
            case [name, list(shape)]:
                return self.taken(name, shape, 1)[0, ...].copy()
            case _:
                raise WireError("not an array")

    def arrays(self, content: Any, depth: int) -> list[np.ndarray]:
        match content:
            case [name, list(shape), count] if type(count) is int and count >= 1:
                self.count = _counted(self.count, count, depth)
                taken = self.taken(name, shape, count)
                return [taken[row, ...].copy() for row in range(count)]
            case _:
                raise WireError("not a list of arrays")

    def taken(self, name: Any, shape: list[Any], rows: int) -> np.ndarray:
        """Take so many arrays of one shape from the body, together."""
        if type(name) is not str or name not in DTYPES or len(shape) > MAX_DEPTH:
            raise WireError("not an array that may be sent")
        dtype, count = DTYPES[name], rows
        for length in shape:
            if type(length) is not int or not 0 <= length < MAX_INT:
                raise WireError("not a shape")
            count *= length
        if count == 0 and _is_endless(shape):
            raise WireError("not a shape")
        size = count * dtype.itemsize
        if size > len(self.body) - self.position:
            raise WireError("array larger than its bytes")
        flat = np.frombuffer(self.body, dtype, count=count, offset=self.position)
        self.position += size
        return flat.reshape(rows, *shape)


def _is_endless(shape: Sequence[int]) -> bool:
    """Tell of an array that holds nothing whether a loop over its rows takes for ever."""
    return math.prod(n or 1 for n in shape) > MAX_VALUES


def _is_pair(content: Any) -> bool:
    return type(content) is list and len(content) == 2 and type(content[0]) is str  # noqa: PLR2004


def _two_floats(content: Any) -> tuple[float, float]:
    match content:
        case [float(real), float(imaginary)]:
            return real, imaginary
        case _:
            raise WireError("not a complex number")


Deadline = float | Callable[[], float]


class Connection:
    """Frames over a stream socket.

    Only plain `recv` is used: a stranger at the other end can't hand us a descriptor.
    """

    def __init__(self, sock: Any) -> None:
        """Take over a connected `socket.socket`."""
        self._socket = sock

    def send(self, value: Any, deadline: Deadline | None = None) -> None:
        """Send a frame.

        Args:
            value: plain data.
            deadline: on the clock of `time.monotonic`, or a function that tells it: it may be
                put off as long as it has not passed. None waits for ever.

        Raises:
            WireError: the value can't be framed.
            TimeoutError: the deadline passed.
            OSError: the other end is gone.
        """
        self.send_frame(pack(value), deadline)

    def send_frame(self, frame: bytes, deadline: Deadline | None = None) -> None:
        """Send what `pack` made."""
        view = memoryview(frame)
        while view:
            self._set_timeout(deadline)
            with contextlib.suppress(TimeoutError):
                view = view[self._socket.send(view) :]

    def receive(self, max_bytes: int, deadline: Deadline | None = None) -> Any:
        """Receive a frame of at most max_bytes.

        Raises:
            WireError: the bytes are not a frame, or it is larger.
            TimeoutError: the deadline passed. It is absolute: trickling bytes don't extend it.
            EOFError: the other end closed the connection.
            OSError: the connection broke.
        """
        head_size, body_size = LENGTHS.unpack(self._receive_bytes(LENGTHS.size, deadline))
        if head_size + body_size > max_bytes:
            raise WireError("frame too large")
        content = memoryview(self._receive_bytes(head_size + body_size, deadline))
        return unpack(content[:head_size], content[head_size:])

    def _receive_bytes(self, size: int, deadline: Deadline | None) -> bytearray:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            self._set_timeout(deadline)
            try:
                count = self._socket.recv_into(view)
            except TimeoutError:
                continue
            if count == 0:
                raise EOFError
            view = view[count:]
        return buffer

    def _set_timeout(self, deadline: Deadline | None) -> None:
        if deadline is None:
            return  # the socket blocks, as it does from the start
        left = (deadline() if callable(deadline) else deadline) - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
