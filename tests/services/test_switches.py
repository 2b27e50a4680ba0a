"""A card that is switched off is asked no more; what was done with it stays."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import AttemptQuestion, Card, Learner, Review, SwitchedOff
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from quiz.questions.scope import Scope
from quiz.services import (
    history,
    progress,
    quizzes,
    results,
    starting,
    study,
    switches,
    taking,
    today,
)
from quiz.services.deck import Deck
from tests import factories
from tests.answering import graded
from tests.conftest import Sessions
from tests.factories import NOON, stix_id

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TACTIC = Scope(techniques=("T9001",), kinds=("tactic",))
KEY = f"{stix_id('T9001')}/tactic"


@pytest.fixture
def off(session: Session, learner: Learner) -> Callable[..., bool]:
    """Switch a card off."""

    def switch_off(key: str = KEY, now: object = NOON) -> bool:
        return switches.switch_off(session, learner, key, why="wrong", now=NOON)

    return switch_off


Off = Callable[..., bool]


@pytest.fixture
def rated(session: Session, learner: Learner, catalogue: Catalogue) -> study.Rated:
    """The card was met two days ago, and rated *good*."""
    return study.rate(
        session, learner, catalogue, KEY, 3, sequence=1, duration_ms=0, now=NOON - 2 * DAY
    )


def everything(session: Session) -> list[object]:
    """All rows of cards, reviews and answers, as they are in the database."""
    session.flush()
    session.expire_all()
    return [
        [tuple(row) for row in session.execute(select(*model.__table__.columns))]
        for model in (Card, Review, AttemptQuestion)
    ]


def start(
    session: Session, learner: Learner, catalogue: Catalogue, scope: Scope, token: str = "token"
) -> list[Question]:
    attempt = starting.start(
        session,
        learner,
        catalogue,
        setup=Setup(scope=scope, length=50),
        seed=7,
        token=token,
        now=NOON,
    )
    return [Question.from_dict(row.question) for row in attempt.questions]


# What it stops


def test_a_new_card_switched_off_is_not_met(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    learner.bury_siblings = False
    scope = Scope(techniques=("T9001",))
    before = study.counts(session, learner, catalogue, now=NOON, scope=scope).new
    first = study.next_card(session, learner, catalogue, now=NOON, scope=scope)
    assert first is not None
    assert off(first.key)
    second = study.next_card(session, learner, catalogue, now=NOON, scope=scope)
    assert second is not None
    assert second.key != first.key
    assert study.counts(session, learner, catalogue, now=NOON, scope=scope).new == before - 1


def test_a_due_card_switched_off_is_neither_served_nor_counted(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off, rated: study.Rated
) -> None:
    def waiting() -> tuple[int, bool]:
        counts = study.counts(session, learner, catalogue, now=NOON, scope=TACTIC)
        served = study.next_card(session, learner, catalogue, now=NOON, scope=TACTIC)
        return counts.total, served is not None

    assert waiting() == (1, True)
    off()
    assert waiting() == (0, False)
    assert switches.switch_on(session, KEY)
    assert waiting() == (1, True)


def test_a_card_switched_off_is_not_what_one_waits_for(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    study.rate(session, learner, catalogue, KEY, 4, sequence=1, duration_ms=0, now=NOON)
    assert study.counts(session, learner, catalogue, now=NOON).next_due is not None
    off()
    assert study.counts(session, learner, catalogue, now=NOON).next_due is None


def test_a_queued_card_switched_off_waits_in_its_place(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    other = f"{stix_id('T9003')}/tactic"
    assert study.queue(session, learner, catalogue, [KEY, other], now=NOON) == 2
    off()
    served = study.next_card(session, learner, catalogue, now=NOON)
    assert served is not None
    assert served.key == other
    assert study.counts(session, learner, catalogue, now=NOON).queued == 1
    switches.switch_on(session, KEY)
    served = study.next_card(session, learner, catalogue, now=NOON)
    assert served is not None
    assert served.key == KEY


def test_a_card_switched_off_cannot_be_queued(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    off()
    assert study.queue(session, learner, catalogue, [KEY], now=NOON) == 0
    assert not session.scalars(select(Card)).all()


def test_a_new_quiz_leaves_it_out_and_the_builder_does_not_count_it(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    scope = Scope(techniques=("T9001",))
    # Asking finds out which cards make no question, and those do not count any more.
    assert KEY in {question.key for question in start(session, learner, catalogue, scope)}
    before = quizzes.available(session, catalogue, scope)
    off()
    assert quizzes.available(session, catalogue, scope) == before - 1
    asked = start(session, learner, catalogue, scope, token="another")
    assert asked
    assert KEY not in {question.key for question in asked}
    with pytest.raises(starting.NothingToAsk):
        start(session, learner, catalogue, TACTIC, token="a third")


def test_the_deck_that_all_share_stays_whole(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    deck = catalogue.once(Deck)
    before = list(deck.cards)
    off()
    study.counts(session, learner, catalogue, now=NOON)
    assert list(deck.cards) == before
    assert list(deck.select(None, {KEY})) == [key for key in before if key != KEY]


def test_every_learner_is_spared_it(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    other = factories.learner(session)
    off()
    assert study.next_card(session, other, catalogue, now=NOON, scope=TACTIC) is None


def test_another_process_sees_the_change_at_its_next_request(
    sessions: Sessions, session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    session.commit()
    with sessions() as elsewhere:
        assert quizzes.available(elsewhere, catalogue, TACTIC) == 1
        elsewhere.commit()
        off()
        session.commit()
        assert quizzes.available(elsewhere, catalogue, TACTIC) == 0


# What it leaves alone


def test_switching_off_and_on_changes_no_card_review_or_answer(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off, rated: study.Rated
) -> None:
    start(session, learner, catalogue, TACTIC)
    before = everything(session)
    off()
    assert everything(session) == before
    switches.switch_on(session, KEY)
    assert everything(session) == before
    served = study.card(session, learner, catalogue, KEY, now=NOON)
    assert served is not None
    assert (served.sequence, served.is_new) == (2, False)


def test_its_question_in_an_unfinished_quiz_can_be_answered(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    (question,) = start(session, learner, catalogue, TACTIC)
    off()
    attempt = history.unfinished(session, learner)[0]
    assert (
        quizzes.question(session, learner, attempt.id, 1, now=NOON).question.stem == question.stem
    )
    answered = taking.answer(
        session, learner, attempt.id, 1, sorted(question.correct_ids), duration_ms=0, now=NOON
    )
    assert (graded(answered).score, answered.finished) == (1.0, True)
    result = results.result(session, learner, attempt.id, catalogue, now=NOON)
    assert (result.score, result.questions[0].question.stem) == (1.0, question.stem)


def test_a_card_on_the_screen_when_it_is_switched_off_can_be_rated(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    off()
    served = study.card(session, learner, catalogue, KEY, now=NOON)
    assert served is not None
    assert study.rate(
        session, learner, catalogue, KEY, 3, sequence=1, duration_ms=0, now=NOON
    ).recorded


def test_past_reviews_and_answers_still_count_and_show(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off, rated: study.Rated
) -> None:
    (question,) = start(session, learner, catalogue, TACTIC)
    attempt = history.unfinished(session, learner)[0]
    key = sorted(question.correct_ids)
    taking.answer(session, learner, attempt.id, 1, key, duration_ms=0, now=NOON)
    before = progress.totals(session, learner, catalogue, now=NOON)
    days = progress.days(session, learner, now=NOON)
    quizzes_before = history.finished(session, learner, 5)
    off()
    after = progress.totals(session, learner, catalogue, now=NOON)
    assert (after.reviews, after.answers, after.share_right, after.streak_days) == (
        (before.reviews, before.answers, before.share_right, before.streak_days)
    )
    assert progress.days(session, learner, now=NOON) == days
    assert history.finished(session, learner, 5) == quizzes_before


def test_knowledge_rests_on_the_cards_that_are_asked(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off, rated: study.Rated
) -> None:
    technique = catalogue.by_stix_id[stix_id("T9001")]
    before = progress.totals(session, learner, catalogue, now=NOON)
    known = progress.technique(session, learner, catalogue, technique, now=NOON)
    off()
    after = progress.totals(session, learner, catalogue, now=NOON)
    assert (before.cards, before.met_cards) == (after.cards + 1, after.met_cards + 1)
    found = progress.technique(session, learner, catalogue, technique, now=NOON)
    assert (found.met_cards, found.knowledge) == (0, "not met")
    assert len(found.asked) == len(known.asked) - 1
    (kept,) = (card for card in found.cards if card.switched_off)
    assert (kept.key, kept.reviews) == (KEY, 1)
    levels = progress.levels(session, learner, catalogue, now=NOON)
    assert levels[technique.stix_id] == "not met"


def test_a_card_never_met_and_switched_off_is_not_listed_with_its_technique(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    off()
    technique = catalogue.by_stix_id[stix_id("T9001")]
    found = progress.technique(session, learner, catalogue, technique, now=NOON)
    assert KEY not in {card.key for card in found.cards}


def test_a_miss_of_a_card_switched_off_is_not_brought_up_again(
    session: Session, learner: Learner, catalogue: Catalogue, off: Off
) -> None:
    study.rate(session, learner, catalogue, KEY, 1, sequence=1, duration_ms=0, now=NOON)
    start(session, learner, catalogue, TACTIC)
    attempt = history.unfinished(session, learner)[0]
    question = quizzes.question(session, learner, attempt.id, 1, now=NOON).question
    for option in question.options:
        taking.answer(session, learner, attempt.id, 1, [option.id], duration_ms=0, now=NOON)
    misses = today.today(session, learner, catalogue, now=NOON).recent_misses
    assert [technique.attack_id for technique in misses] == ["T9001"]
    off()
    assert today.today(session, learner, catalogue, now=NOON).recent_misses == ()


# Switching


def test_switching_twice_changes_nothing(session: Session, learner: Learner, off: Off) -> None:
    assert off()
    assert not off()
    assert switches.switch_on(session, KEY)
    assert not switches.switch_on(session, KEY)
    assert switches.switched_off(session) == frozenset()


def test_the_list_says_who_since_when_and_why(session: Session, learner: Learner, off: Off) -> None:
    off()
    later = f"{stix_id('T9002')}/family"
    switches.switch_off(session, learner, later, why="unclear", now=NOON + DAY)
    assert switches.listing(session) == [
        switches.Switch(
            key=later,
            stix_id=stix_id("T9002"),
            kind="family",
            since=NOON + DAY,
            why="unclear",
            by="Ada",
        ),
        switches.Switch(
            key=KEY, stix_id=stix_id("T9001"), kind="tactic", since=NOON, why="wrong", by="Ada"
        ),
    ]


def test_it_stays_off_when_who_did_it_is_gone(session: Session, learner: Learner, off: Off) -> None:
    off()
    session.delete(learner)
    session.flush()
    session.expire_all()
    assert [switch.by for switch in switches.listing(session)] == [None]


def test_two_who_switch_it_off_at_once_do_it_once(
    sessions: Sessions, session: Session, learner: Learner
) -> None:
    session.commit()
    barrier, done = Barrier(2), list[bool]()

    def switch() -> None:
        with sessions() as own:
            barrier.wait()
            found = own.get_one(Learner, learner.id)
            done.append(switches.switch_off(own, found, KEY, why="wrong", now=NOON))
            own.commit()

    threads = [Thread(target=switch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert session.scalars(select(func.count()).select_from(SwitchedOff)).one() == 1
