"""Fifty tabs send the same at once, again and again: one row, one grade, the same reply.

QUIZ_ROUNDS says how many rounds of each; the whole is QUIZ_ROUNDS=100.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import URL, Engine, create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from quiz.content.catalogue import Catalogue
from quiz.db.base import WRITES, configure_engine
from quiz.db.models import Attempt, AttemptQuestion, Learner, Review
from quiz.learning.grading import grade
from quiz.learning.setup import Mode, Setup
from quiz.questions.base import Question
from quiz.services import starting, taking
from tests import factories
from tests.answering import right_answer, wrong_answer
from tests.conftest import Sessions
from tests.factories import NOON

THREADS = 50
ROUNDS = int(os.environ.get("QUIZ_ROUNDS", "10"))

T = TypeVar("T")
Together = Callable[[Callable[[Session, Learner], T]], list[T]]


@pytest.fixture
def crowd(engine: Engine) -> Iterator[Sessions]:
    """Sessions for as many threads as there are, each with a connection of its own."""
    url: URL = engine.url
    own = create_engine(url, pool_size=THREADS, max_overflow=0)
    configure_engine(own)
    yield sessionmaker(own.execution_options(**WRITES), expire_on_commit=False)
    own.dispose()


@pytest.fixture
def learner(crowd: Sessions) -> Learner:
    with crowd() as session:
        found = factories.learner(session, quiz_counts=True)
        session.commit()
    return found


@pytest.fixture
def together(crowd: Sessions, learner: Learner) -> Iterator[Together[T]]:
    """Do something in every thread at the same moment, each in its own transaction."""
    barrier = Barrier(THREADS, timeout=60)
    with ThreadPoolExecutor(THREADS) as pool:

        def in_each(work: Callable[[Session, Learner], T]) -> list[T]:
            def once(_: int) -> T:
                with crowd() as session:
                    own = session.merge(learner, load=False)
                    barrier.wait()
                    found = work(session, own)
                    session.commit()
                    return found

            return list(pool.map(once, range(THREADS)))

        yield in_each


def begin(crowd: Sessions, learner: Learner, catalogue: Catalogue, mode: Mode, length: int) -> int:
    with crowd() as session:
        attempt = starting.start(
            session,
            session.merge(learner),
            catalogue,
            setup=Setup(length=length, mode=mode),
            seed=7,
            token=f"{mode} {length}",
            now=NOON,
        )
        session.commit()
        return attempt.id


def rows_of(crowd: Sessions, attempt_id: int) -> list[AttemptQuestion]:
    with crowd() as session:
        query = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt_id)
        return list(session.scalars(query.order_by(AttemptQuestion.position)))


def is_one_reply(replies: Sequence[taking.Answered]) -> bool:
    """Whether all say the same, but for the one that was recorded."""
    said = {replace(reply, recorded=False, review_id=None) for reply in replies}
    return len(said) == 1 and sum(reply.recorded for reply in replies) == 1


@pytest.mark.parametrize("mode", [Mode.PRACTICE, Mode.EXAM])
def test_the_same_answer_sent_by_fifty_at_once_is_one(
    crowd: Sessions,
    learner: Learner,
    catalogue: Catalogue,
    together: Together[taking.Answered],
    mode: Mode,
) -> None:
    attempt_id = begin(crowd, learner, catalogue, mode, ROUNDS)
    rows = rows_of(crowd, attempt_id)
    while len(rows) < ROUNDS:  # the invented techniques make fewer questions than that
        attempt_id = begin(crowd, learner, catalogue, mode, 1000 + len(rows))
        rows += rows_of(crowd, attempt_id)
    for number, row in enumerate(rows[:ROUNDS]):
        question = Question.from_dict(row.question)
        chosen = (right_answer if number % 2 else wrong_answer)(question)

        def send(session: Session, own: Learner) -> taking.Answered:
            return taking.answer(
                session,
                own,
                row.attempt_id,  # noqa: B023 - called before the next round
                row.position,  # noqa: B023
                chosen,  # noqa: B023
                duration_ms=1000,
                now=NOON,
                catalogue=catalogue,
            )

        assert is_one_reply(together(send)), number
        (kept,) = [r for r in rows_of(crowd, row.attempt_id) if r.position == row.position]
        assert (kept.version, kept.chosen) == (1, chosen)
        assert kept.score == (grade(question, chosen).score if mode is Mode.PRACTICE else None)
    with crowd() as session:
        keys = session.scalars(select(Review.card_key)).all()
        assert len(keys) == len(set(keys))


def test_the_same_start_and_the_same_end_sent_by_fifty_at_once_are_one(
    crowd: Sessions, learner: Learner, catalogue: Catalogue, together: Together[int]
) -> None:
    for number in range(ROUNDS):

        def start(session: Session, own: Learner) -> int:
            return starting.start(
                session,
                own,
                catalogue,
                setup=Setup(length=2, mode=Mode.EXAM),
                seed=number,  # noqa: B023 - called before the next round
                token=f"round {number}",  # noqa: B023
                now=NOON,
            ).id

        (attempt_id,) = set(together(start))
        for row in rows_of(crowd, attempt_id)[:1]:
            with crowd() as session:
                chosen = right_answer(Question.from_dict(row.question))
                own = session.merge(learner)
                taking.answer(session, own, attempt_id, 1, chosen, duration_ms=0, now=NOON)
                session.commit()

        def finish(session: Session, own: Learner) -> int:
            taking.finish(session, own, attempt_id, now=NOON, catalogue=catalogue)  # noqa: B023
            return 0

        together(finish)
        assert [row.score for row in rows_of(crowd, attempt_id)] == [1.0, None]
    with crowd() as session:
        assert session.scalars(select(func.count()).select_from(Attempt)).one() == ROUNDS
        keys = session.scalars(select(Review.card_key)).all()
        assert len(keys) == len(set(keys))
