"""When a card is due next, by FSRS-6: the only module that imports fsrs.

Times are in UTC, stability is in days, difficulty from 1 to 10, ratings are 1
(again), 2 (hard), 3 (good) and 4 (easy); in the log, 0 sets a card back to new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from random import Random
from typing import Any, Protocol, cast

import fsrs

from quiz.learning.parameters import STANDARD, Parameters

ALGORITHM = "FSRS-6"
RATINGS = (1, 2, 3, 4)
RESET = 0
AGAIN = 1
GOOD = 3

DAY = timedelta(days=1)


class State(StrEnum):
    """Where a card is: never reviewed, in its first steps, known, or in steps after a lapse."""

    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


IN_STEPS = (State.LEARNING, State.RELEARNING)


class Remembered(Protocol):
    """Whatever tells when something was reviewed last and how stable its memory was then."""

    @property
    def stability(self) -> float | None:
        """In days; None before the first review."""

    @property
    def last_review(self) -> datetime | None:
        """In UTC; None before the first review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryState:
    """What the scheduler knows of a card. The default is a card never reviewed."""

    state: State = State.NEW
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    due: datetime | None = None
    last_review: datetime | None = None
    last_day: date | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the state as JSON-ready values, for the log."""
        return {
            **asdict(self),
            "due": self.due.isoformat() if self.due else None,
            "last_review": self.last_review.isoformat() if self.last_review else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MemoryState:
        """Rebuild a state from what :meth:`to_dict` gave."""
        due, last_review = values["due"], values["last_review"]
        last_day = values.get("last_day")
        return cls(
            **{
                **values,
                "state": State(values["state"]),
                "due": datetime.fromisoformat(due) if due else None,
                "last_review": datetime.fromisoformat(last_review) if last_review else None,
                "last_day": date.fromisoformat(last_day) if last_day else None,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of a card's log: a rating or RESET at a moment, and what its date was worked out by.

    ``fuzz`` is the seed of the date's fuzz, ``day`` the learner's study day then.
    """

    rating: int
    at: datetime
    fuzz: str
    parameters: Parameters
    day: date | None = None


def review(
    state: MemoryState,
    rating: int,
    at: datetime,
    parameters: Parameters = STANDARD,
    *,
    fuzz: str | None = None,
    day: date | None = None,
) -> MemoryState:
    """Rate a card at a moment, or set it back to new by RESET.

    With a ``fuzz`` seed, and where the parameters want it, a date some days away moves
    a little, so that cards met together do not stay together; the same seed moves it
    alike. ``day`` is the study day: with it, an evening and the next morning are a day
    apart, as they are for memory. Raises ValueError for a rating outside 0 to 4.
    """
    if rating == RESET:
        return MemoryState()
    at = at.astimezone(UTC)  # fsrs refuses an equal zone of another name
    # fsrs counts periods of 24 hours: it is told of a moment as many of them later.
    told = _days_later(state, at, day if parameters.study_days else None)
    card, _ = _scheduler(parameters).review_card(_card(state, told), fsrs.Rating(rating), told)
    length = card.due - told
    if fuzz is not None and parameters.fuzz and card.state is fsrs.State.Review:
        length = DAY * _fuzzed(length.days, parameters.maximum_interval, fuzz)
    return MemoryState(
        state=State(card.state.name.lower()),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=at + length,
        last_review=at,
        last_day=day,
    )


def _days_later(state: MemoryState, at: datetime, day: date | None) -> datetime:
    """Give a moment as many periods of 24 hours after the last review as study days are between."""
    if state.last_review is None or state.last_day is None or day is None:
        return at
    return state.last_review + max(day - state.last_day, timedelta(0))


def preview(
    state: MemoryState,
    at: datetime,
    parameters: Parameters = STANDARD,
    *,
    fuzz: str | None = None,
    day: date | None = None,
) -> dict[int, timedelta]:
    """Tell how long after a moment the card would be due again, for each rating."""
    return {
        rating: interval(review(state, rating, at, parameters, fuzz=fuzz, day=day))
        for rating in RATINGS
    }


def interval(state: MemoryState) -> timedelta:
    """Tell how long after its last review a card is due. Raises ValueError for a new one."""
    if state.due is None or state.last_review is None:
        raise ValueError("a card that was never reviewed has no interval")
    return state.due - state.last_review


def retrievability(
    memory: Remembered, at: datetime, parameters: Parameters = STANDARD
) -> float | None:
    """Estimate the chance, from 0 to 1, of remembering at a moment; None for a new card.

    FSRS counts whole days since the last review, so it is 1 within the first.
    """
    if memory.stability is None or memory.last_review is None:
        return None
    # It reads the two attributes only: making an fsrs.Card would take longer than the formula.
    return _scheduler(parameters).get_card_retrievability(cast(fsrs.Card, memory), at)


