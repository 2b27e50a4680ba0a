"""Queries about answers by what they say: which technique was taken for which."""

from datetime import datetime

from sqlalchemy import Select, Subquery, func, literal, select, union_all

from quiz.db.models import AttemptQuestion, Card, Review


def _mistakes(learner_id: int, stix_id: str | None = None) -> Subquery:
    """Every time that a technique was taken for another, on cards and in quizzes; or one was.

    A quiz answer that counted as a review is one mistake, not two. One whose key has not been
    told yet is none: it is ``taken_for`` nothing until it is graded, as an exam's answers are
    when it ends.
    """
    on_cards = (
        select(
            Card.stix_id,
            Review.taken_for.label("taken_for"),
            Review.reviewed_at.label("at"),
            literal(1).label("on_card"),
        )
        .join(Card, Card.id == Review.card_id)
        .where(
            Review.learner_id == learner_id,
            Review.taken_for.is_not(None),
            Review.undone_at.is_(None),
            Review.source == "card",
        )
    )
    in_quizzes = select(
        AttemptQuestion.stix_id,
        AttemptQuestion.taken_for.label("taken_for"),
        AttemptQuestion.answered_at.label("at"),
        literal(0).label("on_card"),
    ).where(AttemptQuestion.learner_id == learner_id, AttemptQuestion.taken_for.is_not(None))
    if stix_id is not None:
        on_cards = on_cards.where(Card.learner_id == learner_id, Card.stix_id == stix_id)
        in_quizzes = in_quizzes.where(AttemptQuestion.stix_id == stix_id)
    return union_all(on_cards, in_quizzes).subquery()


def confusions(learner_id: int) -> Select[str, str | None, int, datetime | None, int]:
    """Technique, the one it was taken for, how often, when last, how often on cards; most first."""
    found = _mistakes(learner_id)
    times, last = func.count().label("times"), func.max(found.c.at)
    return (
        select(found.c.stix_id, found.c.taken_for, times, last, func.sum(found.c.on_card))
        .group_by(found.c.stix_id, found.c.taken_for)
        .order_by(times.desc(), last.desc(), found.c.stix_id, found.c.taken_for)
    )


def taken_for(learner_id: int, stix_id: str) -> Select[str, int]:
    """Which techniques one was taken for, and how often; most first."""
    found, times = _mistakes(learner_id, stix_id), func.count()
    return (
        select(found.c.taken_for, times)
        .group_by(found.c.taken_for)
        .order_by(times.desc(), found.c.taken_for)
    )


def times_taken(learner_id: int, stix_id: str, other: str) -> Select[int]:
    """How often a technique was taken for a certain other."""
    found = _mistakes(learner_id, stix_id)
    return select(func.count()).where(found.c.taken_for == other)
