"""When a card is due next, by FSRS-6: the only module that imports fsrs.

Times are in UTC, stability is in days, difficulty from 1 to 10, ratings are 1
(again), 2 (hard), 3 (good) and 4 (easy).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol, cast

import fsrs

ALGORITHM = "FSRS-6"
RATINGS = (1, 2, 3, 4)
AGAIN = 1

# No fuzz: the same reviews give the same state, on any machine.
_SCHEDULER = fsrs.Scheduler(desired_retention=0.90, enable_fuzzing=False)

PARAMETERS_VERSION = f"default-{sha256(_SCHEDULER.to_json().encode()).hexdigest()[:12]}"
"""Names the weights, steps and retention: it changes when a release of fsrs changes them."""


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

    def to_dict(self) -> dict[str, Any]:
        """Give the state as JSON-ready values, for the log."""
        return {
            **asdict(self),
            "due": self.due.isoformat() if self.due else None,
            "last_review": self.last_review.isoformat() if self.last_review else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MemoryState:
        """Rebuild a state from what :meth:`to_dict` gave."""
        due, last_review = values["due"], values["last_review"]
        return cls(
            **{
                **values,
                "state": State(values["state"]),
                "due": datetime.fromisoformat(due) if due else None,
                "last_review": datetime.fromisoformat(last_review) if last_review else None,
            }
        )


def review(state: MemoryState, rating: int, at: datetime) -> MemoryState:
    """Rate a card at a moment. Raises ValueError for a rating outside 1 to 4."""
    at = at.astimezone(UTC)  # fsrs refuses an equal zone of another name
    card, _ = _SCHEDULER.review_card(_card(state, at), fsrs.Rating(rating), at)
    return MemoryState(
        state=State(card.state.name.lower()),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
    )


def preview(state: MemoryState, at: datetime) -> dict[int, timedelta]:
    """Tell how long after a moment the card would be due again, for each rating."""
    return {rating: interval(review(state, rating, at)) for rating in RATINGS}


def interval(state: MemoryState) -> timedelta:
    """Tell how long after its last review a card is due. Raises ValueError for a new one."""
    if state.due is None or state.last_review is None:
        raise ValueError("a card that was never reviewed has no interval")
    return state.due - state.last_review


def retrievability(memory: Remembered, at: datetime) -> float | None:
    """Estimate the chance, from 0 to 1, of remembering at a moment; None for a new card.

    FSRS counts whole days since the last review, so it is 1 within the first.
    """
    if memory.stability is None or memory.last_review is None:
        return None
    # It reads the two attributes only: making an fsrs.Card would take longer than the formula.
    return _SCHEDULER.get_card_retrievability(cast(fsrs.Card, memory), at)


def is_lapse(before: MemoryState, rating: int) -> bool:
    """Tell whether a rating says that a card known before is forgotten."""
    return before.state is State.REVIEW and rating == AGAIN


def replay(reviews: Iterable[tuple[int, datetime]]) -> tuple[MemoryState, int]:
    """Work out a card's state and lapses from its log of ratings and moments, oldest first."""
    state, lapses = MemoryState(), 0
    for rating, at in reviews:
        lapses += is_lapse(state, rating)
        state = review(state, rating, at)
    return state, lapses


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
