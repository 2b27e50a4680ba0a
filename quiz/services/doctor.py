"""What is wrong with the data, if anything: every card against the replay of its log."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quiz.db import queries
from quiz.db.models import Learner
from quiz.services import log
from quiz.services.log import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A learner whose cards were worked out from the log anew, and those that differed."""

    learner: Learner
    cards: int
    reviews: int
    differences: tuple[Difference, ...]


def examine(session: Session) -> Iterator[Examined]:
    """Replay everyone's log into their cards: commit to mend what differed, roll back to leave it.

    Raises KeyError where a review names scheduler parameters that are not there.
    """
    for learner in session.scalars(queries.learners()).all():
        differences = log.rebuild(session, learner)
        yield Examined(
            learner=learner,
            cards=session.scalars(queries.card_total(learner.id)).one(),
            reviews=session.scalars(queries.review_total(learner.id)).one(),
            differences=tuple(differences),
        )
