"""Quizzes under a name, on both databases."""

import pytest
from sqlalchemy.orm import Session

from quiz.db.models import Learner
from quiz.learning.setup import Mode, Setup
from quiz.questions.scope import Scope
from quiz.services import saved_quizzes
from quiz.services.saved_quizzes import LONGEST_NAME, NameTaken, NoSuchQuiz
from tests import factories
from tests.factories import NOON

EXAM = Setup(mode=Mode.EXAM, scope=Scope(tactics=("arrival",)), minutes=30, seed=4)


def save(session: Session, learner: Learner, name: str, setup: Setup = EXAM) -> int:
    return saved_quizzes.save(session, learner, name=name, setup=setup, now=NOON).id


def test_a_quiz_is_kept_as_it_was_set_up(session: Session, learner: Learner) -> None:
    found = saved_quizzes.find(session, learner, save(session, learner, "  Final \n exam "))
    assert (found.name, Setup.from_query(found.setup)) == ("Final exam", EXAM)


def test_quizzes_are_listed_by_name(session: Session, learner: Learner) -> None:
    for name in ("second", "First", "third"):
        save(session, learner, name)
    assert [q.name for q in saved_quizzes.every(session, learner)] == ["First", "second", "third"]


def test_the_same_under_the_same_name_is_kept_once(session: Session, learner: Learner) -> None:
    assert save(session, learner, "Exam") == save(session, learner, "Exam")
    with pytest.raises(NameTaken, match="already"):
        save(session, learner, "Exam", Setup())


@pytest.mark.parametrize("name", ["", " \n "])
def test_a_quiz_has_a_name(session: Session, learner: Learner, name: str) -> None:
    with pytest.raises(NameTaken, match="Give the quiz a name"):
        save(session, learner, name)


def test_a_name_that_is_too_long_is_cut(session: Session, learner: Learner) -> None:
    quiz_id = save(session, learner, "x" * 300)
    assert saved_quizzes.find(session, learner, quiz_id).name == "x" * LONGEST_NAME


def test_a_quiz_is_renamed_unless_the_name_is_taken(session: Session, learner: Learner) -> None:
    quiz_id = save(session, learner, "One")
    save(session, learner, "Two")
    assert saved_quizzes.rename(session, learner, quiz_id, "Three").name == "Three"
    assert saved_quizzes.rename(session, learner, quiz_id, "Three").name == "Three"
    with pytest.raises(NameTaken):
        saved_quizzes.rename(session, learner, quiz_id, "Two")


def test_a_deleted_quiz_is_gone(session: Session, learner: Learner) -> None:
    quiz_id = save(session, learner, "One")
    saved_quizzes.delete(session, learner, quiz_id)
    with pytest.raises(NoSuchQuiz):
        saved_quizzes.find(session, learner, quiz_id)


def test_someone_elses_quiz_is_not_there(session: Session, learner: Learner) -> None:
    quiz_id, stranger = save(session, learner, "Mine"), factories.learner(session)
    assert save(session, stranger, "Mine", Setup()) != quiz_id
    with pytest.raises(NoSuchQuiz):
        saved_quizzes.rename(session, stranger, quiz_id, "Theirs")
    with pytest.raises(NoSuchQuiz):
        saved_quizzes.delete(session, stranger, quiz_id)
