"""What a learner can study at a moment: each query reads rows in order, as few as one takes.

A suspended card is in none of them.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from quiz.db.models import Break, Card, Review
from quiz.db.queries import IN_STEPS, STANDING

UNSETTLED = ("new", *IN_STEPS)

Unsettled = Select[str, str, str, datetime | None, datetime | None]
Due = Select[str, str, float | None, datetime | None, datetime | None]


def done_on(learner_id: int, day: date) -> Select[str, str, bool, bool]:
    """The ratings that stand of a study day, the last recorded first, by the cards' keys now.

    Beside key and STIX id, whether a card was met by it, and whether it was the day's
    review of a card known before.
    """
    return (
        select(
            Card.key,
            Card.stix_id,
            (Review.reviewed_at == Card.first_review).label("met"),
            (Review.first_that_day & (Review.state_before == "review")).label("reviewed"),
        )
        .join(Review, Review.card_id == Card.id)
        .where(Review.learner_id == learner_id, Review.day == day, *STANDING)
        .order_by(Review.id.desc())  # by moment, SQLite would read every review for the order
    )


def done_of_due(learner_id: int, day: date, before: datetime) -> Select[int]:
    """How many of a study day's reviews were of cards that were due before a moment."""
    return select(func.count()).where(
        *_standing(learner_id),
        Review.day == day,
        Review.first_that_day,
        Review.state_before == "review",
        Review.before["due"].as_string() < before.astimezone(UTC).isoformat(),
    )


def queued(learner_id: int) -> Select[str, str, str, datetime | None]:
    """The cards queued, in the order queued."""
    return (
        select(Card.key, Card.stix_id, Card.state, Card.last_review)
        .where(
            Card.learner_id == learner_id,
            Card.queued_at.is_not(None),
            Card.suspended_at.is_(None),
        )
        .order_by(Card.queued_at, Card.id)
    )


def unsettled(learner_id: int) -> Unsettled:
    """The cards in steps, the first due first, and those new again or never met for all that."""
    return (
        select(Card.key, Card.stix_id, Card.state, Card.due, Card.buried_until)
        .where(
            Card.learner_id == learner_id,
            Card.state.in_(UNSETTLED),
            Card.suspended_at.is_(None),
        )
        .order_by(Card.due, Card.id)
    )


def due(learner_id: int, before: datetime, *, among: Collection[str] | None, latest: bool) -> Due:
    """The cards in review due before a moment, those due ``latest`` first or last.

    ``among`` keeps to some techniques, by STIX id.
    """
    place = (Card.due.desc(), Card.id.desc()) if latest else (Card.due, Card.id)
    query = (
        select(Card.key, Card.stix_id, Card.stability, Card.last_review, Card.buried_until)
        .where(*_in_review(learner_id), Card.due < before)
        .order_by(*place)
    )
    return query if among is None else query.where(Card.stix_id.in_(among))


def due_total(learner_id: int, before: datetime) -> Select[int]:
    """How many cards in review are due before a moment, buried or gone from the deck too."""
    return select(func.count()).where(*_in_review(learner_id), Card.due < before)


def due_keys(learner_id: int, before: datetime) -> Select[str]:
    """The keys of the cards in review due before a moment."""
    return select(Card.key).where(*_in_review(learner_id), Card.due < before)


def due_by_day(learner_id: int, starts: Iterable[datetime]) -> Select[int, int]:
    """How many cards in review come due in each span between moments, by its place from 0."""
    first, *ends = starts
    place = case(*((Card.due < end, at) for at, end in enumerate(ends)), else_=literal(len(ends)))
    return (
        select(place.label("place"), func.count())
        .where(*_in_review(learner_id), Card.due >= first, Card.due < ends[-1])
        .group_by("place")
    )


def due_later(learner_id: int, start: datetime) -> Select[str, datetime | None]:
    """The cards in review that are due from a moment on, the next one first."""
    return (
        select(Card.key, Card.due)
        .where(*_in_review(learner_id), Card.due >= start)
        .order_by(Card.due, Card.id)
    )


def met_keys(learner_id: int) -> Select[str]:
    """The keys of all cards met."""
    return select(Card.key).where(Card.learner_id == learner_id, Card.reviews > 0)


def unavailable(learner_id: int, keys: Collection[str]) -> Select[str]:
    """Those of some cards that cannot be met: because they were met before, or are suspended."""
    return select(Card.key).where(
        Card.learner_id == learner_id,
        Card.key.in_(keys),
        (Card.reviews > 0) | Card.suspended_at.is_not(None),
    )


def active_days(learner_id: int) -> Select[date]:
    """The study days with a review that stands, the latest first, each found by one look-up."""
    latest = select(func.max(Review.day).label("day")).where(*_standing(learner_id))
    days = latest.cte("days", recursive=True)
    before = (
        select(func.max(Review.day))
        .where(*_standing(learner_id), Review.day < days.c.day)
        .scalar_subquery()
    )
    days = days.union_all(select(before).where(days.c.day.is_not(None)))
    return select(days.c.day).where(days.c.day.is_not(None))


def day_totals(learner_id: int, since: date) -> Select[date, int, int]:
    """Each study day's reviews, and how many of them were not rated *again*."""
    return (
        select(Review.day, func.count(), func.count(case((Review.rating > 1, 1))))
        .where(Review.learner_id == learner_id, Review.day >= since, *STANDING)
        .group_by(Review.day)
    )


# Breaks


def learner_break(learner_id: int, break_id: int) -> Select[Break]:
    """One break."""
    return select(Break).where(Break.learner_id == learner_id, Break.id == break_id)


def breaks(learner_id: int) -> Select[Break]:
    """All breaks, the latest first."""
    return (
        select(Break)
        .where(Break.learner_id == learner_id)
        .order_by(Break.last_day.desc(), Break.id.desc())
    )


def breaks_begun(learner_id: int, today: date, since: date) -> Select[Break]:
    """The breaks that have begun by a day and have not ended before another, the latest first."""
    return breaks(learner_id).where(Break.first_day <= today, Break.last_day >= since)


def breaks_between(learner_id: int, first: date, last: date) -> Select[Break]:
    """The breaks that have a day of a span."""
    return breaks(learner_id).where(Break.first_day <= last, Break.last_day >= first)


def _in_review(learner_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Card.learner_id == learner_id, Card.state == "review", Card.suspended_at.is_(None))


def _standing(learner_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Review.learner_id == learner_id, *STANDING)
