"""Queries about attempts at quizzes and their questions, and about quizzes under a name."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import (
    Delete,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from quiz.db.models import Attempt, AttemptQuestion, SavedQuiz


def attempt(learner_id: int, attempt_id: int) -> Select[Attempt]:
    """One attempt."""
    return select(Attempt).where(Attempt.learner_id == learner_id, Attempt.id == attempt_id)


def attempt_by_token(learner_id: int, token: str) -> Select[Attempt]:
    """The attempt that a form's token has started."""
    return select(Attempt).where(Attempt.learner_id == learner_id, Attempt.token == token)


def attempt_question(learner_id: int, attempt_id: int, position: int) -> Select[AttemptQuestion]:
    """One question of an attempt, by its position from 1."""
    return attempt_questions(learner_id, attempt_id).where(AttemptQuestion.position == position)


@cache  # on the way of every answer: making a statement takes as long as running it
def place_in_attempt() -> Select[Attempt, AttemptQuestion, bool]:
    """An attempt, one question of it, and whether all others have an answer.

    Its parameters are ``learner_id``, ``attempt_id`` and ``position``.
    """
    other = aliased(AttemptQuestion)
    open_others = select(other.id).where(
        other.attempt_id == Attempt.id,
        other.id != AttemptQuestion.id,
        other.answered_at.is_(None),
    )
    return (
        select(Attempt, AttemptQuestion, ~open_others.exists())
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .where(
            Attempt.id == bindparam("attempt_id"),
            Attempt.learner_id == bindparam("learner_id"),
            AttemptQuestion.position == bindparam("position"),
        )
    )


def attempt_questions(learner_id: int, attempt_id: int) -> Select[AttemptQuestion]:
    """An attempt's questions in order."""
    return (
        select(AttemptQuestion)
        .where(AttemptQuestion.learner_id == learner_id, AttemptQuestion.attempt_id == attempt_id)
        .order_by(AttemptQuestion.position)
    )


@cache
def update_question() -> Update:
    """Write to one question of an attempt: parameters are ``row_id``, and columns with values."""
    table = cast(Table, AttemptQuestion.__table__)
    return update(table).where(table.c.id == bindparam("row_id"))


def attempt_places(attempt_id: int) -> Select[float | None, datetime | None, bool]:
    """Score if graded, moment if answered, and flag of each of an attempt's questions, in order."""
    return (
        select(AttemptQuestion.score, AttemptQuestion.answered_at, AttemptQuestion.flagged)
        .where(AttemptQuestion.attempt_id == attempt_id)
        .order_by(AttemptQuestion.position)
    )


def ungraded(learner_id: int, attempt_id: int) -> Select[AttemptQuestion]:
    """The questions of an attempt that are answered and not graded yet, in order."""
    return attempt_questions(learner_id, attempt_id).where(
        AttemptQuestion.answered_at.is_not(None), AttemptQuestion.score.is_(None)
    )


def open_attempts(learner_id: int) -> Select[int]:
    """The attempts that are not finished, by id."""
    return select(Attempt.id).where(Attempt.learner_id == learner_id, Attempt.finished_at.is_(None))


def open_questions(learner_id: int) -> Select[int]:
    """The questions of attempts that are not finished, by id."""
    return select(AttemptQuestion.id).where(
        AttemptQuestion.attempt_id.in_(open_attempts(learner_id))
    )


def untold(learner_id: int) -> Select[str]:
    """The card keys of the questions of a learner's open attempts whose keys are not told yet."""
    return select(AttemptQuestion.card_key).where(
        AttemptQuestion.attempt_id.in_(open_attempts(learner_id)), AttemptQuestion.score.is_(None)
    )


def delete_unanswered(attempt_id: int) -> Delete:
    """Delete an attempt's questions that have no answer."""
    return delete(AttemptQuestion).where(
        AttemptQuestion.attempt_id == attempt_id, AttemptQuestion.answered_at.is_(None)
    )


def open_with_seed(learner_id: int, seed: int) -> Select[int]:
    """The attempts that are not finished and were made by a seed."""
    return open_attempts(learner_id).where(Attempt.seed == seed)


def overdue(learner_id: int, before: datetime) -> Select[int]:
    """The attempts that nobody has finished and whose time was up before a moment."""
    return open_attempts(learner_id).where(Attempt.ends_at < before).order_by(Attempt.id)


def earlier(
    learner_id: int, scopes: Collection[str], before: datetime, before_id: int
) -> Select[int, int, datetime | None, float | None, int]:
    """Attempts of the same setup that were finished before one, by its end and its id.

    Those of which nothing was answered are left out. Latest first: id, seed, end, score, questions.
    """
    finished_at = Attempt.finished_at
    return (
        select(
            Attempt.id,
            Attempt.seed,
            finished_at,
            func.sum(AttemptQuestion.score),
            func.count(),
        )
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .where(
            Attempt.learner_id == learner_id,
            Attempt.scope.in_(scopes),
            or_(finished_at < before, and_(finished_at == before, Attempt.id < before_id)),
        )
        .group_by(Attempt.id)
        .having(func.count(AttemptQuestion.score) > 0)
        .order_by(finished_at.desc(), Attempt.id.desc())
    )


def scores_by_card(attempt_ids: Collection[int]) -> Select[int, str, float | None]:
    """The scores of attempts, question by question: attempt, card key, score if answered."""
    return (
        select(AttemptQuestion.attempt_id, AttemptQuestion.card_key, AttemptQuestion.score)
        .where(AttemptQuestion.attempt_id.in_(attempt_ids))
        .order_by(AttemptQuestion.attempt_id, AttemptQuestion.position)
    )


def attempt_totals(
    learner_id: int, *, finished: bool
) -> Select[Attempt, int, int, int | None, float | None]:
    """Attempts, latest first, with their number of questions and answers, next one, and score."""
    answered = AttemptQuestion.answered_at
    next_position = func.min(case((answered.is_(None), AttemptQuestion.position)))
    return (
        select(
            Attempt,
            func.count(),
            func.count(answered),
            next_position,
            func.sum(AttemptQuestion.score),
        )
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .where(
            Attempt.learner_id == learner_id,
            Attempt.finished_at.is_not(None) if finished else Attempt.finished_at.is_(None),
        )
        .group_by(Attempt.id)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    )


def saved_quizzes(learner_id: int) -> Select[SavedQuiz]:
    """A learner's quizzes under a name, by name."""
    return (
        select(SavedQuiz)
        .where(SavedQuiz.learner_id == learner_id)
        .order_by(func.lower(SavedQuiz.name), SavedQuiz.id)
    )


def saved_quiz(learner_id: int, quiz_id: int) -> Select[SavedQuiz]:
    """One of them."""
    return select(SavedQuiz).where(SavedQuiz.learner_id == learner_id, SavedQuiz.id == quiz_id)


def saved_quiz_named(learner_id: int, name: str) -> Select[SavedQuiz]:
    """The one of a name."""
    return select(SavedQuiz).where(SavedQuiz.learner_id == learner_id, SavedQuiz.name == name)