def overdueness(memory: Remembered, at: datetime) -> float:
    """Tell how many times its stability a card has rested: the more, the less it is remembered.

    It puts cards in the reverse order of :func:`retrievability`, by whatever weights, and
    costs a tenth. 0 for a new card.
    """
    if not memory.stability or memory.last_review is None:
        return 0.0
    return max(0, (at - memory.last_review).days) / memory.stability


def predicted(
    state: MemoryState, at: datetime, day: date, parameters: Parameters = STANDARD
) -> float | None:
    """Estimate the chance of remembering at a review on a study day, as :func:`review` counts."""
    return retrievability(state, _days_later(state, at, day), parameters)


def reviews_beside(parameters: Parameters, other: Parameters) -> float:
    """Estimate how many times the reviews of others these parameters ask for.

    By how much shorter the interval of a card is at the retention that is wanted: from
    the forgetting curve of FSRS-6. That more is forgotten at a lower one is not in it.
    """
    return _span(other) / _span(parameters)


def _span(parameters: Parameters) -> float:
    """The time until a retention is reached, in units of stability."""
    decay = -parameters.weights[-1]
    factor = 0.9 ** (1 / decay) - 1
    span: float = (parameters.desired_retention ** (1 / decay) - 1) / factor
    return span


def is_lapse(before: MemoryState, rating: int) -> bool:
    """Tell whether a rating says that a card known before is forgotten."""
    return before.state is State.REVIEW and rating == AGAIN


def replay(log: Sequence[Entry], parameters: Parameters = STANDARD) -> tuple[MemoryState, int]:
    """Work out a card's state and lapses from its log, oldest first.

    ``parameters`` are the learner's now. What is remembered follows their weights, as if
    they had been there from the start; the date is the one that was given with the last
    rating, by the parameters of that moment: other parameters move no card.
    """
    if not log:
        return MemoryState(), 0
    weights = log[-1].parameters.weights
    state, lapses = _fold(log, weights)
    if parameters.weights != weights:
        now, _ = _fold(log, parameters.weights)
        state = replace(state, stability=now.stability, difficulty=now.difficulty)
    return state, lapses


def _fold(log: Iterable[Entry], weights: tuple[float, ...]) -> tuple[MemoryState, int]:
    """Go through a log with these weights, and with the steps that each entry had.

    A card that has left its steps stays out of them, however many the learner wants later.
    """
    state, lapses = MemoryState(), 0
    for entry in log:
        lapses = 0 if entry.rating == RESET else lapses + is_lapse(state, entry.rating)
        own = entry.parameters
        by = own if own.weights == weights else replace(own, weights=weights)
        state = review(state, entry.rating, entry.at, by, fuzz=entry.fuzz, day=entry.day)
    return state, lapses


@lru_cache(maxsize=256)
def _scheduler(parameters: Parameters) -> fsrs.Scheduler:
    return fsrs.Scheduler(
        parameters=parameters.weights,
        desired_retention=parameters.desired_retention,
        learning_steps=[timedelta(seconds=step) for step in parameters.learning_steps],
        relearning_steps=[timedelta(seconds=step) for step in parameters.relearning_steps],
        maximum_interval=parameters.maximum_interval,
        enable_fuzzing=False,  # its source of chance is everyone's: see _fuzzed
    )


# From how many days on an interval is fuzzed, up to how many, and by what part of them: as in
# FSRS for Anki and in fsrs.
_FUZZ = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))


def _fuzzed(days: int, maximum: int, seed: str) -> int:
    """Move an interval by a few days, always alike for the same seed."""
    if days < _FUZZ[0][0]:
        return days
    spread = 1 + sum(part * max(0.0, min(days, end) - start) for start, end, part in _FUZZ)
    most = min(round(days + spread), maximum)
    least = min(max(2, round(days - spread)), most)
    return Random(seed).randint(least, most)  # noqa: S311 - variety, not secrecy


def _card(state: MemoryState, at: datetime) -> fsrs.Card:
    new = state.state is State.NEW
    return fsrs.Card(
        card_id=0,  # without one, fsrs sleeps a millisecond to make one up
        state=fsrs.State.Learning if new else fsrs.State[state.state.capitalize()],
        step=state.step,
        stability=state.stability,
        difficulty=state.difficulty,
        due=state.due or at,
        last_review=state.last_review,
    )
