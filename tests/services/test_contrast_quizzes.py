"""Contrast drills as quizzes: started, gone on with, and refused where there is no pair."""

import pytest
from sqlalchemy.orm import Session

from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Mode, Setup
from quiz.questions.base import Question
from quiz.questions.pairs import read_pairs
from quiz.services import quizzes, starting, taking
from tests.answering import right_answer
from tests.catalogues import starter
from tests.factories import NOON

PAIR = "T1566.001~T1566.002"


def start(session: Session, learner: Learner, setup: Setup) -> Attempt:
    return starting.start(
        session, learner, starter(), setup=setup, seed=5, token=setup.query, now=NOON
    )


def questions(session: Session, attempt: Attempt) -> list[Question]:
    session.expire(attempt)
    return [Question.from_dict(row.question) for row in attempt.questions]


def answer_next(session: Session, learner: Learner, row: AttemptQuestion) -> taking.Answered:
    return taking.answer(
        session,
        learner,
        row.attempt_id,
        row.position,
        right_answer(Question.from_dict(row.question)),
        duration_ms=1,
        now=NOON,
        catalogue=starter(),
    )


def test_a_drill_of_a_pair_asks_about_each_beside_the_other(
    session: Session, learner: Learner
) -> None:
    attempt = start(session, learner, Setup(mode=Mode.CONTRAST, pairs=(PAIR,), length=6))
    (pair,) = read_pairs([PAIR], starter())
    asked = questions(session, attempt)
    assert len(asked) == 6
    for question in asked:
        assert question.stix_id in pair.ids
        assert pair.ids <= {option.stix_id for option in question.options}
    assert quizzes.setup_of(attempt).pairs == (PAIR,)


def test_a_newcomer_drills_what_looks_alike(session: Session, learner: Learner) -> None:
    assert len(questions(session, start(session, learner, Setup(mode=Mode.CONTRAST)))) == 10


def test_a_drill_goes_on_with_what_was_not_quoted_and_ends_by_itself(
    session: Session, learner: Learner
) -> None:
    setup = Setup(mode=Mode.CONTRAST, pairs=(PAIR,), length=None)
    attempt, position = start(session, learner, setup), 0
    while attempt.finished_at is None:
        session.expire(attempt)
        assert answer_next(session, learner, attempt.questions[position]).recorded
        position += 1
        assert position < 200
    asked = [(question.stem, question.excerpt) for question in questions(session, attempt)]
    assert position == len(asked) > starting.BATCH
    assert len(set(asked)) == len(asked)


def test_pairs_that_are_gone_are_refused_in_words(session: Session, learner: Learner) -> None:
    with pytest.raises(starting.NothingToAsk):
        start(session, learner, Setup(mode=Mode.CONTRAST, pairs=("T0000~T0001",)))
