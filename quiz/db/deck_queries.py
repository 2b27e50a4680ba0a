"""The queries of decks, paths and custom study, by name; the learner's id comes first."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from quiz.db.models import Break, Card, Review, SavedDeck
from quiz.db.queries import STANDING


def decks(learner_id: int) -> Select[SavedDeck]:
    """A learner's decks by name."""
    return (
        select(SavedDeck)
        .where(SavedDeck.learner_id == learner_id)
        .order_by(func.lower(SavedDeck.name), SavedDeck.id)
    )


def deck(learner_id: int, deck_id: int) -> Select[SavedDeck]:
    """One deck."""
    return select(SavedDeck).where(SavedDeck.learner_id == learner_id, SavedDeck.id == deck_id)


def names(learner_id: int, scope: str) -> Select[str]:
    """The names of the decks that have a scope, by its query string."""
    return (
        select(SavedDeck.name)
        .where(SavedDeck.learner_id == learner_id, SavedDeck.scope == scope)
        .order_by(SavedDeck.id)
    )


def paths(learner_id: int) -> Select[SavedDeck]:
    """The decks that have a date, the nearest first."""
    return (
        select(SavedDeck)
        .where(SavedDeck.learner_id == learner_id, SavedDeck.until.is_not(None))
        .order_by(SavedDeck.until, SavedDeck.id)
    )


def memories(learner_id: int, stix_ids: Collection[str] | None = None) -> Select[*tuple[Any, ...]]:
    """Key, memory and place in the log of all cards with a row, or of those of some techniques."""
    query = select(
        Card.key,
        Card.state,
        Card.step,
        Card.stability,
        Card.difficulty,
        Card.due,
        Card.last_review,
        Card.last_day,
        Card.first_review,
        Card.entries,
        Card.suspended_at,
    ).where(Card.learner_id == learner_id)
    return query if stix_ids is None else query.where(Card.stix_id.in_(stix_ids))


def first_of_day(learner_id: int, day: date) -> Select[str, int, dict[str, Any]]:
    """The cards rated on a study day, by their keys now: where in the log, and their memory before.

    Of each the first row of that day.
    """
    return (
        select(Card.key, Review.sequence, Review.before)
        .join(Review, Review.card_id == Card.id)
        .where(
            Review.learner_id == learner_id,
            Review.day == day,
            Review.first_that_day.is_(True),
            *STANDING,
        )
    )


def met_since(learner_id: int, since: datetime) -> Select[str]:
    """The keys of the cards met for the first time since a moment."""
    return select(Card.key).where(Card.learner_id == learner_id, Card.first_review >= since)


def latest_ratings(
    learner_id: int, before: datetime, limit: int
) -> Select[str, int, int, datetime, date]:
    """How the latest cards before a moment were rated: state, rating, time taken, moment, day."""
    return (
        select(
            Review.state_before, Review.rating, Review.duration_ms, Review.reviewed_at, Review.day
        )
        .where(
            Review.learner_id == learner_id,
            Review.reviewed_at < before,
            Review.source == "card",
            *STANDING,
        )
        .order_by(Review.reviewed_at.desc(), Review.id.desc())
        .limit(limit)
    )


def breaks_between(learner_id: int, first: date, last: date) -> Select[date, date]:
    """The first and last days of the breaks that touch some days."""
    return select(Break.first_day, Break.last_day).where(
        Break.learner_id == learner_id, Break.last_day >= first, Break.first_day <= last
    )


def memories_at(learner_id: int, at: datetime) -> Select[str, dict[str, Any]]:
    """The memory, as it was at a moment, of the cards rated since: each card's first row counts."""
    return (
        select(Card.key, Review.before)
        .join(Review, Review.card_id == Card.id)
        .where(Review.learner_id == learner_id, Review.reviewed_at > at, *STANDING)
        .order_by(Review.card_id, Review.sequence)
    )
