"""How a grade comes about: raw points, people's corrections, and the late policy."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.grades import (
    Correction,
    Entry,
    Grade,
    GroupInfo,
    Late,
    LatePolicy,
    grade_of,
    lateness,
)
from grader.results import Text

CHINA = dt.timezone(dt.timedelta(hours=8))
DUE = dt.datetime(2026, 11, 30, 23, 59, tzinfo=CHINA)
POLICY = LatePolicy(DUE, percent_per_day=10, grace_minutes=15, most_percent=50, free_days=1)
GROUPS = (GroupInfo("delta", Text("Delta"), 12.0), GroupInfo("loss", Text("Loss"), 8.0))
AT = dt.datetime(2026, 12, 9, 8, 0, tzinfo=dt.UTC)


def entry(submitted=None, **fields):
    return Entry(student="li-lei", name="Li Lei", submitted=submitted, **fields)


def correction(group="", at=0, **fields):
    return Correction(student="li-lei", group=group, at=AT + dt.timedelta(hours=at), **fields)


def grade(points=None, *corrections, who=None, policy=None) -> Grade:
    return grade_of(who or entry(), points, GROUPS, corrections, policy)


LATENESS = (
    ("before it is due", dt.timedelta(hours=-3), None),
    ("at the very minute", dt.timedelta(0), None),
    ("within the grace", dt.timedelta(minutes=15), None),
    ("just after the grace", dt.timedelta(minutes=16), Late(1, 1, 0.0)),
    ("one day, which is free", dt.timedelta(days=1), Late(1, 1, 0.0)),
    ("a second day begun", dt.timedelta(days=1, minutes=1), Late(2, 1, 10.0)),
    ("four days", dt.timedelta(days=4), Late(4, 1, 30.0)),
    ("beyond the cap", dt.timedelta(days=40), Late(40, 1, 50.0)),
)


@pytest.mark.parametrize(
    ("over", "expected"), [r[1:] for r in LATENESS], ids=[r[0] for r in LATENESS]
)
def test_lateness(over, expected):
    """Days begun after the due date count, the free ones cost nothing, and there is a cap."""
    assert lateness(entry(DUE + over), None, POLICY) == expected


def test_another_time_zone_is_the_same_moment():
    """A time in UTC is compared as the moment that it is."""
    late = (DUE + dt.timedelta(days=3)).astimezone(dt.UTC)
    assert lateness(entry(late), None, POLICY) == Late(3, 1, 20.0)


def test_a_time_without_a_zone_is_local_time_where_it_is_due():
    """A platform's '2026-12-01 23:58' is meant in the due date's zone."""
    naive = dt.datetime(2026, 12, 1, 23, 58)  # noqa: DTZ001 - that is the point
    assert lateness(entry(naive), None, POLICY) == Late(1, 1, 0.0)


def test_late_without_a_time_costs_nothing():
    """A platform that says 'late' and not how late is told, and nothing is taken for it."""
    given = grade({"delta": 12.0, "loss": 8.0}, who=entry(late=True), policy=POLICY)
    assert (given.late, given.final) == (Late(None), 20.0)


def test_no_time_is_no_lateness():
    """Where nobody knows when it was handed in, nothing is late."""
    assert lateness(entry(), None, POLICY) is None


def test_raw_is_never_changed():
    """Corrections and lateness leave the raw score as the checks gave it."""
    late = entry(DUE + dt.timedelta(days=3))
    given = grade({"delta": 0.0, "loss": 8.0}, correction("delta", points=12.0), who=late,
                  policy=POLICY)  # fmt: skip
    assert (given.raw, given.corrected, given.final) == (8.0, 20.0, 16.0)
    assert given.max_score == 20.0


def test_the_newest_correction_counts():
    """Of two corrections of one group, the later one is the grade's."""
    old, new = correction("loss", points=1.0), correction("loss", at=1, points=5.0)
    given = grade({"delta": 12.0, "loss": 8.0}, old, new)
    assert (given.corrected, given.corrections) == (17.0, (new,))


def test_a_correction_can_be_taken_back():
    """A newer correction that says nothing brings the raw points back, and is not shown."""
    given = grade({"delta": 12.0, "loss": 8.0}, correction("loss", points=1.0), correction("loss"))
    assert (given.corrected, given.corrections) == (20.0, ())


def test_a_decided_time_counts_instead_of_the_platforms():
    """A person may say when it counts as handed in."""
    late = entry(DUE + dt.timedelta(days=3))
    given = grade({"delta": 12.0, "loss": 8.0}, correction(submitted=DUE), who=late, policy=POLICY)
    assert (given.late, given.final) == (None, 20.0)


def test_not_graded_is_no_zero():
    """What is not graded has no score at all, even if a person gave points for a part."""
    given = grade(None, correction("loss", points=1.0))
    assert (given.raw, given.corrected, given.final) == (None, None, None)


def test_a_person_can_grade_what_could_not_be():
    """With points for every group, what is not graded has a person's grade, and no raw one."""
    given = grade(None, correction("loss", points=1.0), correction("delta", points=12.0))
    assert (given.raw, given.final) == (None, 13.0)


@given(
    st.fixed_dictionaries({"delta": st.integers(0, 12), "loss": st.integers(0, 8)}),
    st.integers(0, 60 * 24 * 30),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 40),
)
def test_lateness_only_takes(points, minutes, per_day, most, free):
    """However late, a grade is between nothing and the points earned, and later is never more."""
    policy = LatePolicy(DUE, per_day, most_percent=most, free_days=free)
    whens = (DUE + dt.timedelta(minutes=m) for m in (minutes, minutes + 1440))
    sooner, later = (grade(points, who=entry(when), policy=policy).final for when in whens)
    assert 0.0 <= later <= sooner <= sum(points.values())
