"""Quizzes: frozen when they start, each answer once, nothing told before it."""

import json
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.grading import IncompleteAnswer, UnknownOption
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from quiz.questions.scope import Scope
from quiz.services import history, quizzes, results, starting, taking
from quiz.services.deck import Deck
from tests import factories
from tests.answering import graded, right_answer, wrong_answer
from tests.conftest import CountQueries, Sessions
from tests.factories import NOON, stix_id

MINUTE = timedelta(minutes=1)

Start = Callable[..., Attempt]


@pytest.fixture
def start(session: Session, learner: Learner, catalogue: Catalogue) -> Start:
    """Start a quiz, by default of four questions."""

    def start(
        scope: Scope | None = None, length: int = 4, seed: int = 7, token: str = "token"
    ) -> Attempt:
        return starting.start(
            session,
            learner,
            catalogue,
            setup=Setup(scope=scope or Scope(), length=length),
            seed=seed,
            token=token,
            now=NOON,
        )

    return start


def stored(session: Session, attempt: Attempt, position: int) -> Question:
    row = session.scalars(
        select(AttemptQuestion).where(
            AttemptQuestion.attempt_id == attempt.id, AttemptQuestion.position == position
        )
    ).one()
    return Question.from_dict(row.question)


def right(session: Session, attempt: Attempt, position: int) -> list[str]:
    return right_answer(stored(session, attempt, position))


def wrong(session: Session, attempt: Attempt, position: int) -> list[str]:
    return wrong_answer(stored(session, attempt, position))


def answer(
    session: Session, learner: Learner, attempt: Attempt, position: int, chosen: list[str]
) -> taking.Answered:
    return taking.answer(
        session, learner, attempt.id, position, chosen, duration_ms=2000, now=NOON + MINUTE
    )


# Starting


def test_a_quiz_freezes_its_questions_when_it_starts(
    session: Session, learner: Learner, catalogue: Catalogue, start: Start
) -> None:
    scope = Scope(tactics=("arrival",), kinds=("tactic", "description"))
    attempt = start(scope, length=5, seed=2**40)
    session.commit()
    session.expire_all()
    assert (attempt.scope, attempt.seed, attempt.collections) == (
        f"{scope.query}&length=5",
        2**40,
        "Invented 1",
    )
    assert (attempt.started_at, attempt.finished_at) == (NOON, None)
    assert [row.position for row in attempt.questions] == [1, 2, 3, 4, 5]
    deck = catalogue.once(Deck)
    for row in attempt.questions:
        assert Question.from_dict(row.question) == deck.ask(deck.cards[row.card_key], 2**40)
        assert row.card_key == f"{row.stix_id}/{row.kind}"
        assert row.learner_id == learner.id


def test_the_same_form_sent_twice_starts_one_quiz(session: Session, start: Start) -> None:
    first, second = start(token="a", seed=1), start(token="a", seed=2)
    assert first is second
    assert session.scalar(select(func.count()).select_from(AttemptQuestion)) == 4
    assert start(token="b") is not first


