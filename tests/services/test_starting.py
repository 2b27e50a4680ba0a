"""Starting quizzes: what a seed promises, what a preview says, how much time there is."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Answers, Mode, Retake, Setup
from quiz.questions.base import Nearness, Question
from quiz.questions.scope import Scope
from quiz.services import starting, taking
from quiz.services.deck import Deck
from tests import factories
from tests.answering import right_answer, wrong_answer
from tests.catalogues import ROOT, starter
from tests.factories import NOON


def start(
    session: Session, learner: Learner, catalogue: Catalogue, setup: Setup, token: str = "a"
) -> Attempt:
    return starting.start(session, learner, catalogue, setup=setup, seed=1, token=token, now=NOON)


def rows(session: Session, attempt: Attempt) -> list[AttemptQuestion]:
    found = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt.id)
    return list(session.scalars(found.order_by(AttemptQuestion.position)))


def asked(session: Session, attempt: Attempt) -> list[object]:
    return [row.question for row in rows(session, attempt)]


# Seeds


def test_a_seed_asks_two_learners_the_same(session: Session, learner: Learner) -> None:
    other, setup = factories.learner(session), Setup(length=8).shared(77)
    start(session, learner, starter(), Setup(length=5))  # one of them has been asked before
    first = start(session, learner, starter(), setup, "b")
    assert asked(session, first) == asked(session, start(session, other, starter(), setup))


def test_a_seed_asks_the_same_in_any_process(session: Session, learner: Learner) -> None:
    setup = Setup(length=6, scope=Scope(tactics=("discovery",))).shared(4)
    script = (
        "from quiz.learning.setup import Setup; from quiz.services.deck import Deck;"
        "from quiz.questions.scope import Scope; from itertools import islice;"
        "from tests.catalogues import starter;"
        "d = starter().once(Deck).draw(Scope(tactics=('discovery',)), 4, ());"
        "print(*(q.key for q in islice(d, 6)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "99"},
        capture_output=True,
        text=True,
        check=True,
    )
    keys = [row.card_key for row in rows(session, start(session, learner, starter(), setup))]
    assert told.stdout.split() == keys


def test_a_quiz_fitted_to_someone_asks_what_they_were_not_asked(
    session: Session, learner: Learner
) -> None:
    setup = Setup(length=5, seed=3, for_me=True, answers=Answers.CHOOSE)
    first = start(session, learner, starter(), setup)
    for row in rows(session, first):
        chosen = right_answer(Question.from_dict(row.question))
        taking.answer(session, learner, first.id, row.position, chosen, duration_ms=1, now=NOON)
    second = start(session, learner, starter(), setup, "b")
    before = {row.stix_id for row in rows(session, first)}
    assert not before & {row.stix_id for row in rows(session, second)}


def test_shuffling_gives_each_attempt_an_order_of_the_same_questions(
    session: Session, learner: Learner
) -> None:
    setup = Setup(mode=Mode.EXAM, length=12, shuffled=True).shared(3)
    first, second = (
        [row.card_key for row in rows(session, start(session, learner, starter(), setup, token))]
        for token in "ab"
    )
    assert first != second
    assert sorted(first) == sorted(second)


def test_nearness_changes_the_wrong_options(session: Session, learner: Learner) -> None:
    scope = Scope(kinds=("description",))
    far, sibling = (
        start(
            session,
            learner,
            starter(),
            Setup(scope=scope, nearness=near, answers=Answers.CHOOSE).shared(3),
            near.name,
        )
        for near in (Nearness.FAR, Nearness.SIBLING)
    )
    assert asked(session, far) != asked(session, sibling)


# Without an end


def test_a_quiz_without_an_end_asks_each_card_once_until_there_is_none(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    scope = Scope(kinds=("tactic", "attack-id"))
    attempt = start(session, learner, catalogue, Setup(scope=scope, length=None))
    assert len(rows(session, attempt)) == starting.BATCH
    while starting.more(session, learner, catalogue, attempt):
        pass
    keys = [row.card_key for row in rows(session, attempt)]
    assert len(keys) == len(set(keys)) > starting.BATCH
    assert set(keys) == set(catalogue.once(Deck).select(scope))


def test_a_quiz_with_an_end_gets_no_more(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    attempt = start(session, learner, catalogue, Setup(length=3))
    assert starting.more(session, learner, catalogue, attempt) == 0
    assert len(rows(session, attempt)) == 3


# Again


def test_a_quiz_can_be_taken_again_as_it_was_or_what_was_missed(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    attempt = start(session, learner, catalogue, Setup(length=3, answers=Answers.CHOOSE))
    for row in rows(session, attempt):
        question = Question.from_dict(row.question)
        chosen = wrong_answer(question) if row.position == 2 else right_answer(question)
        taking.answer(session, learner, attempt.id, row.position, chosen, duration_ms=1, now=NOON)
    taking.finish(session, learner, attempt.id, catalogue=catalogue, now=NOON)

    def again(what: Retake) -> Attempt:
        return starting.retake(
            session, learner, catalogue, attempt.id, what=what, seed=9, token=what, now=NOON
        )

    assert asked(session, again(Retake.SAME)) == asked(session, attempt)
    missed = [row.card_key for row in rows(session, again(Retake.MISSED))]
    assert missed == [rows(session, attempt)[1].card_key]


# Previews


def test_a_preview_counts_what_a_small_scope_gives(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    setup = Setup(scope=Scope(kinds=("tactic",)), length=None)
    found = starting.preview(session, learner, catalogue, setup, seed=5)
    attempt = start(session, learner, catalogue, setup)
    while starting.more(session, learner, catalogue, attempt):
        pass
    assert (found.questions, found.exact) == (len(rows(session, attempt)), True)


def test_a_preview_shows_three_questions_without_their_keys(
    session: Session, learner: Learner
) -> None:
    found = starting.preview(session, learner, starter(), Setup(), seed=5)
    assert not found.exact
    assert len(found.samples) == starting.SAMPLES
    for sample in found.samples:
        assert not sample.correct_ids
        assert not any((sample.key, sample.explanation, sample.evidence, sample.accepted))


def test_a_contrast_drill_is_counted_by_drawing_it(session: Session, learner: Learner) -> None:
    setup = Setup(mode=Mode.CONTRAST)
    found = starting.preview(session, learner, starter(), setup, seed=5)
    attempt = start(session, learner, starter(), setup)
    assert 0 < found.questions <= starting.MOST_DRILLED
    assert len(rows(session, attempt)) <= found.questions


def test_a_preview_of_nothing_is_empty(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    nothing = Setup(scope=Scope(tactics=("withdrawn",)))
    found = starting.preview(session, learner, catalogue, nothing, seed=5)
    assert (found.questions, found.exact, found.samples) == (0, True, ())


# Time


@pytest.mark.parametrize(("exam_time", "minutes"), [(100, 30), (150, 45), (0, None)])
def test_each_learner_has_their_own_time_for_an_exam(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    exam_time: int,
    minutes: int | None,
) -> None:
    learner.exam_time = exam_time
    attempt = start(session, learner, catalogue, Setup(mode=Mode.EXAM, minutes=30))
    expected = None if minutes is None else NOON + timedelta(minutes=minutes)
    assert attempt.ends_at == expected
