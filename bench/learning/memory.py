"""FSRS-6 as plain numbers: how a memory fades, and what a rating makes of it.

It is written a second time here because the fsrs package works on dated cards and takes
several times as long; a test holds the two together. Stability is in days, difficulty from
1 to 10, ratings are 1 (again) to 4 (easy).
"""

from collections.abc import Sequence
from math import exp, log

LEAST_STABILITY = 0.001
LONGEST_INTERVAL = 36_500

State = tuple[float, float]
"""Stability and difficulty."""


class Memory:
    """The memory of one learner, or what a scheduler takes for it, by the 21 weights."""

    def __init__(self, weights: Sequence[float]) -> None:
        w = self.weights = tuple(weights)
        self._decay = -w[20]
        self._factor = 0.9 ** (1 / self._decay) - 1
        easiest = w[4] - exp(3 * w[5]) + 1
        self._first = [
            (max(w[rating - 1], LEAST_STABILITY), _difficulty(w[4] - exp(w[5] * (rating - 1)) + 1))
            for rating in (1, 2, 3, 4)
        ]
        # What does not hang on the card is worked out once: there are tens of millions of reviews.
        self._drift = [-w[6] * (rating - 3) / 9 for rating in (1, 2, 3, 4)]
        self._pull, self._keep = w[7] * easiest, 1 - w[7]
        self._growth = [exp(w[8]) * bonus for bonus in (0.0, w[15], 1.0, w[16])]
        self._same_day = [exp(w[17] * (rating - 3 + w[18])) for rating in (1, 2, 3, 4)]
        self._lapse_share = exp(-w[17] * w[18])

    def first(self, rating: int) -> State:
        """Give the state after the first rating of a card."""
        return self._first[rating - 1]

    def retrievability(self, stability: float, days: float) -> float:
        """Give the chance of remembering some days after a review."""
        return float((1 + self._factor * days / stability) ** self._decay)

    def review(self, stability: float, difficulty: float, recall: float, rating: int) -> State:
        """Give the state after a review on a later day, where ``recall`` was its chance."""
        w = self.weights
        if rating == 1:
            after = min(
                w[11]
                * difficulty ** -w[12]
                * ((stability + 1) ** w[13] - 1)
                * exp((1 - recall) * w[14]),
                stability * self._lapse_share,
            )
        else:
            after = stability * (
                1
                + self._growth[rating - 1]
                * (11 - difficulty)
                * stability ** -w[9]
                * (exp((1 - recall) * w[10]) - 1)
            )
        return max(after, LEAST_STABILITY), self._next_difficulty(difficulty, rating)

    def again_today(self, stability: float, difficulty: float, rating: int) -> State:
        """Give the state after one more look on the day of the last one."""
        change = self._same_day[rating - 1] * stability ** -self.weights[19]
        if rating > 1 and change < 1:
            change = 1.0
        return max(stability * change, LEAST_STABILITY), self._next_difficulty(difficulty, rating)

    def days_until(self, retention: float) -> float:
        """Give how many stabilities pass until the chance of remembering is ``retention``."""
        return float((retention ** (1 / self._decay) - 1) / self._factor)

    def _next_difficulty(self, difficulty: float, rating: int) -> float:
        moved = difficulty + (10 - difficulty) * self._drift[rating - 1]
        return _difficulty(self._pull + self._keep * moved)


class Exponential(Memory):
    """A memory that fades by the exponential curve, where FSRS-6 has a power curve.

    Both pass through nine in ten after one stability; beyond it, much less is left here.
    """

    def retrievability(self, stability: float, days: float) -> float:
        return float(0.9 ** (days / stability))

    def days_until(self, retention: float) -> float:
        return log(retention) / log(0.9)


def _difficulty(value: float) -> float:
    return 1.0 if value < 1 else 10.0 if value > 10 else value
