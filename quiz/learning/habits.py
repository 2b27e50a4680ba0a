"""How a learner rates and how long that takes: what a simulation needs beside memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from statistics import median
from typing import NamedTuple

from quiz.learning.scheduling import AGAIN, IN_STEPS, RATINGS, State

LONGEST_SECONDS = 120.0
"""What a rating counts at most: longer, and somebody was away."""

PRIOR = 30
"""As how many ratings of their own what is usual weighs."""

PASSED = (2, 3, 4)


class Rating(NamedTuple):
    """What is read of a rating in the log: ``after`` is how long after its day's start it was."""

    state: str
    rating: int
    seconds: float
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a learner rates. Shares are of the ratings 1 to 4, and add up to 1.

    ``first`` are a card's first ratings, ``steps`` those within its steps, ``passed``
    those of cards remembered, 2 to 4. The seconds are by rating: of cards in review, and of
    all others. ``after`` is how long after the start of a study day they study.
    """

    first: tuple[float, ...]
    steps: tuple[float, ...]
    passed: tuple[float, ...]
    learning_seconds: tuple[float, ...]
    review_seconds: tuple[float, ...]
    after: timedelta

    def rate(self, state: State, known: float, chance: float) -> int:
        """Rate a card that is remembered with a chance, by a number drawn from 0 to 1.

        Only in review does the chance count: what comes first, and what follows within
        minutes, is by habit.
        """
        if state is State.NEW:
            return _choose(RATINGS, self.first, chance)
        if state in IN_STEPS:
            return _choose(RATINGS, self.steps, chance)
        if chance >= known:
            return AGAIN
        return _choose(PASSED, self.passed, chance / known)

    def seconds(self, state: State, rating: int) -> float:
        """How long a rating takes, with reading what is asked and answered."""
        of = self.review_seconds if state is State.REVIEW else self.learning_seconds
        return of[rating - 1]


USUAL = Habits(
    first=(0.24, 0.094, 0.495, 0.171),
    steps=(0.1, 0.05, 0.8, 0.05),
    passed=(0.224, 0.631, 0.145),
    learning_seconds=(40.0, 35.0, 25.0, 15.0),
    review_seconds=(30.0, 20.0, 12.0, 8.0),
    after=timedelta(hours=8),
)
"""What is taken as usual until a learner's own ratings say otherwise.

The shares of first ratings and of those remembered are the ones that simulators of FSRS start
with, from many learners of Anki. The seconds are ours, for questions of a few sentences.
"""


def habits(ratings: Iterable[Rating], usual: Habits = USUAL) -> Habits:
    """Work out somebody's habits from their ratings; the fewer, the more those usual count."""
    found = list(ratings)
    first, steps, passed = (Counter[int]() for _ in range(3))
    seconds: dict[bool, list[list[float]]] = {
        reviewed: [[] for _ in RATINGS] for reviewed in (True, False)
    }
    for row in found:
        reviewed = row.state == State.REVIEW
        seconds[reviewed][row.rating - 1].append(min(row.seconds, LONGEST_SECONDS))
        if row.state == State.NEW:
            first[row.rating] += 1
        elif not reviewed:
            steps[row.rating] += 1
        elif row.rating != AGAIN:
            passed[row.rating] += 1
    return Habits(
        first=_shares(RATINGS, first, usual.first),
        steps=_shares(RATINGS, steps, usual.steps),
        passed=_shares(PASSED, passed, usual.passed),
        learning_seconds=_means(seconds[False], usual.learning_seconds),
        review_seconds=_means(seconds[True], usual.review_seconds),
        after=_middle([row.after for row in found]) if found else usual.after,
    )


def _middle(lengths: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(length.total_seconds() for length in lengths))


def _shares(
    ratings: Sequence[int], counts: Counter[int], usual: Sequence[float]
) -> tuple[float, ...]:
    total = counts.total() + PRIOR
    return tuple(
        (counts[rating] + PRIOR * share) / total
        for rating, share in zip(ratings, usual, strict=True)
    )


def _means(found: Sequence[Sequence[float]], usual: Sequence[float]) -> tuple[float, ...]:
    return tuple(
        (sum(seconds) + PRIOR * mean) / (len(seconds) + PRIOR)
        for seconds, mean in zip(found, usual, strict=True)
    )


def _choose(ratings: Sequence[int], shares: Sequence[float], chance: float) -> int:
    for rating, upto in zip(ratings, accumulate(shares), strict=True):
        if chance < upto:
            return rating
    return ratings[-1]
