"""A study day starts at the rollover hour of the learner's own clock, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.days import DAY, day_start, study_day

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
# Clocks that are set in the middle of the day's start: around midnight, by half an hour, over a
# whole day (Samoa had no 30 December 2011).
ODD = ("America/St_Johns", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia")


def local(zone: ZoneInfo, *when: int) -> datetime:
    return datetime(*when, tzinfo=zone)  # type: ignore[arg-type, misc]


def test_before_the_rollover_it_is_still_yesterday() -> None:
    assert study_day(local(BERLIN, 2026, 3, 11, 3, 59), BERLIN, 4) == date(2026, 3, 10)
    assert study_day(local(BERLIN, 2026, 3, 11, 4, 0), BERLIN, 4) == date(2026, 3, 11)


def test_the_same_moment_belongs_to_different_days_in_different_zones() -> None:
    at = datetime(2026, 3, 11, 6, tzinfo=UTC)
    assert study_day(at, BERLIN, 4) == date(2026, 3, 11)
    assert study_day(at, NEW_YORK, 4) == date(2026, 3, 10)


def test_a_day_on_which_the_clock_goes_forward_is_an_hour_short() -> None:
    start = day_start(date(2026, 3, 28), BERLIN, 4)
    assert start == datetime(2026, 3, 28, 3, tzinfo=UTC)
    assert day_start(date(2026, 3, 29), BERLIN, 4) - start == timedelta(hours=23)


def test_a_day_on_which_the_clock_goes_back_is_an_hour_long() -> None:
    start = day_start(date(2026, 10, 24), BERLIN, 4)
    assert day_start(date(2026, 10, 25), BERLIN, 4) - start == timedelta(hours=25)


def test_a_rollover_hour_that_the_clock_skips_starts_the_day_at_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)  # 02:00 becomes 03:00
    assert day_start(date(2026, 3, 29), BERLIN, 2) == jump
    assert study_day(jump, BERLIN, 2) == date(2026, 3, 29)
    assert study_day(jump - timedelta(microseconds=1), BERLIN, 2) == date(2026, 3, 28)


def test_a_rollover_hour_that_comes_twice_starts_the_day_the_first_time() -> None:
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)  # 02:00 in summer time, again an hour later
    assert day_start(date(2026, 10, 25), BERLIN, 2) == first
    assert study_day(first + timedelta(hours=1), BERLIN, 2) == date(2026, 10, 25)


def test_a_day_that_a_country_skipped_is_nobodys_study_day() -> None:
    samoa = ZoneInfo("Pacific/Apia")
    before = datetime(2011, 12, 30, 9, 59, tzinfo=UTC)  # 29 December, 23:59
    assert study_day(before, samoa, 4) == date(2011, 12, 29)
    assert study_day(before + timedelta(hours=5), samoa, 4) == date(2011, 12, 31)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", *ODD])
@given(
    at=st.datetimes(
        min_value=datetime(1995, 1, 1),  # noqa: DTZ001 - made aware below
        max_value=datetime(2030, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    rollover_hour=st.integers(0, 12),
)
def test_every_moment_lies_between_its_days_start_and_the_next(
    name: str, at: datetime, rollover_hour: int
) -> None:
    zone = ZoneInfo(name)
    day = study_day(at, zone, rollover_hour)
    assert day_start(day, zone, rollover_hour) <= at < day_start(day + DAY, zone, rollover_hour)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("rollover_hour", [0, 2, 4])
def test_study_days_never_run_backwards(name: str, rollover_hour: int) -> None:
    zone = ZoneInfo(name)
    start = datetime(2011, 1, 1, tzinfo=UTC)
    days = [study_day(start + timedelta(minutes=20 * i), zone, rollover_hour) for i in range(26400)]
    assert days == sorted(days)
