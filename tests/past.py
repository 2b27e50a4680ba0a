"""A learner's past, written down without the services that would have written it."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from quiz.db.models import Card, Learner, Review
from tests.factories import NOON, stix_id

DAY = timedelta(days=1)
TODAY = NOON.date()


class Past:
    """Writes a log of its own making, without the services that would."""

    def __init__(self, session: Session, learner: Learner) -> None:
        self.session, self.learner = session, learner

    def card(self, attack_id: str = "T9001", kind: str = "tactic", **given: Any) -> Card:
        """Meet a card that is due in ten days, and as stable."""
        values: dict[str, Any] = {
            "learner_id": self.learner.id,
            "key": f"{stix_id(attack_id)}/{kind}",
            "stix_id": stix_id(attack_id),
            "kind": kind,
            "state": "review",
            "stability": 10.0,
            "difficulty": 5.0,
            "due": NOON + 10 * DAY,
            "last_review": NOON,
            "first_review": NOON,
            "reviews": 1,
            "entries": 0,
        }
        card = Card(**{**values, **given})
        self.session.add(card)
        self.session.flush()
        return card

    def rate(self, card: Card, rating: int, day: date, **given: Any) -> Review:
        """Log a rating of a card in review, mature, the first of a day, predicted at 90%."""
        card.entries += 1
        values: dict[str, Any] = {
            "learner_id": self.learner.id,
            "card_id": card.id,
            "card_key": card.key,
            "sequence": card.entries,
            "seed": 0,
            "rating": rating,
            "reviewed_at": datetime.combine(day, NOON.timetz()),
            "time_zone": "UTC",
            "duration_ms": 5000,
            "before": {},
            "after": {},
            "algorithm": "",
            "parameters_version": "",
            "day": day,
            "first_that_day": True,
            "state_before": "review",
            "interval_before": 21.0,
            "predicted": 0.9,
        }
        review = Review(**{**values, **given})
        self.session.add(review)
        self.session.flush()
        return review