def test_the_same_form_sent_twice_at_once_starts_one_quiz(
    sessions: Sessions, catalogue: Catalogue
) -> None:
    with sessions() as session:
        learner = factories.learner(session)
        session.commit()
    barrier = Barrier(2, timeout=10)
    started: list[int] = []

    def send(seed: int) -> None:
        with sessions() as session:
            own = session.merge(learner)
            session.rollback()
            barrier.wait()
            attempt = starting.start(
                session,
                own,
                catalogue,
                setup=Setup(scope=Scope(), length=3),
                seed=seed,
                token="a",
                now=NOON,
            )
            session.commit()
            started.append(attempt.id)

    threads = [Thread(target=send, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with sessions() as session:
        assert started == [session.scalars(select(Attempt.id)).one()] * 2


def test_two_learners_may_send_the_same_token(
    session: Session, catalogue: Catalogue, start: Start
) -> None:
    mine = start(token="a")
    other = factories.learner(session)
    theirs = starting.start(
        session, other, catalogue, setup=Setup(scope=Scope(), length=1), seed=1, token="a", now=NOON
    )
    assert theirs.id != mine.id
    assert theirs.learner_id == other.id


def test_fewer_questions_than_asked_for_are_fine(
    session: Session, catalogue: Catalogue, start: Start
) -> None:
    scope = Scope(techniques=("T9001",))
    attempt = start(scope, length=50)
    assert len(attempt.questions) == quizzes.available(session, catalogue, scope) < 50


def test_a_scope_without_any_question_is_refused_in_words(session: Session, start: Start) -> None:
    with pytest.raises(starting.NothingToAsk, match="Choose more"):
        start(Scope(tactics=("no-such-tactic",)))
    assert session.scalars(select(Attempt)).all() == []


def test_techniques_not_asked_before_come_first(
    session: Session, learner: Learner, catalogue: Catalogue, start: Start
) -> None:
    first = start(length=10, token="a")
    for position in range(1, 11):
        answer(session, learner, first, position, right(session, first, position))
    second = start(length=10, token="b", seed=8)
    asked = {row.stix_id for row in first.questions}
    assert asked.isdisjoint(row.stix_id for row in second.questions)


# Answering


def test_nothing_of_the_key_is_told_before_the_answer(
    session: Session, learner: Learner, start: Start
) -> None:
    attempt = start(length=20)
    for position in range(1, 21):
        asked = quizzes.question(session, learner, attempt.id, position, now=NOON)
        whole = stored(session, attempt, position)
        sealed = json.dumps(asked.question.to_dict())
        assert not asked.question.correct_ids
        told = (asked.question.solution, asked.question.accepted, asked.question.lookalikes)
        assert not any(told)
        for shown, all_of_it in (
            (asked.question.options, whole.options),
            (asked.question.items, whole.items),
            (asked.question.targets, whole.targets),
        ):
            assert [(o.id, o.text) for o in shown] == [(o.id, o.text) for o in all_of_it]
            assert all(o.note not in sealed for o in all_of_it if o.note)
        assert (asked.question.stem, asked.question.excerpt) == (whole.stem, whole.excerpt)
        assert whole.stix_id not in sealed
        assert whole.explanation not in sealed
        assert (asked.answered, asked.grade, asked.chosen) == (False, None, ())


def test_an_answer_is_graded_kept_and_then_explained(
    session: Session, learner: Learner, start: Start
) -> None:
    attempt = start()
    chosen = right(session, attempt, 2)
    answered = answer(session, learner, attempt, 2, chosen)
    assert (answered.recorded, graded(answered).correct, answered.chosen) == (
        True,
        True,
        tuple(chosen),
    )
    assert not answered.finished
    session.commit()
    session.expire_all()
    row = attempt.questions[1]
    assert (row.score, row.chosen, row.answered_at, row.duration_ms) == (
        1.0,
        chosen,
        NOON + MINUTE,
        2000,
    )
    asked = quizzes.question(session, learner, attempt.id, 2, now=NOON)
    assert asked.question == stored(session, attempt, 2)
    assert (asked.answered, asked.grade, asked.chosen) == (True, answered.grade, tuple(chosen))
    assert (asked.answered_positions, asked.next_position, asked.total) == ((2,), 1, 4)


def test_the_first_answer_stands(session: Session, learner: Learner, start: Start) -> None:
    attempt = start()
    first = answer(session, learner, attempt, 1, wrong(session, attempt, 1))
    for chosen in (right(session, attempt, 1), [], ["no such option"]):
        second = answer(session, learner, attempt, 1, chosen)
        assert not second.recorded
        assert (second.grade, second.chosen) == (first.grade, first.chosen)


def test_answers_from_two_tabs_at_once_are_one_answer(
    sessions: Sessions, catalogue: Catalogue
) -> None:
    with sessions() as session:
        learner = factories.learner(session)
        attempt = starting.start(
            session,
            learner,
            catalogue,
            setup=Setup(scope=Scope(), length=2),
            seed=1,
            token="a",
            now=NOON,
        )
        choices = [right(session, attempt, 1), wrong(session, attempt, 1)]
        session.commit()
    barrier = Barrier(2, timeout=10)
    replies: list[taking.Answered] = []

    def send(chosen: list[str]) -> None:
        with sessions() as session:
            own = session.merge(learner)
            session.rollback()
            barrier.wait()
            replies.append(answer(session, own, attempt, 1, chosen))
            session.commit()

    threads = [Thread(target=send, args=(chosen,)) for chosen in choices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(reply.recorded for reply in replies) == [False, True]
    assert len({(graded(reply).score, reply.chosen) for reply in replies}) == 1


def test_the_last_two_answers_at_once_finish_the_quiz(
    sessions: Sessions, catalogue: Catalogue
) -> None:
    with sessions() as session:
        learner = factories.learner(session)
        attempt = starting.start(
            session,
            learner,
            catalogue,
            setup=Setup(scope=Scope(), length=2),
            seed=1,
            token="a",
            now=NOON,
        )
        session.commit()
    barrier = Barrier(2, timeout=10)

    def send(position: int) -> None:
        with sessions() as session:
            own = session.merge(learner)
            chosen = wrong(session, attempt, position)
            session.rollback()
            barrier.wait()
            answer(session, own, attempt, position, chosen)
            session.commit()

    threads = [Thread(target=send, args=(position,)) for position in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with sessions() as session:
        assert quizzes.attempt(session, learner, attempt.id, now=NOON).finished_at == NOON + MINUTE


def test_an_empty_answer_stores_nothing(session: Session, learner: Learner, start: Start) -> None:
    attempt = start()
    with pytest.raises(IncompleteAnswer, match="Choose an answer"):
        answer(session, learner, attempt, 1, [])
    assert not quizzes.question(session, learner, attempt.id, 1, now=NOON).answered


def test_an_option_that_was_not_offered_stores_nothing(
    session: Session, learner: Learner, start: Start
) -> None:
    attempt = start()
    with pytest.raises(UnknownOption):
        answer(session, learner, attempt, 1, ["9"])
    assert not quizzes.question(session, learner, attempt.id, 1, now=NOON).answered


def test_the_last_answer_finishes_the_quiz(
    session: Session, learner: Learner, start: Start
) -> None:
    attempt = start(length=2)
    assert not answer(session, learner, attempt, 2, right(session, attempt, 2)).finished
    assert attempt.finished_at is None
    assert answer(session, learner, attempt, 1, right(session, attempt, 1)).finished
    assert attempt.finished_at == NOON + MINUTE
    assert quizzes.question(session, learner, attempt.id, 1, now=NOON).next_position is None


def test_finishing_early_shows_the_keys_and_takes_no_more_answers(
    session: Session, learner: Learner, start: Start
) -> None:
    attempt = start()
    answer(session, learner, attempt, 1, right(session, attempt, 1))
    taking.finish(session, learner, attempt.id, now=NOON + 2 * MINUTE)
    taking.finish(session, learner, attempt.id, now=NOON + 3 * MINUTE)
    assert attempt.finished_at == NOON + 2 * MINUTE
    assert quizzes.question(session, learner, attempt.id, 2, now=NOON).question.correct_ids
    with pytest.raises(taking.AttemptFinished):
        answer(session, learner, attempt, 2, right(session, attempt, 2))


def test_someone_elses_quiz_is_not_there(
    session: Session, learner: Learner, catalogue: Catalogue, start: Start
) -> None:
    attempt = start()
    other = factories.learner(session)
    for reach in (
        lambda: quizzes.attempt(session, other, attempt.id, now=NOON),
        lambda: quizzes.question(session, other, attempt.id, 1, now=NOON),
        lambda: answer(session, other, attempt, 1, ["1"]),
        lambda: taking.finish(session, other, attempt.id, now=NOON),
        lambda: results.result(session, other, attempt.id, catalogue, now=NOON),
    ):
        with pytest.raises(quizzes.NotFound):
            reach()
    assert history.unfinished(session, other) == history.finished(session, other, 9) == []
    assert attempt.finished_at is None


@pytest.mark.parametrize("position", [-1, 0, 5])
def test_a_question_outside_the_quiz_is_not_there(
    session: Session, learner: Learner, start: Start, position: int
) -> None:
    attempt = start()
    with pytest.raises(quizzes.NotFound):
        quizzes.question(session, learner, attempt.id, position, now=NOON)
    with pytest.raises(quizzes.NotFound):
        answer(session, learner, attempt, position, ["1"])


# Lists


def test_open_and_finished_quizzes_are_listed_apart(
    session: Session, learner: Learner, start: Start
) -> None:
    scope = Scope(tactics=("settling-in",), platforms=("Windows",), kinds=("tactic",))
    done, open_ = start(length=1, token="a"), start(scope, length=3, token="b")
    answer(session, learner, done, 1, right(session, done, 1))
    answer(session, learner, open_, 1, wrong(session, open_, 1))
    assert history.unfinished(session, learner) == [
        history.AttemptSummary(
            id=open_.id,
            title="Settling in · Windows · Tactic",
            setup=Setup(scope=scope, length=3),
            ends_at=None,
            started_at=NOON,
            finished_at=None,
            answered=1,
            total=3,
            next_position=2,
            score=0.0,
        )
    ]
    assert history.finished(session, learner, limit=5) == [
        history.AttemptSummary(
            id=done.id,
            title="All techniques",
            setup=Setup(length=1),
            ends_at=None,
            started_at=NOON,
            finished_at=NOON + MINUTE,
            answered=1,
            total=1,
            next_position=None,
            score=1.0,
        )
    ]


@pytest.mark.parametrize("length", [2, 20])
def test_the_number_of_queries_does_not_grow_with_the_quiz(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    start: Start,
    count_queries: CountQueries,
    length: int,
) -> None:
    with count_queries() as starting:
        attempt = start(length=length)
    assert len(starting) == 7
    chosen = right(session, attempt, 1)
    is_sqlite = session.get_bind().dialect.name == "sqlite"  # whose writers take turns anyway
    for work, number in (
        (lambda: quizzes.question(session, learner, attempt.id, 1, now=NOON), 2),
        (lambda: answer(session, learner, attempt, 1, chosen), 2 if is_sqlite else 3),
        (lambda: history.unfinished(session, learner), 1),
        (lambda: history.finished(session, learner, 5), 1),
    ):
        with count_queries() as queries:
            work()
        assert len(queries) == number


def test_the_stored_question_is_about_what_its_key_says(session: Session, start: Start) -> None:
    attempt = start(Scope(techniques=("T9006",), kinds=("description",)), length=1)
    row = attempt.questions[0]
    assert row.card_key == f"{stix_id('T9006')}/description"
