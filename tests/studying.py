"""Rating cards in tests, as a page does it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, Learner, Review
from quiz.services import study
from tests import factories
from tests.factories import NOON


def rate(
    session: Session,
    learner: Learner,
    key: str,
    rating: int = 3,
    *,
    at: datetime = NOON,
    sequence: int | None = None,
    catalogue: Catalogue | None = None,
) -> study.Rated:
    """Rate a card, by default at its next place in the log."""
    catalogue = catalogue or factories.catalogue()
    served = study.card(session, learner, catalogue, key, now=at)
    assert served is not None, key
    return study.rate(
        session,
        learner,
        catalogue,
        key,
        rating,
        sequence=sequence or served.sequence,
        duration_ms=1500,
        now=at,
    )


def card_row(session: Session, learner: Learner, key: str) -> Card:
    """The row of a card that has one."""
    return session.scalars(select(Card).where(Card.learner_id == learner.id, Card.key == key)).one()


def log_of(session: Session, learner: Learner) -> list[Review]:
    """Every row of a learner's log, in the order written."""
    query = select(Review).where(Review.learner_id == learner.id).order_by(Review.id)
    return list(session.scalars(query))
