"""Ids: what becomes of a name, and that no two are the same."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.lms.names import shown, stem, student_ids

IDS = {
    "plain": ("lilei", "", "lilei"),
    "a blank": ("Li Lei", "", "Li-Lei"),
    "Chinese": ("李雷", "", "李雷"),
    "Hindi, with its vowel signs": ("हिन्दी", "", "हिन्दी"),
    "one letter, composed": ("e\u0301", "", "é"),
    "number": ("Li Lei", "4711", "Li-Lei-4711"),
    "lost, but for the number": ("Li/Lei", "4711", "Li-Lei-4711"),
    "lost": ("Li/Lei", "", "Li-Lei-#"),
    "two blanks": ("Li  Lei", "", "Li-Lei-#"),
    "direction": ("Li\u202eLei", "", "Li-Lei-#"),
    "nothing left": ("😀", "", "student-#"),
    "nothing left, but a number": ("😀", "7", "student-7"),
    "a number that is none": ("Li", "a/b", "Li"),
    "dots": ("..", "", "student-#"),
    "hidden": (".li", "", "li-#"),
    "a dash first": ("-rf", "", "rf-#"),
    "a device": ("CON", "", "CON-#"),
    "a device with an ending": ("nul.a.b", "", "nul-a-b-#"),
    "a device with a number": ("com1.x", "5", "com1-x-5-#"),
    "very long": ("李" * 99, "", "李" * 16 + "-#"),
    "very long, with a number": ("李" * 99, "9" * 20, "李" * 16 + "-" + "9" * 20),
}  # fmt: skip


@pytest.mark.parametrize(("name", "number", "expected"), IDS.values(), ids=IDS)
def test_an_id_keeps_what_it_can(name, number, expected):
    """Letters stay, what no file's name should hold goes, and a hash tells that something went."""
    (student,) = student_ids([("key", name, number)])
    found = re.sub(r"[0-9a-f]{6}$", "#", student) if expected.endswith("#") else student
    assert found == expected


def test_ids_do_not_depend_on_others():
    """Who else is in the class changes no id, unless two would be the same."""
    alone = student_ids([("a", "Li/Lei", "")])
    assert student_ids([("b", "Han", ""), ("a", "Li/Lei", "")])[1:] == alone


def test_ids_that_only_look_alike_are_told_apart():
    """Names that a file system may take for one another both get a hash."""
    names = ["Li", "li", "LI", "Straße", "STRASSE", "ﬁ", "fi", "Han"]
    ids = student_ids([(name, name, "") for name in names])
    assert len({student.casefold() for student in ids}) == len(names)
    assert ids[-1] == "Han"


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.text(max_size=3)), max_size=30, unique=True))
def test_ids_are_unique(people):
    """No two students ever share an id, in any case of its letters."""
    ids = student_ids([(repr(one), *one) for one in people])
    assert len({student.casefold() for student in ids}) == len(people)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.py", "a"), ("a.tar.gz", "a"), ("a.b.zip", "a.b"), (".zip", ".zip"), ("", ""), ("a", "a")],
)
def test_the_stem_has_no_ending(name, expected):
    """An ending goes, an archive's double one too, and something always stays."""
    assert stem(name) == expected


def test_a_shown_name_holds_nothing_that_moves_a_cursor():
    """Control and direction characters are blanks, and an ending is written small."""
    assert shown("a\u202eb\x1b[2J.PY") == "a b [2J.py"


def test_a_newcomer_takes_nobodys_id():
    """Beside 'ann' an 'Ann' gets another id, and 'ann' keeps hers, with what she was given."""
    ann, other = student_ids([("ann", "ann", ""), ("Ann", "Ann", "")])
    assert student_ids([("ann", "ann", "")]) == [ann] == ["ann"]
    assert other.casefold() != ann
