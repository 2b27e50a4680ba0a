"""Days that are over: what they add up to is kept, and is what plain Python adds up."""

from collections import Counter
from math import log
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, DaySummary, Review
from quiz.learning.statistics import Figures, Range
from quiz.services import day_summaries, statistics
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON
from tests.past import DAY, TODAY, Past
from tests.services.conftest import Look

# Against plain Python

RATED = st.fixed_dictionaries(
    {
        "card": st.integers(0, 2),
        "rating": st.integers(0, 4),
        "back": st.integers(0, 60),
        "duration_ms": st.integers(0, 600_000),
        "first_that_day": st.booleans(),
        "state_before": st.sampled_from(["new", "learning", "review", "relearning"]),
        "interval_before": st.floats(0.1, 400),
        "predicted": st.one_of(st.just(1.0), st.floats(0.0, 1.0)),
        "undone": st.booleans(),
    }
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rated=st.lists(RATED, max_size=25), late=st.lists(RATED, max_size=3))
def test_the_database_adds_up_what_python_adds_up(
    session: Session,
    catalogue: Catalogue,
    rated: list[dict[str, Any]],
    late: list[dict[str, Any]],
) -> None:
    past = Past(session, factories.learner(session))
    cards = [past.card(attack_id) for attack_id in ("T9001", "T9002", "T9003")]
    rows: list[Review] = []
    for some in (rated, late, []):  # what comes late is there at the second look
        rows += [_write(past, cards, one) for one in some]
        found = statistics.statistics(
            session, past.learner, catalogue, now=NOON, range_=Range.QUARTER
        )
        day_summaries.keep(session, past.learner, found.days)
        _same(found.total, rows)
        counts = Counter(row.day for row in rows if row.rating and row.undone_at is None)
        assert {day: n for day, n in found.calendar.items() if n} == counts
    for row in rows[:3]:  # and what is undone now is gone at the next
        row.undone_at = NOON
    session.flush()
    found = statistics.statistics(session, past.learner, catalogue, now=NOON, range_=Range.QUARTER)
    _same(found.total, rows)


def _write(past: Past, cards: list[Card], one: dict[str, Any]) -> Review:
    new = one["state_before"] == "new"
    return past.rate(
        cards[one["card"]],
        one["rating"],
        TODAY - one["back"] * DAY,
        duration_ms=one["duration_ms"],
        first_that_day=one["first_that_day"],
        state_before=one["state_before"],
        interval_before=None if new else one["interval_before"],
        predicted=None if new else one["predicted"],
        undone_at=NOON if one["undone"] else None,
    )


def _same(total: Figures, rows: list[Review]) -> None:
    standing = [row for row in rows if row.rating and row.undone_at is None]
    assert total.ratings == tuple(sum(r.rating == n for r in standing) for n in (1, 2, 3, 4))
    assert total.duration_ms == sum(row.duration_ms for row in standing)
    assert total.days == len({row.day for row in standing})
    graded = [row for row in standing if row.first_that_day and row.state_before == "review"]
    for recall, some in (
        (total.young, [r for r in graded if (r.interval_before or 0) < 21]),
        (total.mature, [r for r in graded if (r.interval_before or 0) >= 21]),
        *(
            (recall, [r for r in graded if min(int((r.predicted or 0) * 20), 19) == place])
            for place, recall in total.bins.items()
        ),
    ):
        assert recall.asked == len(some)
        assert recall.remembered == sum(row.rating > 1 for row in some)
        assert recall.predicted == pytest.approx(sum(row.predicted or 0 for row in some))
    assert sum(recall.asked for recall in total.bins.values()) == len(graded)
    chances = [min(max(row.predicted or 0, 0.001), 0.999) for row in graded]
    losses = [-log(p if r.rating > 1 else 1 - p) for p, r in zip(chances, graded, strict=True)]
    assert total.loss == pytest.approx(sum(losses))


# Days that are over


def test_days_that_are_over_are_added_up_once(
    session: Session, past: Past, look: Look, count_queries: CountQueries
) -> None:
    card = past.card()
    for back in range(5):
        past.rate(card, 3, TODAY - back * DAY)
    first = look()
    assert set(first.days.changed) == {TODAY - back * DAY for back in range(1, 5)}
    second = look()
    assert not second.days.changed
    assert second.total == first.total
    assert set(session.scalars(select(DaySummary.day))) == set(first.days.changed)


def test_a_day_is_added_up_anew_where_a_rating_on_it_is_undone(past: Past, look: Look) -> None:
    card = past.card()
    past.rate(card, 3, TODAY - 20 * DAY)
    review = past.rate(card, 1, TODAY - 20 * DAY)
    past.rate(card, 3, TODAY - 10 * DAY)
    assert look().total.ratings == (1, 0, 2, 0)
    review.undone_at = NOON
    found = look()
    assert found.total.ratings == (0, 0, 2, 0)
    assert set(found.days.changed) == {TODAY - 20 * DAY}
    assert not look().days.changed


def test_one_undone_and_one_that_comes_late_are_both_seen(past: Past, look: Look) -> None:
    card = past.card()
    first = past.rate(card, 3, TODAY - 5 * DAY, undone_at=NOON)
    second = past.rate(card, 4, TODAY - 5 * DAY)
    look()
    first.undone_at, second.undone_at = None, NOON  # as many as before, but others
    past.session.flush()
    assert look().total.ratings == (0, 0, 1, 0)
    past.rate(card, 2, TODAY - 5 * DAY)
    assert look().total.ratings == (0, 1, 1, 0)


def test_a_day_on_which_all_was_undone_is_not_looked_at_each_time(past: Past, look: Look) -> None:
    past.rate(past.card(), 3, TODAY - 5 * DAY, undone_at=NOON)
    found = look()
    assert (found.total.reviews, found.total.days) == (0, 0)
    assert not look().days.changed


def test_figures_of_another_version_are_added_up_anew(
    session: Session, past: Past, look: Look
) -> None:
    past.rate(past.card(), 3, TODAY - 5 * DAY)
    look()
    row = session.scalars(select(DaySummary)).one()
    row.version, row.figures = 0, {"ratings": [9, 9, 9, 9]}
    session.flush()
    assert look().total.ratings == (0, 0, 1, 0)
    assert not look().days.changed


def test_many_days_at_once_are_added_up_too(past: Past, look: Look) -> None:
    card = past.card()
    for back in range(day_summaries.MOST_NAMED + 5):
        past.rate(card, 3, TODAY - back * DAY)
    assert look(Range.YEAR).total.reviews == day_summaries.MOST_NAMED + 5
    assert not look(Range.YEAR).days.changed
