"""Quiz answers that count as reviews of their cards, for learners who want that."""

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import queries
from quiz.db.models import AttemptQuestion, Learner, Review
from quiz.questions.base import Grade
from quiz.services import answering, learners, log, study
from quiz.services.deck import Flashcards


def count(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    answered: AttemptQuestion,
    grade: Grade,
    *,
    now: datetime,
) -> Review | None:
    """Log a quiz answer as a review of its card: right is Good, wrong is Again.

    None where there is no such flashcard, where it is suspended, and where it was
    reviewed on this study day already.
    """
    card = catalogue.once(Flashcards).cards.get(answered.card_key)
    if card is None:
        return None
    learners.lock(session, learner)  # for what was set of the learner meanwhile
    query = queries.card(learner.id, card.key)
    row = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if row is None:
        row = study.new_row(session, learner, card)
        session.flush()
    today = learners.study_day(learner, now)
    seen_today = row.last_review and learners.study_day(learner, row.last_review) == today
    if row.suspended_at or seen_today:
        return None
    return log.append(
        session,
        learner,
        row,
        answering.inferred(grade),
        duration_ms=answered.duration_ms or 0,
        now=now,
        source="quiz",
        answer=log.Answer(chosen=tuple(answered.chosen or ()), taken_for=answered.taken_for),
    )
