"""Simulated learners' reviews in the log of a database."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quiz.db.models import Card, Learner, Review
from quiz.learning.parameters import STANDARD
from quiz.services import log
from tests.simulated import Row

History = Mapping[int, list[Row]]


def record(session: Session, learner: Learner, history: History) -> None:
    """Write a simulated learner's reviews into the log, and work the cards out from it."""
    for number, rows in history.items():
        card = Card(
            learner_id=learner.id,
            key=f"card-{number}/tactic",
            stix_id=f"card-{number}",
            kind="tactic",
            entries=len(rows),
        )
        session.add(card)
        session.flush()
        session.execute(
            insert(Review),
            [
                {
                    "learner_id": learner.id,
                    "card_id": card.id,
                    "card_key": card.key,
                    "sequence": place,
                    "seed": place - 1,
                    "rating": row.rating,
                    "reviewed_at": row.reviewed_at,
                    "time_zone": "UTC",
                    "duration_ms": 1000,
                    "before": {},
                    "after": {},
                    "algorithm": "FSRS-6",
                    "parameters_version": STANDARD.version,
                    "day": row.day,
                    "first_that_day": True,
                    "state_before": "review",
                }
                for place, row in enumerate(rows, start=1)
            ],
        )
    log.rebuild(session, learner)


def cut(history: History, reviews: int) -> History:
    """Take the first so many reviews of a history, in the order of time."""
    moments = sorted((row.reviewed_at, n) for n, rows in history.items() for row in rows)
    count = Counter(n for _, n in moments[:reviews])
    return {n: list(history[n][:times]) for n, times in sorted(count.items())}
