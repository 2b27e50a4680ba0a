"""The log of reviews: written once, never changed, and what every card is worked out from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from quiz.db import queries
from quiz.db.models import Card, Learner, Review
from quiz.learning import scheduling
from quiz.learning.parameters import Parameters
from quiz.learning.scheduling import AGAIN, RESET, Entry, MemoryState, State
from quiz.services import learners, parameters

LONGEST_DURATION_MS = 10 * 60 * 1000

FARTHEST_IN_A_DAY = timedelta(days=4)
"""More than what two moments of one study day are apart, whatever became of zone and rollover."""

MARKS = ("changed_in", "changed_due", "old_answer", "new_answer", "queued_at")
"""What a rating takes off a card, and undoing it puts back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a card was answered where a rating was inferred: what was chosen, and what it says.

    ``taken_for`` is the STIX id of the technique taken for the right one, where it was one.
    """

    chosen: tuple[str, ...]
    taken_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A card whose row is not what its log says, and what differs: ``(name, row, log)``."""

    key: str
    fields: tuple[tuple[str, Any, Any], ...]


def memory(row: Card | Row[*tuple[Any, ...]]) -> MemoryState:
    """What the scheduler knows of a card, by its row or by what was read of it."""
    return MemoryState(
        state=State(row.state),
        step=row.step,
        stability=row.stability,
        difficulty=row.difficulty,
        due=row.due,
        last_review=row.last_review,
        last_day=row.last_day,
    )


def fuzz_seed(key: str, sequence: int) -> str:
    """Name the chance that moves the date of a card's review, by its place in the log."""
    return f"{key}/{sequence}"


def append(
    session: Session,
    learner: Learner,
    row: Card,
    rating: int,
    *,
    duration_ms: int,
    now: datetime,
    source: str = "card",
    answer: Answer | None = None,
) -> Review:
    """Write a rating, or RESET, into the log, and move the card on by it."""
    by = parameters.of(session, learner)
    before, sequence = memory(row), row.entries + 1
    day = learners.study_day(learner, now)
    fuzz = fuzz_seed(row.key, sequence)
    after = scheduling.review(before, rating, now, by, fuzz=fuzz, day=day)
    review = Review(
        learner_id=learner.id,
        card_id=row.id,
        card_key=row.key,
        sequence=sequence,
        seed=row.reviews,
        rating=rating,
        reviewed_at=now,
        time_zone=learner.time_zone,
        duration_ms=min(max(duration_ms, 0), LONGEST_DURATION_MS),
        before=before.to_dict(),
        after=after.to_dict(),
        algorithm=scheduling.ALGORITHM,
        parameters_version=by.version,
        day=day,
        first_that_day=rating != RESET and _is_first(session, row, day, now),
        state_before=before.state,
        interval_before=_days(before),
        predicted=scheduling.predicted(before, now, day, by),
        source=source,
        chosen=list(answer.chosen) if answer else None,
        taken_for=answer.taken_for if answer else None,
        taken_off=_take_off(row),
    )
    session.add(review)
    _remember(row, after)
    row.entries = sequence
    if rating == RESET:
        row.reviews = row.lapses = row.asked = row.remembered = row.duration_ms = 0
        row.first_review = None
    else:
        row.reviews += 1
        asked = review.first_that_day and before.state is State.REVIEW
        row.asked += asked
        row.remembered += asked and rating != AGAIN
        row.duration_ms += review.duration_ms
        row.lapses += scheduling.is_lapse(before, rating)
        row.first_review = row.first_review or now
    session.flush()
    return review


def replay(session: Session, learner: Learner, rows: Collection[Card]) -> list[Difference]:
    """Work some cards out from the log anew; returns those whose rows differed from it.

    The rows must be fresh and the learner locked, see :func:`quiz.services.learners.lock`.
    """
    by = parameters.of(session, learner)
    differences = []
    for row, log in _logs(session, learner, rows):
        before = _worked_out(row)
        _work_out(row, log, by)
        after = _worked_out(row)
        if before != after:
            fields = tuple(
                (name, before[name], value)
                for name, value in after.items()
                if before[name] != value
            )
            differences.append(Difference(key=row.key, fields=fields))
    session.flush()
    return differences


