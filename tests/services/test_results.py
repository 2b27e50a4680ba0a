"""What came of a quiz: its points, its time, what was missed, and the attempts before it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, Learner
from quiz.learning.setup import Answers, Mode, Retake, Setup
from quiz.questions.base import AnswerKind, Question
from quiz.questions.scope import Scope
from quiz.services import results, starting, study, switches, taking
from quiz.services.results import Result, Share, Time
from quiz.services.taking import Confidence
from tests import factories
from tests.answering import right_answer, wrong_answer
from tests.conftest import CountQueries
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NO_TIME = timedelta()
EXAM = Setup(mode=Mode.EXAM, length=5, for_me=False, seed=11)

Start = Callable[..., Attempt]
Answer = Callable[..., taking.Answered]
Sum = Callable[..., Result]


@pytest.fixture
def start(session: Session, learner: Learner, catalogue: Catalogue) -> Start:
    """Start a quiz, by default a practice of four questions."""
    started = 0

    def start_(
        setup: Setup | None = None, seed: int = 7, at: datetime = NOON, **given: object
    ) -> Attempt:
        nonlocal started
        started += 1
        return starting.start(
            session,
            learner,
            catalogue,
            setup=setup or replace(Setup(length=4), **given),  # type: ignore[arg-type]
            seed=seed,
            token=str(started),
            now=at,
        )

    return start_


@pytest.fixture
def answer(session: Session, learner: Learner) -> Answer:
    """Answer a question right or wrong, a minute after noon, in two seconds."""

    def answer_(
        attempt: Attempt,
        position: int,
        *,
        right: bool = True,
        chosen: list[str] | None = None,
        confidence: Confidence | None = None,
        at: datetime = NOON + MINUTE,
    ) -> taking.Answered:
        question = stored(session, attempt, position)
        usual = right_answer(question) if right else wrong_answer(question)
        return taking.answer(
            session,
            learner,
            attempt.id,
            position,
            usual if chosen is None else chosen,
            duration_ms=2000,
            now=at,
            confidence=confidence,
        )

    return answer_


@pytest.fixture
def sum_up(session: Session, learner: Learner, catalogue: Catalogue) -> Sum:
    """Give the result of an attempt."""

    def sum_up_(attempt: Attempt, over: Catalogue | None = None) -> Result:
        return results.result(session, learner, attempt.id, over or catalogue, now=NOON)

    return sum_up_


@pytest.fixture
def take(session: Session, learner: Learner, start: Start, answer: Answer) -> Start:
    """Take a quiz to its end: what is not named as wrong or left out is answered right."""

    def take_(
        attempt: Attempt,
        *,
        wrong: Collection[int] = (),
        left_out: Collection[int] = (),
        at: datetime = NOON + MINUTE,
    ) -> Attempt:
        for row in list(attempt.questions):
            if row.position not in left_out:
                answer(attempt, row.position, right=row.position not in wrong, at=at)
        return taking.finish(session, learner, attempt.id, now=at)

    return take_


def stored(session: Session, attempt: Attempt, position: int) -> Question:
    session.flush()
    return Question.from_dict(attempt.questions[position - 1].question)


# Points


def test_a_result_adds_up_by_tactic_and_by_kind(
    catalogue: Catalogue, start: Start, answer: Answer, sum_up: Sum
) -> None:
    scope = Scope(techniques=("T9002", "T9009"), kinds=("description", "data-source"))
    attempt = start(scope=scope)
    kinds = [row.kind for row in attempt.questions]
    tactics = [catalogue.by_stix_id[row.stix_id].tactics for row in attempt.questions]
    assert sorted(kinds) == ["data-source", "data-source", "description", "description"]
    for position, kind in enumerate(kinds, start=1):
        answer(attempt, position, right=kind == "description")
    found = sum_up(attempt)
    assert (found.score, found.answered, found.total, found.share) == (2.0, 4, 4, 0.5)
    assert tactics.count(("arrival", "covering-up")) == tactics.count(("looking-around",)) == 2
    assert found.by_tactic == tuple(
        Share(label=label, right=1.0, total=2, missed=1, scope=replace(scope, tactics=(tactic,)))
        for label, tactic in (
            ("Arrival", "arrival"),
            ("Looking Around", "looking-around"),
            ("Covering Up", "covering-up"),
        )
    )
    assert {(share.right, share.total, share.missed) for share in found.by_kind} == {
        (2.0, 2, 0),
        (0.0, 2, 2),
    }
    assert {share.scope for share in found.by_kind} == {
        replace(scope, kinds=("description",)),
        replace(scope, kinds=("data-source",)),
    }
    assert found.to_study == tuple(
        row.card_key for row in attempt.questions if row.kind == "data-source"
    )


def test_a_partly_right_answer_counts_in_part(
    session: Session, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(scope=Scope(kinds=("platform", "data-source")), length=24)
    position = next(
        row.position
        for row in attempt.questions
        if len(Question.from_dict(row.question).correct_ids) == 2
    )
    answer(attempt, position, chosen=right_answer(stored(session, attempt, position))[:1])
    found = sum_up(attempt)
    assert (found.score, found.missed) == (0.5, 1)
    assert len(found.to_study) == 1


def test_the_result_of_an_open_quiz_keeps_the_other_keys(
    start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start()
    answer(attempt, 1)
    found = sum_up(attempt)
    assert (found.score, found.answered, found.total) == (1.0, 1, 4)
    told = [bool(asked.question.explanation) for asked in found.questions]
    assert told == [True, False, False, False]


def test_a_result_over_two_domains_keeps_tactics_of_one_name_apart(
    start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(scope=Scope(techniques=("T9009", "T9010")), length=2)
    for position in (1, 2):
        answer(attempt, position)
    phones = factories.stix_id("T9010")
    both = factories.catalogue_of(
        replace(t, domain="mobile-attack") if t.stix_id == phones else t
        for t in factories.invented()
    )
    found = sum_up(attempt, both)
    assert [share.label for share in found.by_tactic] == [
        "Looking Around (Enterprise)",
        "Looking Around (Mobile)",
    ]
    asks_for = [share.scope.tactics for share in found.by_tactic if share.scope]
    assert asks_for == [
        ("enterprise-attack:looking-around",),
        ("mobile-attack:looking-around",),
    ]


def test_a_result_outlives_the_techniques_that_it_was_about(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(scope=Scope(techniques=("T9001",)), length=1)
    answer(attempt, 1, right=False)
    without = factories.without("T9001")
    found = sum_up(attempt, without)
    assert found.by_tactic == (Share(label=results.GONE, right=0.0, total=1, missed=1),)
    assert found.questions[0].question.subject == "Parcel Drop"
    assert (found.to_study, found.to_retake) == ((), 0)
    keys = [attempt.questions[0].card_key]
    assert study.queue(session, learner, without, keys, now=NOON) == 0


def test_a_card_switched_off_is_neither_studied_nor_asked_again(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(scope=Scope(kinds=("tactic",)))
    for position in range(1, 5):
        answer(attempt, position, right=position > 2)
    off, on = (row.card_key for row in attempt.questions[:2])
    switches.switch_off(session, learner, off, why="", now=NOON)
    found = sum_up(attempt)
    assert (found.missed, found.to_study, found.to_retake) == (2, (on,), 1)


def test_the_pass_mark_is_reached_to_the_hundredth(start: Start, take: Start, sum_up: Sum) -> None:
    for mark, passed in ((80, True), (81, False)):
        found = sum_up(take(start(replace(EXAM, pass_mark=mark)), wrong=[2]))
        assert (found.share, found.passed) == (0.8, passed)
    assert sum_up(take(start(replace(EXAM, length=3, pass_mark=67)), wrong=[2])).passed is False


# Confidence


def test_sure_and_wrong_comes_first_and_a_lucky_guess_before_what_was_known(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(length=6)
    answer(attempt, 1, confidence=Confidence.SURE)
    answer(attempt, 2, confidence=Confidence.GUESS)
    answer(attempt, 4, right=False, confidence=Confidence.FAIRLY)
    answer(attempt, 5, right=False, confidence=Confidence.SURE)
    answer(attempt, 6)
    taking.finish(session, learner, attempt.id, now=NOON + 2 * MINUTE)
    found = sum_up(attempt)
    assert [asked.position for asked in found.sure_but_wrong] == [5]
    assert [asked.position for asked in found.in_order_of_use] == [5, 4, 3, 2, 1, 6]
    assert [asked.position for asked in found.questions] == [1, 2, 3, 4, 5, 6]
    assert found.by_confidence == (
        Share(label="Sure", right=1.0, total=2, missed=1),
        Share(label="Fairly sure", right=0.0, total=1, missed=1),
        Share(label="A guess", right=1.0, total=1, missed=0),
    )


def test_where_nobody_asked_how_sure_nothing_is_said_of_it(
    start: Start, take: Start, sum_up: Sum
) -> None:
    found = sum_up(take(start(), wrong=[1]))
    assert (found.by_confidence, found.sure_but_wrong) == ((), ())


# Time


def test_without_a_limit_the_time_is_that_of_the_questions(
    start: Start, take: Start, sum_up: Sum
) -> None:
    attempt = take(start(), left_out=[4], at=NOON + 3 * DAY)
    assert sum_up(attempt).time == Time(taken=timedelta(seconds=6))


def test_a_limit_counts_as_it_was_when_the_exam_started_and_what_was_added_apart(
    session: Session, learner: Learner, start: Start, sum_up: Sum
) -> None:
    learner.exam_time = 150
    attempt = start(replace(EXAM, minutes=20))
    learner.exam_time = 100
    taking.extend(session, learner, attempt.id, by=5 * MINUTE, now=NOON + MINUTE)
    taking.finish(session, learner, attempt.id, now=NOON + 12 * MINUTE)
    assert sum_up(attempt).time == Time(
        taken=12 * MINUTE, limit=30 * MINUTE, extended=5 * MINUTE, ran_out=False
    )


def test_an_exam_whose_time_ran_out_says_so(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(replace(EXAM, minutes=20))
    answer(attempt, 1)
    taking.finish(session, learner, attempt.id, now=NOON + DAY)
    found = sum_up(attempt)
    assert (found.time.taken, found.time.ran_out) == (20 * MINUTE, True)
    assert (found.score, found.answered, found.total) == (1.0, 1, 5)


# Kinds of attempts


def test_an_attempt_of_which_nothing_was_answered_has_a_result(
    start: Start, take: Start, sum_up: Sum
) -> None:
    found = sum_up(take(start(), left_out=range(1, 5)))
    assert (found.score, found.answered, found.missed, found.total) == (0, 0, 0, 4)
    assert (found.by_tactic, found.by_kind, found.by_difficulty) == ((), (), ())
    assert (found.to_study, found.to_retake, found.time.taken) == ((), 4, NO_TIME)


def test_an_attempt_without_an_end_counts_what_was_answered(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(length=None)
    answer(attempt, 1)
    answer(attempt, 2, right=False)
    taking.finish(session, learner, attempt.id, now=NOON + MINUTE)
    session.expire_all()
    found = sum_up(attempt)
    assert (found.score, found.answered, found.total) == (1.0, 2, 2)
    assert found.alike.is_endless


def test_a_match_saved_with_a_part_missing_is_partly_right(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    attempt = start(replace(EXAM, scope=Scope(kinds=("match",)), length=1))
    key = right_answer(stored(session, attempt, 1))
    answer(attempt, 1, chosen=[*key[:2], *[""] * len(key[2:])])
    taking.finish(session, learner, attempt.id, now=NOON + MINUTE)
    found = sum_up(attempt)
    assert (found.score, found.missed) == (2 / len(key), 1)
    assert (found.to_study, found.to_retake) == ((), 1)  # a match makes no flashcard


def test_a_near_miss_of_an_exam_is_decided_after_its_end(
    session: Session, learner: Learner, start: Start, answer: Answer, sum_up: Sum
) -> None:
    setup = replace(EXAM, scope=Scope(kinds=("description",)), length=1, answers=Answers.TYPE)
    attempt = start(setup)
    question = stored(session, attempt, 1)
    assert question.answer_kind is AnswerKind.TEXT
    answer(attempt, 1, chosen=[f"{question.accepted[0]}x"])
    taking.finish(session, learner, attempt.id, now=NOON + MINUTE)
    assert (sum_up(attempt).score, sum_up(attempt).passed) == (0, False)
    taking.decide(session, learner, attempt.id, 1, counts=True, now=NOON)
    assert (sum_up(attempt).score, sum_up(attempt).passed) == (1, True)


def test_an_attempt_of_before_setups_were_kept_is_taken_again_in_its_own_length(
    session: Session, start: Start, take: Start, sum_up: Sum
) -> None:
    attempt = start(length=14)
    attempt.scope = "tactics=arrival"  # as the first releases wrote it
    take(attempt, wrong=[1])
    found = sum_up(attempt)
    assert found.setup.length == 10
    assert found.alike == Setup(scope=Scope(tactics=("arrival",)), length=14)
    assert found.by_confidence == ()


# Against earlier attempts


def test_earlier_attempts_of_the_same_setup_stand_beside_the_result_latest_first(
    start: Start, take: Start, sum_up: Sum
) -> None:
    setup = Setup(length=4, for_me=False)
    first = take(start(setup, seed=1), wrong=[1, 2], at=NOON - 3 * DAY)
    second = take(start(setup, seed=2), wrong=[1], at=NOON - 2 * DAY)
    other = take(start(replace(setup, length=5), seed=3), at=NOON - DAY)
    third = take(start(setup, seed=1), wrong=[3])
    later = take(start(setup, seed=4), at=NOON + DAY)
    found = sum_up(third).earlier
    assert [(e.id, e.score, e.total, e.same) for e in found.attempts] == [
        (second.id, 3.0, 4, False),
        (first.id, 2.0, 4, True),
    ]
    assert [e.passed for e in found.attempts] == [False, False]
    assert not {other.id, later.id} & {e.id for e in found.attempts}
    assert sum_up(first).earlier.attempts == ()


def test_what_became_of_the_same_questions_is_told_by_where_they_stand_now(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    start: Start,
    take: Start,
    sum_up: Sum,
) -> None:
    first = take(start(length=5), wrong=[1, 2], left_out=[3], at=NOON - DAY)
    again = starting.retake(
        session, learner, catalogue, first.id, what=Retake.SAME, seed=1, token="r", now=NOON
    )
    assert sum_up(again).earlier.attempts == ()  # not over yet
    take(again, wrong=[2, 5])
    changes = sum_up(again).earlier.changes
    assert changes
    assert changes.since.id == first.id
    assert (changes.turned_right, changes.turned_wrong, changes.still_wrong) == ((1, 3), (5,), (2,))


def test_a_card_that_was_asked_twice_is_compared_question_by_question(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    start: Start,
    take: Start,
    sum_up: Sum,
) -> None:
    first = start(length=3)
    for row in first.questions:  # as a drill of confused pairs may ask it
        row.card_key = first.questions[0].card_key
    take(first, wrong=[1, 2], at=NOON - DAY)
    again = starting.retake(
        session, learner, catalogue, first.id, what=Retake.SAME, seed=1, token="r", now=NOON
    )
    for row in again.questions:
        row.card_key = first.questions[0].card_key
    changes = sum_up(take(again, wrong=[1, 3])).earlier.changes
    assert changes
    assert (changes.turned_right, changes.turned_wrong, changes.still_wrong) == ((2,), (3,), (1,))


def test_the_same_seed_with_other_cards_is_not_the_same_questions(
    session: Session, learner: Learner, start: Start, take: Start, sum_up: Sum
) -> None:
    setup = Setup(length=4, seed=5)  # fitted to the learner: other cards come the second time
    take(start(setup), at=NOON - DAY)
    second = take(start(setup))
    (before,) = sum_up(second).earlier.attempts
    assert not before.same
    assert sum_up(second).earlier.changes is None


def test_an_attempt_of_which_nothing_was_answered_is_not_compared_with(
    start: Start, take: Start, sum_up: Sum
) -> None:
    take(start(), left_out=range(1, 5), at=NOON - DAY)
    assert sum_up(take(start())).earlier.attempts == ()


def test_what_was_missed_asked_anew_is_not_compared_with_anything(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    start: Start,
    take: Start,
    sum_up: Sum,
) -> None:
    first = take(start(replace(EXAM, length=5)), wrong=[1, 2], left_out=[3], at=NOON - DAY)
    assert sum_up(first).to_retake == 3
    again = starting.retake(
        session, learner, catalogue, first.id, what=Retake.MISSED, seed=1, token="r", now=NOON
    )
    assert len(again.questions) == 3
    found = sum_up(take(again))
    assert (found.setup.mode, found.earlier.attempts) == (Mode.PRACTICE, ())


def test_another_learners_attempts_are_not_beside_mine(
    session: Session, catalogue: Catalogue, start: Start, take: Start, sum_up: Sum
) -> None:
    other = factories.learner(session)
    theirs = starting.start(
        session, other, catalogue, setup=Setup(length=4), seed=7, token="t", now=NOON - DAY
    )
    taking.answer(
        session,
        other,
        theirs.id,
        1,
        right_answer(stored(session, theirs, 1)),
        duration_ms=1,
        now=NOON - DAY,
    )
    taking.finish(session, other, theirs.id, now=NOON - DAY)
    assert sum_up(take(start())).earlier.attempts == ()


# How much is read


@pytest.mark.parametrize(("length", "earlier"), [(2, 1), (20, 5)])
def test_the_number_of_queries_grows_with_neither_questions_nor_earlier_attempts(
    start: Start,
    take: Start,
    sum_up: Sum,
    count_queries: CountQueries,
    length: int,
    earlier: int,
) -> None:
    setup = Setup(length=length, for_me=False, seed=3)
    for number in range(earlier):
        take(start(setup), at=NOON - DAY * (number + 1))
    attempt = take(start(setup), wrong=[1])
    with count_queries() as queries:
        found = sum_up(attempt)
    assert len(found.earlier.attempts) == earlier
    assert len(queries) == 5
