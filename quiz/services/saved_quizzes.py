"""Quizzes under a name: how they are set up, to be started again and shared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.db import quiz_queries
from quiz.db.models import Learner, SavedQuiz
from quiz.learning.setup import Setup
from quiz.services import learners
from quiz.services.errors import Refused

LONGEST_NAME = 100


class NoSuchQuiz(Refused):
    """The learner has no quiz of that number."""


class NameTaken(Refused):
    """Another quiz has that name, or it is no name."""


def every(session: Session, learner: Learner) -> list[SavedQuiz]:
    """List a learner's quizzes by name."""
    return list(session.scalars(quiz_queries.saved_quizzes(learner.id)))


def find(session: Session, learner: Learner, quiz_id: int) -> SavedQuiz:
    """Find one of a learner's quizzes. Raises NoSuchQuiz."""
    found = session.scalars(quiz_queries.saved_quiz(learner.id, quiz_id)).one_or_none()
    if found is None:
        raise NoSuchQuiz("There is no such quiz.")
    return found


def save(
    session: Session, learner: Learner, *, name: str, setup: Setup, now: datetime
) -> SavedQuiz:
    """Keep a setup under a name. The same under the same name is kept once. Raises NameTaken."""
    learners.lock(session, learner)
    wanted = _name(name)
    other = session.scalars(quiz_queries.saved_quiz_named(learner.id, wanted)).one_or_none()
    if other is not None:
        if other.setup == setup.query:
            return other
        raise NameTaken(f"You have a quiz named “{wanted}” already. Choose another name.")
    quiz = SavedQuiz(learner_id=learner.id, name=wanted, setup=setup.query, created_at=now)
    session.add(quiz)
    session.flush()
    return quiz


def rename(session: Session, learner: Learner, quiz_id: int, name: str) -> SavedQuiz:
    """Give a quiz another name. Raises NoSuchQuiz, and NameTaken."""
    learners.lock(session, learner)
    quiz, wanted = find(session, learner, quiz_id), _name(name)
    other = session.scalars(quiz_queries.saved_quiz_named(learner.id, wanted)).one_or_none()
    if other is not None and other is not quiz:
        raise NameTaken(f"You have a quiz named “{wanted}” already. Choose another name.")
    quiz.name = wanted
    session.flush()
    return quiz


def delete(session: Session, learner: Learner, quiz_id: int) -> None:
    """Delete a quiz; attempts at it stay. Raises NoSuchQuiz."""
    learners.lock(session, learner)
    session.delete(find(session, learner, quiz_id))
    session.flush()


def _name(text: str) -> str:
    name = " ".join(text.split())[:LONGEST_NAME].rstrip()
    if not name:
        raise NameTaken("Give the quiz a name.")
    return name
