"""Loading what the course team wrote: modules and arrays."""

import io
import os

import numpy as np
import pytest

from grader.checks import load_arrays, load_module
from grader.errors import CheckError


def test_a_module_is_run_anew_each_time(tmp_path):
    """What one grading changes in a module is not there for the next one."""
    path = tmp_path / "network.py"
    path.write_text("seen = []\n", encoding="utf-8")
    load_module(path).seen.append(1)
    assert load_module(path).seen == []


def test_arrays_are_read_once_and_nobody_writes_into_them(tmp_path):
    """The next grading gets the same arrays, as they are in the file."""
    path = tmp_path / "digits.npz"
    np.savez_compressed(path, images=np.arange(6).reshape(2, 3), labels=np.arange(2))
    first = load_arrays(path)
    with pytest.raises(ValueError, match="read-only"):
        first["images"][:] = 0
    del first["labels"]
    again = load_arrays(path)
    assert again["images"] is first["images"]
    assert set(again) == {"images", "labels"}


def test_a_file_that_changed_is_read_again(tmp_path):
    """Who makes new digits while grader runs grades by the new ones."""
    path = tmp_path / "digits.npz"
    for number in (1, 2):
        np.savez(path, labels=np.full(3, number))
        os.utime(path, ns=(number, number))
        np.testing.assert_array_equal(load_arrays(path)["labels"], np.full(3, number))


def packed(damage=lambda data: data):
    """Make the content of an .npz file, and damage it."""
    made = io.BytesIO()
    np.savez_compressed(made, images=np.arange(600))
    return damage(made.getvalue())


def flipped(place):
    """Flip the bits of one byte."""

    def damage(data):
        changed = bytearray(data)
        changed[place] ^= 0xFF
        return bytes(changed)

    return damage


def one_array():
    """Make the content of an .npy file."""
    made = io.BytesIO()
    np.save(made, np.arange(6))
    return made.getvalue()


BROKEN = {
    "none": None,
    "empty": b"",
    "cut": b"PK\x03\x04 not a zip",
    "text": b"not a zip",
    "one array": one_array(),
    **{f"byte {place}": packed(flipped(place)) for place in (0, 60, 90, 200, -70)},
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_arrays_that_cannot_be_read_are_the_course_teams_fault(tmp_path, content):
    """Whatever is wrong with the file, it is a CheckError that names it."""
    path = tmp_path / "digits.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckError, match=r"digits\.npz can't be read: ."):
        load_arrays(path)


def test_nothing_is_unpickled(tmp_path):
    """An array of objects is refused, and none of them is made."""
    path = tmp_path / "digits.npz"
    np.savez(path, labels=np.array([print], dtype=object))
    with pytest.raises(CheckError, match=r"digits\.npz"):
        load_arrays(path)
