"""Queries about what learners do with their cards by hand: browse, undo, tell apart.

Each one about what a learner owns takes the learner's id first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    NotNullable,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    true,
)

from quiz.db.models import Card, Review
from quiz.db.queries import IN_STEPS, STANDING

Condition = ColumnElement[bool]

# The log


def latest_entries(learner_id: int) -> Select[Review, str]:
    """Every row of the log, undone or not, with the key that its card has now, latest first."""
    return (
        select(Review, NotNullable(Card.key))
        .join(Card, Card.id == Review.card_id)
        .where(Review.learner_id == learner_id)
        .order_by(Review.reviewed_at.desc(), Review.id.desc())
    )


def entries_of_card(learner_id: int, key: str) -> Select[Review, str]:
    """The rows of one card's log, undone or not, latest first."""
    return (
        select(Review, NotNullable(Card.key))
        .join(Card, Card.id == Review.card_id)
        .where(Review.learner_id == learner_id, Card.learner_id == learner_id, Card.key == key)
        .order_by(Review.sequence.desc())
    )


def entry(learner_id: int, review_id: int) -> Select[Review]:
    """One row of the log."""
    return select(Review).where(Review.learner_id == learner_id, Review.id == review_id)


def entry_at(learner_id: int, key: str, sequence: int) -> Select[Review]:
    """The row of a card's log at a place in it, by the key that the card has now."""
    return (
        entries_of_card(learner_id, key)
        .with_only_columns(Review)
        .where(Review.sequence == sequence)
    )


def card_of_entry(learner_id: int, card_id: int) -> Select[Card]:
    """The card that a row of the log is about."""
    return select(Card).where(Card.learner_id == learner_id, Card.id == card_id)


def latest_ids(learner_id: int) -> Select[int, date, datetime | None, int]:
    """Id, study day, when undone, and rating of every row of the log, latest first."""
    return latest_entries(learner_id).with_only_columns(
        Review.id, Review.day, Review.undone_at, Review.rating
    )


def last_standing(card_id: int) -> Select[int | None]:
    """The place of a card's last row that is not undone; empty where there is none."""
    return select(func.max(Review.sequence)).where(
        Review.card_id == card_id, Review.undone_at.is_(None)
    )


def undone_after(card_id: int, sequence: int) -> Select[Review]:
    """The undone rows of a card's log behind a place in it, latest first."""
    return (
        select(Review)
        .where(
            Review.card_id == card_id,
            Review.sequence > sequence,
            Review.undone_at.is_not(None),
        )
        .order_by(Review.sequence.desc())
    )


def ratings_on(card_id: int, day: date) -> Select[Review]:
    """A card's ratings on a study day that stand, in order."""
    return (
        select(Review)
        .where(Review.card_id == card_id, Review.day == day, *STANDING)
        .order_by(Review.sequence)
    )


# A learner's cards


def kept(now: datetime) -> Condition:
    """What makes a row a card that a learner has met or has done something with."""
    return or_(
        Card.entries > 0,
        Card.queued_at.is_not(None),
        Card.suspended_at.is_not(None),
        Card.buried_until > now,
        Card.marked_at.is_not(None),
        Card.note.is_not(None),
    )


def shelves(
    *, now: datetime, steps_until: datetime, reviews_before: datetime, leech_from: int
) -> dict[str, Condition]:
    """What puts a card on each of the shelves that a learner's cards can be looked at by."""
    awake = and_(
        Card.suspended_at.is_(None), or_(Card.buried_until.is_(None), Card.buried_until <= now)
    )
    up = or_(
        and_(Card.state.in_(IN_STEPS), Card.due <= steps_until),
        and_(Card.state == "review", Card.due < reviews_before),
    )
    return {
        "all": true(),
        "due": and_(awake, up),
        "suspended": Card.suspended_at.is_not(None),
        "buried": Card.buried_until > now,
        "marked": Card.marked_at.is_not(None),
        "leeches": Card.lapses >= leech_from,
        "notes": Card.note.is_not(None),
    }


def within(stix_ids: Collection[str] | None, kind: str) -> list[Condition]:
    """Narrow cards down to some techniques, or all, and one kind, or all where it is empty."""
    found: list[Condition] = []
    if stix_ids is not None:
        found.append(Card.stix_id.in_(stix_ids))
    if kind:
        found.append(Card.kind == kind)
    return found


def shelf_totals(
    learner_id: int, by: Mapping[str, Condition], narrowed: Sequence[Condition]
) -> Select[*tuple[Any, ...]]:
    """How many cards are on each shelf, in the order given."""
    return select(*(func.count(case((condition, 1))) for condition in by.values())).where(
        Card.learner_id == learner_id, *narrowed
    )


def on_shelf(learner_id: int, narrowed: Sequence[Condition], sort: str) -> Select[Card]:
    """The cards that meet conditions, by ``due``, ``stability`` or ``lapses``."""
    orders: dict[str, tuple[Any, ...]] = {
        "due": (Card.due.is_(None), Card.due),
        "stability": (Card.stability.is_(None), Card.stability),
        "lapses": (Card.lapses.desc(), Card.due.is_(None), Card.due),
    }
    return (
        select(Card)
        .where(Card.learner_id == learner_id, *narrowed)
        .order_by(*orders[sort], Card.id)
    )
