"""Statistics, with every number worked out by hand, on both databases."""

from datetime import UTC, date, datetime, timedelta
from math import log

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Learner
from quiz.learning.scheduling import retrievability
from quiz.learning.statistics import Range, Recall, Unit
from quiz.questions.scope import Scope
from quiz.services import switches, topics
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON
from tests.past import DAY, TODAY, Past
from tests.services.conftest import Look

# Reviews, time, retention


def test_a_log_worked_out_by_hand(past: Past, look: Look) -> None:
    card = past.card()
    yesterday = TODAY - DAY
    past.rate(card, 3, TODAY, duration_ms=4000)
    past.rate(card, 1, TODAY, first_that_day=False, duration_ms=1000)
    past.rate(card, 1, yesterday, interval_before=20.9, predicted=0.8)
    past.rate(card, 4, yesterday, interval_before=3.0, predicted=0.81)
    past.rate(card, 2, yesterday, state_before="relearning", interval_before=0.01)
    past.rate(card, 3, yesterday, state_before="new", interval_before=None, predicted=None)
    past.rate(card, 3, TODAY - 30 * DAY)  # a day too early
    found = look()
    total = found.total
    assert (found.first, found.unit, len(found.buckets)) == (TODAY - 29 * DAY, Unit.DAY, 30)
    assert (total.days, total.ratings, total.duration_ms) == (2, (2, 1, 2, 1), 25_000)
    assert (total.young.asked, total.young.remembered) == (2, 1)
    assert total.young.predicted == pytest.approx(1.61)
    assert total.mature == Recall(asked=1, remembered=1, predicted=0.9)
    assert {place: recall.asked for place, recall in total.bins.items()} == {16: 2, 18: 1}
    losses = -log(0.9) - log(1 - 0.8) - log(0.81)
    assert total.log_loss == pytest.approx(losses / 3)
    assert found.buckets[-1].figures.ratings == (1, 0, 1, 0)
    assert found.buckets[-2].figures.ratings == (1, 1, 1, 1)
    assert found.calendar == {TODAY: 2, yesterday: 4, TODAY - 30 * DAY: 1}


def test_what_was_undone_and_cards_set_back_never_count(past: Past, look: Look) -> None:
    card = past.card()
    for day in (TODAY, TODAY - 9 * DAY):
        past.rate(card, 3, day)
        past.rate(card, 1, day, undone_at=NOON)
        past.rate(card, 0, day, first_that_day=False)
    for _ in range(2):
        found = look()
        assert found.total.ratings == (0, 0, 2, 0)
        assert found.total.recall == Recall(asked=2, remembered=2, predicted=1.8)
        assert found.total.duration_ms == 10_000


def test_a_prediction_that_is_certain_is_not_infinitely_wrong(past: Past, look: Look) -> None:
    past.rate(past.card(), 1, TODAY, predicted=1.0)
    total = look().total
    assert total.log_loss == pytest.approx(-log(0.001))
    assert list(total.bins) == [19]


def test_days_are_those_that_the_log_has_whatever_the_clock_was(past: Past, look: Look) -> None:
    card = past.card()
    # Late at night, on a journey: the moment is of the eleventh in UTC, the study day was not.
    past.rate(card, 3, TODAY - DAY, reviewed_at=NOON, time_zone="Pacific/Honolulu")
    found = look()
    assert [b.start for b in found.buckets if b.figures.reviews] == [TODAY - DAY]


@pytest.mark.parametrize(
    ("range_", "first", "unit"),
    [
        (Range.QUARTER, date(2025, 12, 11), Unit.WEEK),
        (Range.YEAR, date(2025, 3, 12), Unit.WEEK),
        (Range.ALL, date(2024, 1, 1), Unit.MONTH),
    ],
)
def test_ranges_reach_back_and_put_days_together(
    past: Past, look: Look, range_: Range, first: date, unit: Unit
) -> None:
    past.rate(past.card(), 3, date(2024, 1, 1))
    past.rate(past.card("T9002"), 3, TODAY)
    found = look(range_)
    assert (found.first, found.unit) == (first, unit)
    assert found.total.reviews == (2 if range_ is Range.ALL else 1)
    assert found.buckets[0].start == unit.start(first)
    assert found.buckets[-1].start == unit.start(TODAY)
    assert sum(b.figures.reviews for b in found.buckets) == found.total.reviews


def test_a_scope_leaves_its_cards_only(past: Past, look: Look) -> None:
    past.rate(past.card("T9001"), 3, TODAY - 5 * DAY)
    past.rate(past.card("T9001", "description"), 1, TODAY - 5 * DAY)
    past.rate(past.card("T9006"), 2, TODAY)
    assert look().total.ratings == (1, 1, 1, 0)
    found = look(scope=Scope(techniques=("T9001",)))
    assert (found.total.ratings, found.cards.met) == ((1, 0, 1, 0), 2)
    found = look(scope=Scope(techniques=("T9001",), kinds=("tactic",)))
    assert (found.total.ratings, found.cards.met) == ((0, 0, 1, 0), 1)
    assert not found.days.changed


