"""Taking a quiz: answers, flags and time, until it is handed in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from quiz.content.catalogue import Catalogue
from quiz.db import quiz_queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning import grading
from quiz.learning.confusion import taken_for
from quiz.questions.base import Grade, Question
from quiz.services import learners, quizzes, reviewing, starting
from quiz.services.errors import Refused
from quiz.services.quizzes import grade_of

LONGEST_DURATION_MS = 60 * 60 * 1000
MOST_EXTENDED = timedelta(hours=24)


class Confidence(StrEnum):
    """How sure a learner is of an answer."""

    SURE = "sure"
    FAIRLY = "fairly"
    GUESS = "guess"


class NoNearMiss(Refused):
    """A learner would decide about an answer that is not a near miss."""


class AttemptFinished(Refused):
    """An answer comes after the attempt was finished, when its result shows the keys."""


class AnsweredElsewhere(Refused):
    """The answer was changed since the page was made that would change it now."""


class NoTimeLimit(Refused):
    """There is no time limit to extend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an answer came to; the same for the same answer sent again.

    ``stands`` is false where another answer came first and stands. ``recorded`` tells whether
    it was this time that the answer was written down. ``grade`` is empty until it may be told.
    ``review_id`` is that of the review which it counts as, where it does.
    """

    recorded: bool
    stands: bool
    grade: Grade | None
    chosen: tuple[str, ...]
    version: int
    finished: bool
    review_id: int | None = None


def answer(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    chosen: Collection[str],
    *,
    duration_ms: int,
    now: datetime,
    catalogue: Catalogue | None = None,
    version: int = 0,
    confidence: Confidence | None = None,
) -> Answered:
    """Keep an answer, given as grading has it, and grade it where the key is told at once.

    Where it is, the first answer stands: a later one changes nothing, and the last one
    finishes the attempt, or brings more questions where there is no end. By a ``catalogue``,
    it is kept what technique was taken for another, and the answer counts as a review of
    its card where the learner wants that.

    Where the key is told at the end, an answer may be changed from the ``version`` that it
    has; a match may be saved with some of it missing.

    ``duration_ms`` is cut to an hour. Raises NotFound, TimeIsUp, AttemptFinished,
    AnsweredElsewhere, IncompleteAnswer, and UnknownOption for an id that the question does
    not have.
    """
    learners.take_turn(session, learner)
    place = quizzes.find(session, learner, attempt_id, position, now=now)
    found, row = place.attempt, place.row
    question = Question.from_dict(row.question)
    at_once = quizzes.setup_of(found).mode.behaviour.tells_each
    given = grading.tidy(question, chosen)
    if row.answered_at is not None and (at_once or given == row.chosen):
        if given == row.chosen and not at_once and found.finished_at is None:
            row.confidence = confidence or row.confidence
            session.flush()
        return _answered(found, row, question, recorded=False, stands=given == row.chosen)
    if found.finished_at is not None:
        raise AttemptFinished("This quiz was finished before that answer came.")
    if not at_once and version != row.version:
        raise AnsweredElsewhere(
            "This question was answered in another tab or on another device since this page"
            " was opened. That answer stands until you save another."
        )
    result = grading.grade(question, chosen, partial=not at_once)
    kept = {
        "chosen": given,
        "answered_at": now,
        "duration_ms": min(max(duration_ms, row.duration_ms or 0), LONGEST_DURATION_MS),
        "confidence": confidence,
        "version": row.version + 1,
    }
    review_id = None
    if at_once:
        review_id = _settle(
            session, learner, row, question, result, catalogue=catalogue, now=now, **kept
        )
    else:
        _write(session, row, **kept)
    if at_once and place.is_last:
        _go_on(session, learner, catalogue, found, now=now)
    answered = _answered(found, row, question, recorded=True, stands=True)
    return replace(answered, review_id=review_id)


def take_back(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    *,
    version: int,
    now: datetime,
) -> Answered:
    """Take an answer back that may still be changed, as if none had been given.

    Raises NotFound, TimeIsUp, AttemptFinished, and AnsweredElsewhere.
    """
    learners.lock(session, learner)
    place = quizzes.find(session, learner, attempt_id, position, now=now)
    found, row = place.attempt, place.row
    question = Question.from_dict(row.question)
    answered, finished = row.answered_at is not None, found.finished_at is not None
    behaviour = quizzes.setup_of(found).mode.behaviour
    if not behaviour.takes(answered=answered, finished=finished):
        raise AttemptFinished("That answer stands: its key has been told.")
    if answered and version != row.version:
        raise AnsweredElsewhere("This answer was changed since the page was opened. It stands.")
    if answered:
        row.chosen = row.answered_at = row.confidence = None
        row.version += 1
        session.flush()
    return _answered(found, row, question, recorded=answered, stands=True)


def flag(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    *,
    on: bool,
    now: datetime,
) -> None:
    """Flag a question to come back to it, or take the flag off.

    Raises NotFound, TimeIsUp, and AttemptFinished.
    """
    learners.lock(session, learner)
    place = quizzes.find(session, learner, attempt_id, position, now=now)
    if place.attempt.finished_at is not None:
        raise AttemptFinished("This quiz is finished: there is nothing to come back to.")
    place.row.flagged = on
    session.flush()


def decide(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    *,
    counts: bool,
    now: datetime,
) -> Grade:
    """Let the learner say whether a near miss counts as right; what was typed stays.

    It can be said again, and otherwise, at any time. Raises NotFound, TimeIsUp, and NoNearMiss
    where there is no such answer.
    """
    learners.lock(session, learner)
    row = quizzes.find(session, learner, attempt_id, position, now=now).row
    result = grade_of(row, Question.from_dict(row.question))
    if result is None or not result.near:
        raise NoNearMiss("That answer is right or wrong as it stands. Nothing was changed.")
    row.score = 1.0 if counts else 0.0
    session.flush()
    return replace(result, score=row.score)


def extend(
    session: Session, learner: Learner, attempt_id: int, *, by: timedelta, now: datetime
) -> Attempt:
    """Give an attempt more time, counted from its end or from now, whichever is later.

    Raises NotFound, TimeIsUp, AttemptFinished, and NoTimeLimit.
    """
    learners.lock(session, learner)
    found = quizzes.attempt(session, learner, attempt_id, now=now)
    if found.finished_at is not None:
        raise AttemptFinished("This quiz is finished: more time would change nothing.")
    if found.ends_at is None:
        raise NoTimeLimit("This quiz has no time limit.")
    until = min(max(found.ends_at, now) + by, now + MOST_EXTENDED)
    found.extended_s += round((until - found.ends_at).total_seconds())
    found.ends_at = until
    session.flush()
    return found


def finish(
    session: Session,
    learner: Learner,
    attempt_id: int,
    *,
    now: datetime,
    catalogue: Catalogue | None = None,
) -> Attempt:
    """Finish an attempt and grade what is not yet; what is not answered stays so.

    Where the time was up before, that is when it was finished. Of an attempt without an end
    only what was answered stays. Finishing twice changes nothing. Raises NotFound.
    """
    learners.lock(session, learner)
    found = quizzes.attempt_at_any_time(session, learner, attempt_id)
    if found.finished_at is None:
        found.finished_at = min(now, found.ends_at or now)
        for row in session.scalars(quiz_queries.ungraded(learner.id, attempt_id)):
            question = Question.from_dict(row.question)
            result = grading.grade(question, row.chosen or (), partial=True)
            _settle(session, learner, row, question, result, catalogue=catalogue, now=now)
        session.flush()
        if quizzes.setup_of(found).is_endless:
            _drop_unanswered(session, attempt_id)
    return found


def settle(session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime) -> int:
    """Finish the attempts whose time is up; tells how many there were."""
    before = now - quizzes.ON_THE_WAY
    late = session.scalars(quiz_queries.overdue(learner.id, before)).all()
    for attempt_id in late:
        finish(session, learner, attempt_id, now=now, catalogue=catalogue)
    return len(late)


def _settle(
    session: Session,
    learner: Learner,
    row: AttemptQuestion,
    question: Question,
    result: Grade,
    *,
    catalogue: Catalogue | None,
    now: datetime,
    **kept: Any,
) -> int | None:
    """Write a grade down, with an answer that is ``kept`` now or was before.

    Gives the id of the review that the answer counts as.
    """
    values = {**kept, "score": result.score}
    if catalogue is not None:
        chosen = kept.get("chosen", row.chosen) or ()
        values["taken_for"] = taken_for(question, chosen, catalogue)
    _write(session, row, **values)
    if catalogue is None or not learner.quiz_counts or result.near:
        return None
    review = reviewing.count(session, learner, catalogue, row, result, now=now)
    return review.id if review else None


def _write(session: Session, row: AttemptQuestion, **values: Any) -> None:
    """Write to a row, which then has these values: a flush takes five times as long."""
    session.execute(quiz_queries.update_question(), {"row_id": row.id, **values})
    for name, value in values.items():
        set_committed_value(row, name, value)


def _go_on(
    session: Session,
    learner: Learner,
    catalogue: Catalogue | None,
    attempt: Attempt,
    *,
    now: datetime,
) -> None:
    """Bring more questions where there is no end and there are some; finish otherwise."""
    if catalogue is None or not starting.more(session, learner, catalogue, attempt):
        finish(session, learner, attempt.id, now=now, catalogue=catalogue)


def _drop_unanswered(session: Session, attempt_id: int) -> None:
    """Drop what was drawn ahead, where the learner stops when they like; unless that is all."""
    places = session.execute(quiz_queries.attempt_places(attempt_id))
    if any(answered_at is not None for _, answered_at, _ in places):
        session.execute(quiz_queries.delete_unanswered(attempt_id))


def _answered(
    attempt: Attempt, row: AttemptQuestion, question: Question, *, recorded: bool, stands: bool
) -> Answered:
    return Answered(
        recorded=recorded,
        stands=stands,
        grade=grade_of(row, question),
        chosen=tuple(row.chosen or ()),
        version=row.version,
        finished=attempt.finished_at is not None,
    )
