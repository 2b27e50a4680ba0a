"""A study day's limits hold for what carries that day, wherever and however the clock goes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.db.models import Card, Learner, Review
from quiz.services import learners, progress
from tests import factories
from tests.factories import NOON
from tests.services.test_selection import Desk, Hypothesis, proven

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Tokyo",
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "Asia/Kathmandu",  # 5:45 ahead
    "America/St_Johns",  # 3:30 behind
    "Australia/Lord_Howe",  # sets its clock by half an hour
    "Pacific/Kiritimati",  # 14 hours ahead
    "Pacific/Apia",
)


@pytest.fixture
def desk(session: Session, learner: Learner) -> Desk:
    learner.new_per_day = 2
    return Desk(session, learner, proven())


def move_to(desk: Desk, zone: str) -> None:
    learners.set_time_zone(desk.session, desk.learner, zone)


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


def days(desk: Desk) -> Counter[date]:
    """How many reviews carry each study day."""
    return Counter(desk.session.scalars(select(Review.day)))


def test_a_flight_to_the_west_makes_the_day_longer_and_no_second_one(desk: Desk) -> None:
    move_to(desk, "Europe/Berlin")
    assert len(desk.study_all(utc(2026, 3, 11, 8))) == 2
    move_to(desk, "America/Los_Angeles")
    assert desk.counts(utc(2026, 3, 11, 12)).new == 0  # the eleventh begins anew
    assert desk.counts(utc(2026, 3, 12, 10)).new == 0  # and lasts
    assert desk.counts(utc(2026, 3, 12, 12)).new == 2


def test_a_flight_to_the_east_skips_no_day(desk: Desk) -> None:
    move_to(desk, "Pacific/Honolulu")
    assert len(desk.study_all(utc(2026, 3, 12, 6))) == 2  # the evening of the eleventh
    move_to(desk, "Asia/Tokyo")
    assert len(desk.study_all(utc(2026, 3, 12, 7))) == 2  # the afternoon of the twelfth
    assert desk.counts(utc(2026, 3, 12, 18)).new == 0
    assert desk.counts(utc(2026, 3, 12, 20)).new == 2
    assert days(desk) == {date(2026, 3, 11): 2, date(2026, 3, 12): 2}


def test_crossing_the_date_line_back_gives_no_day_twice(desk: Desk) -> None:
    move_to(desk, "Asia/Tokyo")
    desk.study_all(utc(2026, 3, 11, 1))
    desk.study_all(utc(2026, 3, 12, 1))
    move_to(desk, "Pacific/Honolulu")
    assert desk.study_all(utc(2026, 3, 12, 3)) == []  # the eleventh again
    assert desk.study_all(utc(2026, 3, 12, 15)) == []  # the twelfth again
    assert len(desk.study_all(utc(2026, 3, 13, 15))) == 2
    assert set(days(desk).values()) == {2}


@pytest.mark.parametrize("hour", [0, 3, 8])
def test_another_rollover_hour_gives_no_day_twice_and_skips_none(desk: Desk, hour: int) -> None:
    desk.study_all(utc(2026, 3, 10, 12))
    desk.study_all(utc(2026, 3, 11, 5))
    desk.learner.rollover_hour = hour
    assert desk.study_all(utc(2026, 3, 11, 5)) == []
    assert desk.study_all(utc(2026, 3, 11, 9)) == []
    assert len(desk.study_all(utc(2026, 3, 12, 9))) == 2
    assert set(days(desk).values()) == {2}


@pytest.mark.parametrize(
    "changes",
    [utc(2026, 3, 28, 12), utc(2026, 10, 24, 12)],
    ids=["to summer time", "to winter time"],
)
def test_each_day_around_a_change_of_the_clock_has_its_cards(desk: Desk, changes: datetime) -> None:
    move_to(desk, "Europe/Berlin")
    for hour in range(72):
        desk.study_all(changes + hour * HOUR)
    assert sorted(days(desk).values()) == [2, 2, 2, 2]


def test_a_card_reviewed_on_a_day_of_25_hours_does_not_come_back_on_it(desk: Desk) -> None:
    move_to(desk, "Europe/Berlin")
    desk.learner.new_per_day, desk.learner.bury_siblings = 0, False
    at = utc(2026, 10, 24, 2, 30)  # half past four; the day ends at four, 24.5 hours later
    card = desk.card(desk.all_keys()[0], due=at - HOUR)
    served = desk.next(at)
    assert served
    desk.rate(served, at=at)
    card.due = at + DAY
    desk.session.flush()
    late = at + 24 * HOUR + timedelta(minutes=10)
    assert desk.next(late) is None
    assert desk.counts(late).next_due == utc(2026, 10, 25, 3)
    assert desk.next(utc(2026, 10, 25, 3))


def test_reviews_keep_the_day_that_they_were_done_on(desk: Desk) -> None:
    move_to(desk, "Asia/Tokyo")
    for place in range(3):
        desk.study_all(utc(2026, 3, 9 + place, 20))  # five in the morning of the next day
    move_to(desk, "America/Los_Angeles")
    at = utc(2026, 3, 12, 20)
    found = progress.days(desk.session, desk.learner, now=at, count=4)
    assert [day.reviews for day in found] == [0, 2, 2, 2]
    totals = progress.totals(desk.session, desk.learner, desk.catalogue, now=at)
    assert totals.streak_days == 3


@settings(Hypothesis, max_examples=12)
@given(
    visits=st.lists(
        st.tuples(
            st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(hours=30)),
            st.sampled_from((None, None, *ZONES)),
            st.sampled_from((None, None, None, 0, 4, 7)),
        ),
        min_size=1,
        max_size=12,
    ),
    start=st.sampled_from(
        [NOON, utc(2026, 3, 27, 20), utc(2026, 10, 23, 20), utc(2026, 4, 3, 9), utc(2026, 12, 30)]
    ),
)
def test_no_day_has_more_than_its_limit_and_none_less_than_there_is_room_for(
    session: Session,
    visits: list[tuple[timedelta, str | None, int | None]],
    start: datetime,
) -> None:
    learner = factories.learner(session, new_per_day=1, reviews_per_day=2)
    desk = Desk(session, learner, proven())
    for key in desk.one_each(24)[10:]:
        desk.card(key, due=start - DAY)
    seen, at = set(), start
    for gap, zone, rollover_hour in visits:
        at += gap
        if zone:
            move_to(desk, zone)
        if rollover_hour is not None:
            learner.rollover_hour = rollover_hour
        today = learners.study_day(learner, at)
        promised = desk.counts(at)
        if today not in seen:
            left = session.scalars(
                select(Card).where(Card.learner_id == learner.id, Card.due < start)
            ).all()
            assert promised.due == min(2, len(left))
        else:
            # A new card can still come where reviews that it waited for were done on another
            # day in between, in a zone where that had begun.
            assert promised.total == promised.new
        seen.add(today)
        assert len(desk.study_all(at)) == promised.total
    rows = session.execute(
        select(Review.day, Review.state_before).where(Review.learner_id == learner.id)
    )
    per_day = Counter((day, state == "new") for day, state in rows)
    assert all(count <= (1 if new else 2) for (_, new), count in per_day.items())