def rebuild(session: Session, learner: Learner) -> list[Difference]:
    """Replay the whole log into the learner's cards; returns those that differed from it."""
    learners.lock(session, learner)
    rows = session.scalars(queries.cards(learner.id), execution_options=queries.FRESH).all()
    return replay(session, learner, rows)


def _work_out(row: Card, log: Sequence[_Logged], by: Parameters) -> None:
    state, row.lapses = scheduling.replay([logged.entry for logged in log], by)
    _remember(row, state)
    ratings = list(_since_reset(log))
    asked = [logged.entry.rating for logged in ratings if logged.asked]
    row.reviews = len(ratings)
    row.asked, row.remembered = len(asked), len(asked) - asked.count(AGAIN)
    row.duration_ms = sum(logged.duration_ms for logged in ratings)
    row.first_review = ratings[0].entry.at if ratings else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Logged:
    sequence: int
    entry: Entry
    asked: bool
    duration_ms: int


def _since_reset(log: Sequence[_Logged]) -> Iterable[_Logged]:
    last = max((place for place, row in enumerate(log, 1) if row.entry.rating == RESET), default=0)
    return log[last:]


def _logs(
    session: Session, learner: Learner, rows: Collection[Card]
) -> Iterator[tuple[Card, list[_Logged]]]:
    """Read the rows of the log that stand, of each card; one query for all, or for a few."""
    ids = [row.id for row in rows] if len(rows) <= 50 else None
    found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for card_id, group in groupby(
        session.execute(queries.review_log(learner.id, ids)), key=attrgetter("card_id")
    ):
        found[card_id] = list(group)
    versions = {row.parameters_version for log in found.values() for row in log}
    by = parameters.by_version(session, versions)
    for row in rows:
        yield (
            row,
            [
                _Logged(
                    sequence=logged.sequence,
                    entry=Entry(
                        rating=logged.rating,
                        at=logged.reviewed_at,
                        fuzz=fuzz_seed(logged.card_key, logged.sequence),
                        parameters=by[logged.parameters_version],
                        day=logged.day,
                    ),
                    asked=logged.first_that_day and logged.state_before == State.REVIEW,
                    duration_ms=logged.duration_ms,
                )
                for logged in found[row.id]
            ],
        )


_WORKED_OUT = (
    *("state", "step", "stability", "difficulty", "due", "last_review", "last_day"),
    *("first_review", "reviews", "lapses", "asked", "remembered", "duration_ms"),
)


def _worked_out(row: Card) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _WORKED_OUT}


def _remember(row: Card, state: MemoryState) -> None:
    row.state = state.state
    row.step = state.step
    row.stability = state.stability
    row.difficulty = state.difficulty
    # A changed answer brings a card back earlier than its memory would.
    row.due = min(filter(None, (state.due, row.changed_due)), default=None)
    row.last_review = state.last_review
    row.last_day = state.last_day


def _take_off(row: Card) -> dict[str, Any] | None:
    """Take the marks off a card that its rating settles, and give them as JSON-ready values."""
    taken = {name: value for name in MARKS if (value := getattr(row, name)) is not None}
    for name in taken:
        setattr(row, name, None)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in taken.items()
    } or None


def _is_first(session: Session, row: Card, day: date, now: datetime) -> bool:
    """Tell whether no rating of a card that stands was given on a study day yet.

    The log says which day each was given on: the learner's zone may be another since.
    """
    if row.entries == 0:
        return True
    if row.last_review is not None and now - row.last_review > FARTHEST_IN_A_DAY:
        return True  # spares most reviews the look into the log
    return not session.scalars(queries.rated_on(row.id, day)).one()


def _days(state: MemoryState) -> float | None:
    if state.due is None or state.last_review is None:
        return None
    return scheduling.interval(state) / timedelta(days=1)
