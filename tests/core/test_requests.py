"""Until when a request has to be answered."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.requests import due_on

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1))


@pytest.mark.parametrize(
    ("came", "due", "extended"),
    [
        ("2026-01-15", "2026-02-15", "2026-04-15"),
        ("2026-01-31", "2026-02-28", "2026-04-30"),
        ("2028-01-30", "2028-02-29", "2028-04-30"),
        ("2026-10-31", "2026-11-30", "2027-01-31"),
        ("2026-11-30", "2026-12-30", "2027-02-28"),
        ("2026-12-01", "2027-01-01", "2027-03-01"),
        ("2027-12-31", "2028-01-31", "2028-03-31"),
    ],
)
def test_a_month_ends_on_its_day_or_on_the_last_of_a_shorter_one(came: str, due: str, extended: str) -> None:
    """By hand, from a calendar."""
    day = date.fromisoformat(came)
    assert due_on(day).isoformat() == due
    assert due_on(day, is_extended=True).isoformat() == extended


@given(DAYS)
def test_it_is_never_more_than_a_month_and_never_less_than_28_days(came: date) -> None:
    """And an extension always gives more."""
    assert 28 <= (due_on(came) - came).days <= 31
    assert 89 <= (due_on(came, is_extended=True) - came).days <= 92


@given(DAYS, DAYS)
def test_who_asked_first_is_due_first(one: date, other: date) -> None:
    """However long the months are."""
    first, second = sorted((one, other))
    assert due_on(first) <= due_on(second)
