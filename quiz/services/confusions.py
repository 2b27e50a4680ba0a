"""Which techniques a learner takes for one another, on cards and in quizzes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import answer_queries
from quiz.db.models import Learner


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A technique and the one that it was taken for, how often, and when last."""

    technique: Technique
    taken_for: Technique
    times: int
    last: datetime


def pairs(session: Session, learner: Learner, catalogue: Catalogue) -> list[Confusion]:
    """List what a learner takes for what, most often first.

    Techniques that are not taught any more are left out.
    """
    found = session.execute(answer_queries.confusions(learner.id))
    live = catalogue.by_stix_id
    return [
        Confusion(technique=live[stix_id], taken_for=live[other], times=times, last=last)
        for stix_id, other, times, last in found
        if stix_id in live and other and other in live and last
    ]
