"""Answers by which a learner has taken techniques for others, written down as they would be."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Learner
from tests.factories import NOON


def confuse(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    attack_id: str,
    other: str,
    *,
    times: int = 1,
    at: datetime = NOON,
) -> None:
    """Take a technique for another in quizzes."""
    technique, taken_for = catalogue.find(attack_id), catalogue.find(other)
    assert technique
    assert taken_for
    number = session.scalars(select(func.count()).select_from(Attempt)).one()
    attempt = Attempt(
        learner_id=learner.id,
        token=f"confused {number}",
        scope="",
        seed=1,
        collections="",
        started_at=at,
        finished_at=at,
    )
    session.add(attempt)
    session.flush()
    session.add_all(
        AttemptQuestion(
            learner_id=learner.id,
            attempt_id=attempt.id,
            position=position,
            card_key=f"{technique.stix_id}/description",
            stix_id=technique.stix_id,
            kind="description",
            question={},
            answered_at=at,
            chosen=["1"],
            score=0.0,
            taken_for=taken_for.stix_id,
        )
        for position in range(1, times + 1)
    )
    session.flush()