def test_other_learners_do_not_count(session: Session, past: Past, look: Look) -> None:
    other = Past(session, factories.learner(session))
    other.rate(other.card(), 1, TODAY)
    found = look()
    assert (found.total.reviews, found.cards.met, found.calendar) == (0, 0, {})


# Cards


def test_cards_are_counted_by_what_is_remembered_of_them(past: Past, look: Look) -> None:
    past.card("T9001", stability=0.4, difficulty=1.0, state="learning", due=NOON, last_review=NOON)
    past.card(
        "T9002", stability=30.0, difficulty=9.99, due=NOON + 5 * DAY, last_review=NOON - 25 * DAY
    )
    past.card("T9003", stability=400.0, difficulty=10.0, due=NOON + 400 * DAY)
    past.card("T9004", stability=8.0, difficulty=7.0, due=NOON + 8 * DAY, suspended_at=NOON)
    past.card("T9005", stability=None, difficulty=None, state="new", last_review=None, reviews=0)
    past.card("T0000")  # its file is gone
    cards = look().cards
    assert (cards.met, cards.suspended) == (4, 1)
    assert cards.intervals == (0, 0, 0, 0, 1, 1, 0, 0, 0, 1)
    assert cards.stabilities == (1, 0, 0, 0, 1, 1, 0, 0, 0, 1)
    assert cards.difficulties == (1, 0, 0, 0, 0, 0, 1, 0, 2)
    assert cards.chances == (0, 0, 0, 0, 0, 0, 0, 1, 3)


def test_what_is_known_now_is_what_the_scheduler_says(
    session: Session, past: Past, look: Look
) -> None:
    cards = [
        past.card("T9001", stability=0.5, last_review=NOON - 40 * DAY),
        past.card("T9002", stability=12.0, last_review=NOON - 30 * DAY + timedelta(seconds=1)),
        past.card("T9003", stability=12.0, last_review=NOON - 30 * DAY),  # a whole day more
        past.card("T9004", stability=3.0, last_review=NOON + 2 * DAY),  # a clock was wrong
    ]
    expected = sum(retrievability(card, NOON) or 0 for card in cards[:3]) + 1
    found = look().cards
    assert found.known == pytest.approx(expected, abs=0.0005 * len(cards))
    assert sum(found.chances) == 4


def test_the_forecast_counts_study_days_and_tells_what_is_overdue(
    learner: Learner, past: Past, look: Look
) -> None:
    learner.time_zone = "Europe/Berlin"  # to summer time on 29 March 2026
    for place, due in enumerate(
        [
            datetime(2026, 3, 11, 2, 59, tzinfo=UTC),  # before today, which starts at 03:00 UTC
            datetime(2026, 3, 11, 3, 0, tzinfo=UTC),
            datetime(2026, 3, 12, 2, 59, tzinfo=UTC),
            datetime(2026, 3, 30, 1, 59, tzinfo=UTC),  # still the 29th: 03:59 in summer time
            datetime(2026, 3, 30, 2, 0, tzinfo=UTC),
            datetime(2027, 3, 30, 2, 0, tzinfo=UTC),
        ],
        start=1,
    ):
        past.card(f"T900{place}", due=due)
    past.card("T9010", due=NOON, suspended_at=NOON)
    forecast = look().cards.forecast
    assert (forecast.overdue, forecast.later) == (1, 1)
    counts = dict(forecast.coming)
    assert len(counts) == 30
    assert {day: n for day, n in counts.items() if n} == {
        date(2026, 3, 11): 2,
        date(2026, 3, 29): 1,
        date(2026, 3, 30): 1,
    }
    by_week = look(Range.YEAR).cards.forecast
    assert (len(by_week.coming), by_week.coming[0], by_week.later) == (52, (TODAY, 2), 1)


def test_cards_switched_off_are_not_looked_at(
    session: Session, learner: Learner, past: Past, look: Look
) -> None:
    card = past.card()
    past.rate(card, 3, TODAY)
    switches.switch_off(session, learner, card.key, why="wrong", now=NOON)
    found = look()
    assert (found.cards.met, found.total.reviews) == (0, 1)


# The number of queries


@pytest.mark.parametrize("days", [1, 40])
def test_the_number_of_queries_does_not_grow(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    past: Past,
    look: Look,
    count_queries: CountQueries,
    days: int,
) -> None:
    for place, technique in enumerate(catalogue.techniques[:days]):
        card = past.card(str(technique.attack_id))
        past.rate(card, 3, TODAY - place * DAY)
        past.rate(card, 1, TODAY - place * DAY, undone_at=NOON)
    look(Range.YEAR)
    for work, number in (
        (lambda: look(Range.YEAR), 13),
        (lambda: look(Range.ALL), 14),
        (lambda: look(Range.YEAR, scope=Scope(techniques=("T9001",))), 8),
        (lambda: topics.topics(session, learner, catalogue), 4),
    ):
        with count_queries() as queries:
            work()
        assert len(queries) == number
