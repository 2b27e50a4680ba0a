"""Queries about answers by what they say: which technique was taken for which."""

from datetime import datetime

from sqlalchemy import Select, func, select, union_all

from quiz.db.models import AttemptQuestion, Card, Review


def confusions(learner_id: int) -> Select[str, str | None, int, datetime | None]:
    """Technique, the one it was taken for, how often, and when last; most often first.

    Over study and quizzes. A quiz answer that counted as a review is one mistake, not two.
    """
    both = union_all(
        select(Card.stix_id, Review.taken_for.label("taken_for"), Review.reviewed_at.label("at"))
        .join(Card, Card.id == Review.card_id)
        .where(
            Review.learner_id == learner_id,
            Review.taken_for.is_not(None),
            Review.undone_at.is_(None),
            Review.source == "card",
        ),
        select(
            AttemptQuestion.stix_id,
            AttemptQuestion.taken_for.label("taken_for"),
            AttemptQuestion.answered_at.label("at"),
        ).where(AttemptQuestion.learner_id == learner_id, AttemptQuestion.taken_for.is_not(None)),
    ).subquery()
    times, last = func.count().label("times"), func.max(both.c.at)
    return (
        select(both.c.stix_id, both.c.taken_for, times, last)
        .group_by(both.c.stix_id, both.c.taken_for)
        .order_by(times.desc(), last.desc(), both.c.stix_id, both.c.taken_for)
    )


def times_taken(learner_id: int, stix_id: str, taken_for: str) -> Select[int]:
    """How often a technique was taken for another, over study and quizzes."""
    found = confusions(learner_id).subquery()
    return select(func.coalesce(func.sum(found.c.times), 0)).where(
        found.c.stix_id == stix_id, found.c.taken_for == taken_for
    )
