"""Cards that are answered, not turned: the rating is inferred from the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import answer_queries, queries
from quiz.db.models import Card, Learner, Review
from quiz.learning import grading
from quiz.learning.confusion import taken_for
from quiz.learning.scheduling import AGAIN, GOOD, RATINGS
from quiz.questions.base import AnswerKind, Grade, Question
from quiz.services import learners, log, study, tags, undo
from quiz.services.errors import Refused
from quiz.services.study import ChangedAnswer, Rated
from quiz.services.tags import Tags


class NotAnswered(Refused):
    """There is no answer at that place of a card's log."""


class NotThatRating(Refused):
    """An answer cannot be given that rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer to a card as it was asked, and what it came to.

    ``could_be`` are the ratings that the learner may still give instead: Hard or Easy for
    what was right, Good for a slip of the pen, none once the card was rated again. Where a
    technique was taken for another, ``confused_with`` is that, and ``times`` how often it
    was, on cards and in quizzes. ``tags`` are the card's, its note among them; ``changed``
    is set where the answer had become another one before it was given.
    """

    key: str
    sequence: int
    question: Question
    chosen: tuple[str, ...]
    grade: Grade | None
    rated: Rated
    could_be: tuple[int, ...]
    confused_with: Technique | None
    times: int
    tags: Tags
    changed: ChangedAnswer | None

    @property
    def known(self) -> bool:
        """Whether something was answered at all: the learner may have said not to know."""
        return any(self.chosen)


def inferred(grade: Grade) -> int:
    """Infer a rating: wrong, or only partly right, is Again, right is Good."""
    return GOOD if grade.correct else AGAIN


def answer(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    key: str,
    chosen: Collection[str],
    *,
    sequence: int,
    duration_ms: int,
    now: datetime,
) -> Rated:
    """Grade an answer, given as grading has it, and rate the card by it, once.

    An empty answer says that the learner does not know. Raises what ``study.rate`` and
    ``study.question_at`` raise, and IncompleteAnswer and UnknownOption as grading does.
    """
    learners.lock(session, learner)
    question = study.question_at(session, learner, catalogue, key, sequence)
    given = grading.tidy(question, chosen) if chosen else []
    grade = grading.grade(question, given) if chosen else None
    kept = study.as_typed(given) if question.answer_kind is AnswerKind.TEXT else tuple(given)
    return study.rate(
        session,
        learner,
        catalogue,
        key,
        inferred(grade) if grade else AGAIN,
        sequence=sequence,
        duration_ms=duration_ms,
        now=now,
        answer=log.Answer(
            chosen=kept, taken_for=taken_for(question, given, catalogue) if given else None
        ),
    )


def result(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    key: str,
    sequence: int,
    *,
    now: datetime,
) -> Answered:
    """Show an answer again, as it was given. Raises NotAnswered, and UnknownCard."""
    row, review = _answered(session, learner, key, sequence)
    question = study.question_at(session, learner, catalogue, key, sequence)
    chosen = tuple(review.chosen or ())
    grade = _grade(question, chosen)
    stands = sequence == row.entries and review.undone_at is None
    mistaken = review.taken_for and catalogue.by_stix_id.get(review.taken_for)
    times = (
        session.scalars(
            answer_queries.times_taken(learner.id, row.stix_id, review.taken_for or "")
        ).one()
        if mistaken
        else 0
    )
    return Answered(
        key=key,
        sequence=sequence,
        question=question,
        chosen=chosen,
        grade=grade,
        rated=study.rated(review, recorded=False),
        could_be=_could_be(grade, review.rating) if stands else (),
        confused_with=mistaken or None,
        times=times,
        tags=tags.of(row, now),
        changed=_changed(review),
    )


def change(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    key: str,
    rating: int,
    *,
    sequence: int,
    now: datetime,
) -> int:
    """Give an answer another rating that it can have; returns its new place in the log.

    The first rating is undone, and the row of the log with it. To ask for the rating that
    stands changes nothing. Raises NotAnswered and NotThatRating.
    """
    learners.lock(session, learner)
    row, review = _answered(session, learner, key, sequence)
    question = study.question_at(session, learner, catalogue, key, sequence)
    chosen = tuple(review.chosen or ())
    if rating == review.rating and review.undone_at is None:
        return sequence
    stands = sequence == row.entries and review.undone_at is None
    if not stands or rating not in _could_be(_grade(question, chosen), review.rating):
        raise NotThatRating("That answer cannot be rated so any more. Nothing was changed.")
    undo.undo(session, learner, review.id, now=now)
    again = log.append(
        session,
        learner,
        row,
        rating,
        duration_ms=review.duration_ms,
        now=now,
        answer=log.Answer(chosen=chosen, taken_for=review.taken_for),
    )
    return again.sequence


def _answered(session: Session, learner: Learner, key: str, sequence: int) -> tuple[Card, Review]:
    query = queries.card(learner.id, key)
    row = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    at = queries.review(row.id if row else 0, sequence)
    review = session.scalars(at, execution_options=queries.FRESH).one_or_none()
    if row is None or review is None or review.chosen is None:
        raise NotAnswered("That card was not answered there. Go on with the next one.")
    return row, review


def _grade(question: Question, chosen: tuple[str, ...]) -> Grade | None:
    """Grade an answer that is in the log; None where there is none, or it fits no more."""
    if not any(chosen):
        return None
    try:
        return grading.grade(question, chosen)
    except (grading.UnknownOption, grading.IncompleteAnswer):
        return None  # another release asks otherwise


def _changed(review: Review) -> ChangedAnswer | None:
    """What a release had made of the answer before it was given: the rating took the mark off."""
    off = review.taken_off or {}
    return study.changed_answer(off.get("changed_in"), off.get("old_answer"), off.get("new_answer"))


def _could_be(grade: Grade | None, rating: int) -> tuple[int, ...]:
    if grade is None:
        return ()
    if grade.correct:
        return tuple(r for r in RATINGS if r not in {AGAIN, rating})
    return tuple(r for r in (AGAIN, GOOD) if r != rating) if grade.near else ()
