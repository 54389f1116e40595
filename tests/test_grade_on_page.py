"""A person's correction and the late policy, shown apart on a student's page."""

import datetime as dt

import pytest
from msgspec.structs import replace

from grader.grades import Correction, Grade, Late
from grader.locales import LANGUAGES
from grader.report.html import render
from tests.reports import HOSTILE, LONG, REPORTS
from tests.test_page import Page

DUE = dt.datetime(2026, 3, 13, 23, 59, tzinfo=dt.timezone(dt.timedelta(hours=8)))
AT = dt.datetime(2026, 3, 17, 14, 5, tzinfo=dt.UTC)


def correction(**more: object) -> Correction:
    return Correction(student="li-lei", at=AT, by="Dr. Wang", **more)


TOLD = {
    "points": (
        Grade(raw=29.0, corrected=34.0, final=34.0, max_score=100.0,
              corrections=(correction(group="loss", points=12.0, comment="Given back."),)),
        ("Your grade What the checks gave 29 of 100 points Corrected by a person: The loss "
         "from 7 to 12 of 15 points Given back. Dr. Wang, 2026-03-17 Final grade 34 of 100 points"),
    ),
    "time": (
        Grade(raw=29.0, corrected=29.0, final=29.0, max_score=100.0,
              corrections=(correction(submitted=DUE),)),
        "the time counts as handed in at 2026-03-13 23:59+08:00 Dr. Wang, 2026-03-17 Final",
    ),
    "late": (
        Grade(raw=29.0, corrected=29.0, final=23.2, max_score=100.0, late=Late(3, 1, 20.0)),
        ("29 of 100 points Handed in late −20% of the points 3 days late, of these 1 free "
         "Final grade 23.2 of 100 points"),
    ),
    "late for nothing": (
        Grade(raw=29.0, corrected=29.0, final=29.0, max_score=100.0, late=Late(1, 1)),
        "Handed in late costs nothing 1 day late, of these 1 free Final grade 29",
    ),
    "late, nobody knows how late": (
        Grade(raw=29.0, corrected=29.0, final=29.0, max_score=100.0, late=Late(None)),
        "Handed in late how late is not known Final grade 29",
    ),
    "another final": (
        Grade(raw=29.0, corrected=29.0, final=28.0, max_score=100.0),
        "What the checks gave 29 of 100 points Final grade 28 of 100 points",
    ),
    "a group that is not there": (
        Grade(raw=29.0, corrected=30.0, final=30.0, max_score=100.0,
              corrections=(correction(group="bonus", points=1.0),)),
        "Corrected by a person: bonus from 0 to 1 Dr. Wang",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("grade", "words"), TOLD.values(), ids=TOLD)
def test_grade_is_told_apart(grade: Grade, words: str) -> None:
    """What people and the late policy did stands apart, and the raw score stays the score."""
    text = Page(render(REPORTS["failed"], "en", grade)).words()
    assert words in text
    assert "Score 29 of 100" in text
    assert "Do this next" in text
    first, second = (Page(render(REPORTS["failed"], lang, grade)) for lang in LANGUAGES)
    assert [tag for tag, _ in first.elements] == [tag for tag, _ in second.elements]


def test_grade_by_a_person() -> None:
    """Who was graded by a person is told so, and not to go to the course team."""
    grade = Grade(raw=None, corrected=80.0, final=80.0, max_score=100.0,
                  corrections=(correction(group="loss", points=12.0),))  # fmt: skip
    words = Page(render(REPORTS["not_graded"], "en", grade)).words()
    assert "What the checks gave not graded Corrected by a person: The loss 12 Dr. Wang" in words
    assert "Show this page" not in words
    waiting = replace(grade, corrected=None, final=None)
    words = Page(render(REPORTS["not_graded"], "en", waiting)).words()
    assert "Final grade not graded" in words
    assert "Show this page" in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_grade_with_nothing_to_tell(lang: str) -> None:
    """A grade that is what the checks gave changes no byte of the page."""
    plain = Grade(raw=29.0, corrected=29.0, final=29.0, max_score=100.0)
    assert render(REPORTS["failed"], lang, plain) == render(REPORTS["failed"], lang)
    assert "ledger" not in render(REPORTS["failed"], lang)


def test_correction_is_foreign_text() -> None:
    """What a person wrote about a correction is shown as it is, and opens no element."""
    bad = Correction(
        student="x", group="loss", points=1.0, comment=HOSTILE + LONG, by=HOSTILE, at=AT
    )
    grade = Grade(raw=29.0, corrected=23.0, final=23.0, max_score=100.0, corrections=(bad,))
    page = Page(render(REPORTS["failed"], "en", grade))
    assert page.text.count(HOSTILE) == 2
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img"})
