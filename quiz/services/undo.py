"""Taking ratings back: the row stays in the log, and counts for nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from quiz.db import card_queries, queries
from quiz.db.models import Card, Learner, Review
from quiz.learning import scheduling
from quiz.learning.scheduling import RESET, MemoryState, State
from quiz.services import learners, log
from quiz.services.errors import Refused

LIMIT = 30
"""How many rows of the log, counted from the latest, can be undone."""

LONGEST_LOG = 200
"""How many rows of one card's log are shown."""


class UnknownEntry(Refused):
    """The learner's log has no such row."""


class TooOld(Refused):
    """A rating was to be undone that is not among the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the log. ``key`` is the one that its card has now.

    ``interval`` says after how long the card was to come back; empty where it was set
    back to new. ``can_undo`` says that it stands and is among the latest.
    """

    id: int
    key: str
    rating: int
    at: datetime
    interval: timedelta | None
    source: str
    undone_at: datetime | None
    can_undo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was undone; ``recorded`` is false where that had been done before.

    ``is_latest`` says that nothing the card was given since stands, so that it asks the
    same again; ``is_new`` that no rating of it stands.
    """

    key: str
    rating: int
    recorded: bool
    is_latest: bool
    is_new: bool


def recent(session: Session, learner: Learner, limit: int = LIMIT) -> list[Entry]:
    """List the latest rows of the log, undone or not, latest first."""
    rows = session.execute(card_queries.latest_entries(learner.id).limit(limit))
    return [_entry(row, key, can_undo=place < LIMIT) for place, (row, key) in enumerate(rows)]


def of_card(session: Session, learner: Learner, key: str) -> list[Entry]:
    """List what one card was given, undone or not, latest first."""
    latest = set(session.scalars(card_queries.latest_ids(learner.id).limit(LIMIT)))
    rows = session.execute(card_queries.entries_of_card(learner.id, key).limit(LONGEST_LOG))
    return [_entry(row, key, can_undo=row.id in latest) for row, key in rows]


def last_of_today(session: Session, learner: Learner, *, now: datetime) -> tuple[int, int] | None:
    """Find the rating given last on this study day that stands: its id, and the rating.

    None where there is none, or where it is not among the latest rows of the log.
    """
    today = learners.study_day(learner, now)
    for row in session.execute(card_queries.latest_ids(learner.id).limit(LIMIT)).all():
        if row.undone_at is None:
            return (row.id, row.rating) if row.day == today else None
    return None


def undo(session: Session, learner: Learner, review_id: int, *, now: datetime) -> Undone:
    """Take back a rating, or that a card was set back to new, among the latest of the log.

    The card is then what the rest of its log says, with the marks that the rating took
    off where nothing since stands. To undo twice is to undo once. Raises UnknownEntry, and
    TooOld for a row that is not among the latest.
    """
    learners.lock(session, learner)
    query = card_queries.entry(learner.id, review_id)
    review = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if review is None:
        raise UnknownEntry("There is no such rating of yours.")
    of = card_queries.card_of_entry(learner.id, review.card_id)
    row = session.scalars(of, execution_options=queries.FRESH).one()
    recorded = review.undone_at is None
    if recorded:
        if review.id not in session.scalars(card_queries.latest_ids(learner.id).limit(LIMIT)).all():
            raise TooOld(
                f"Only the last {LIMIT} ratings can be undone, and this one is older."
                " Nothing was changed. You can set the card back to new instead."
            )
        review.undone_at = now
        session.flush()
    last = session.scalars(card_queries.last_standing(row.id)).one() or 0
    if recorded:
        _give_back(session, row, last)
        _mark_first(session, review)
        log.replay(session, learner, [row])
    return Undone(
        key=row.key,
        rating=review.rating,
        recorded=recorded,
        is_latest=review.sequence > last,
        is_new=row.state == State.NEW,
    )


def _entry(review: Review, key: str, *, can_undo: bool) -> Entry:
    after = MemoryState.from_dict(review.after)
    return Entry(
        id=review.id,
        key=key,
        rating=review.rating,
        at=review.reviewed_at,
        interval=None if review.rating == RESET else scheduling.interval(after),
        source=review.source,
        undone_at=review.undone_at,
        can_undo=can_undo and review.undone_at is None,
    )


def _give_back(session: Session, row: Card, last: int) -> None:
    """Put back on a card what the ratings undone behind its last standing one took off.

    Each mark is in one place: on the card, or on the row of the log that took it off.
    """
    for review in session.scalars(card_queries.undone_after(row.id, last)).all():
        if review.taken_off:
            _put_on(row, review.taken_off)
            review.taken_off = None
    session.flush()


def _put_on(row: Card, taken: dict[str, Any]) -> None:
    if "queued_at" in taken and row.queued_at is None:
        row.queued_at = datetime.fromisoformat(taken["queued_at"])
    if "changed_in" not in taken:
        return
    if row.changed_in is None:
        row.changed_in = taken["changed_in"]
        row.new_answer = taken.get("new_answer")
    # Else a later release changed it again: what was known is still the answer before the first.
    row.old_answer = taken.get("old_answer")
    back = taken.get("changed_due")
    dates = [row.changed_due, datetime.fromisoformat(back) if back else None]
    row.changed_due = min(filter(None, dates), default=None)
    if row.old_answer == row.new_answer:
        row.changed_in = row.changed_due = row.old_answer = row.new_answer = None


def _mark_first(session: Session, review: Review) -> None:
    """See anew which of a card's ratings on the day of an undone one is the first that stands."""
    review.first_that_day = False
    for place, rating in enumerate(
        session.scalars(card_queries.ratings_on(review.card_id, review.day))
    ):
        rating.first_that_day = place == 0
    session.flush()
