"""Queries about weights fitted to a learner's own reviews."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, func, select

from quiz.db.models import Card, Fit, Review
from quiz.db.queries import STANDING


def cards_with_log(learner_id: int) -> Select[int]:
    """The cards that have a log."""
    return select(Card.id).where(Card.learner_id == learner_id, Card.entries > 0).order_by(Card.id)


def last_entry(learner_id: int) -> Select[int]:
    """The row that was written last in the log."""
    return (
        select(Review.id).where(Review.learner_id == learner_id).order_by(Review.id.desc()).limit(1)
    )


def log_to_fit(card_ids: Collection[int], last: int) -> Select[int, int, datetime, date]:
    """What weights are fitted to, of some cards: the rows that stand, each card's oldest first.

    Rows written after the ``last`` one are left out.
    """
    return (
        select(Review.card_id, Review.rating, Review.reviewed_at, Review.day)
        .where(Review.card_id.in_(card_ids), Review.undone_at.is_(None), Review.id <= last)
        .order_by(Review.card_id, Review.sequence)
    )


def reviews_until(learner_id: int, until: datetime) -> Select[int]:
    """How many reviews up to a moment stand."""
    return select(func.count()).where(
        Review.learner_id == learner_id, Review.reviewed_at <= until, *STANDING
    )


def fits(learner_id: int) -> Select[Fit]:
    """What came of fitting, the latest first."""
    return (
        select(Fit)
        .where(Fit.learner_id == learner_id)
        .order_by(Fit.created_at.desc(), Fit.id.desc())
    )


def fit(learner_id: int, fit_id: int) -> Select[Fit]:
    """One fit."""
    return select(Fit).where(Fit.learner_id == learner_id, Fit.id == fit_id)


def waiting_fit(learner_id: int) -> Select[Fit]:
    """The fit that the learner has not decided on, if there is one."""
    return fits(learner_id).where(Fit.decided_at.is_(None)).limit(1)
