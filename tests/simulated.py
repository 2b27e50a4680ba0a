"""Learners whose memory is known: it follows FSRS-6 with weights of one's choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from quiz.learning.parameters import STANDARD, WEIGHTS, Parameters
from quiz.learning.scheduling import (
    AGAIN,
    MemoryState,
    State,
    interval,
    retrievability,
    review,
)
from tests.factories import NOON

QUICK = (0.1, 0.3, 0.6, 2.0, *WEIGHTS[4:8], 0.6, *WEIGHTS[9:20], 0.3)
"""The weights of someone who forgets faster than the standard ones have it."""

_FIRST_RATINGS = (0.25, 0.1, 0.55, 0.1)
_RATINGS_WHEN_REMEMBERED = (0.1, 0.8, 0.1)
_REMEMBERED_SAME_DAY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row of the log tells of a review."""

    rating: int
    reviewed_at: datetime
    day: date


@dataclass(slots=True)
class _Card:
    true: MemoryState
    scheduled: MemoryState


def simulate(
    reviews: int, weights: tuple[float, ...] = WEIGHTS, *, seed: int = 0, new_a_day: int = 6
) -> Mapping[int, list[Row]]:
    """Let a learner whose true weights these are study by the standard ones, day after day."""
    rng = Random(seed)
    truth = Parameters(weights=weights)
    log: dict[int, list[Row]] = {}
    cards: dict[int, _Card] = {}
    due: dict[int, list[int]] = {}
    done = 0
    for day in count():
        # A little later every day: fsrs counts whole days, and none must be lost to the minutes
        # that the steps of the day before took.
        start = NOON + timedelta(days=day, minutes=day)
        met = due.pop(day, []) + list(range(len(cards), len(cards) + new_a_day))
        for number in met:
            card = cards.setdefault(number, _Card(MemoryState(), MemoryState()))
            rating = AGAIN
            for step in count():
                if rating != AGAIN and card.scheduled.state is State.REVIEW:
                    break
                at = start + timedelta(seconds=step)
                rating = _rate(card.true, at, truth, rng)
                row = Row(rating=rating, reviewed_at=at, day=(NOON + timedelta(days=day)).date())
                log.setdefault(number, []).append(row)
                card.true = review(card.true, rating, at, truth)
                card.scheduled = review(card.scheduled, rating, at, STANDARD)
                done += 1
                if done == reviews:
                    return log
            due.setdefault(day + max(1, interval(card.scheduled).days), []).append(number)
    raise AssertionError("days do not end")


def _rate(true: MemoryState, at: datetime, truth: Parameters, rng: Random) -> int:
    if true.last_review is None:
        return rng.choices((1, 2, 3, 4), _FIRST_RATINGS)[0]
    chance = retrievability(true, at, truth)
    assert chance is not None
    if at - true.last_review < timedelta(hours=12):
        chance = _REMEMBERED_SAME_DAY
    if rng.random() >= chance:
        return AGAIN
    return rng.choices((2, 3, 4), _RATINGS_WHEN_REMEMBERED)[0]
