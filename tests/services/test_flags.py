"""Flagging a question, once, with the question as it was shown; and dealing with the flags."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Card, Flag, Learner, Review
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from quiz.questions.scope import Scope
from quiz.services import flags, quizzes, starting, study, switches, taking
from quiz.services.flags import Reason
from tests import factories
from tests.answering import right_answer
from tests.conftest import CountQueries, Sessions
from tests.factories import DOMAIN, NOON, stix_id

KEY = f"{stix_id('T9001')}/tactic"
OTHER = f"{stix_id('T9003')}/tactic"


@pytest.fixture
def attempt(session: Session, learner: Learner, catalogue: Catalogue) -> Attempt:
    """A quiz of three questions, none answered."""
    return starting.start(
        session,
        learner,
        catalogue,
        setup=Setup(scope=Scope(domains=(DOMAIN,)), length=3),
        seed=2**32 - 1,
        token="token",
        now=NOON,
    )


FlagCard = Callable[..., bool]


@pytest.fixture
def flag(session: Session, learner: Learner, catalogue: Catalogue) -> FlagCard:
    """Flag the question that a card asks first."""

    def flag(
        key: str = KEY,
        reason: Reason = Reason.WRONG,
        note: str = "",
        by: Learner = learner,
        sequence: int = 1,
    ) -> bool:
        return flags.flag_card(
            session, by, catalogue, key, sequence, reason=reason, note=note, now=NOON
        )

    return flag


def rows(session: Session) -> list[Flag]:
    session.expire_all()
    return list(session.scalars(select(Flag).order_by(Flag.id)))


# Flagging


def test_a_flag_keeps_the_question_of_a_quiz_as_it_is_frozen(
    session: Session, learner: Learner, attempt: Attempt
) -> None:
    frozen = attempt.questions[1]
    assert flags.flag_quiz_question(
        session, learner, attempt.id, 2, reason=Reason.UNCLEAR, note="Which of the two?", now=NOON
    )
    (kept,) = rows(session)
    assert kept.question == frozen.question
    assert (kept.card_key, kept.stix_id, kept.kind) == (
        (frozen.card_key, frozen.stix_id, frozen.kind)
    )
    assert (kept.seed, kept.attempt_question_id) == (2**32 - 1, frozen.id)
    assert (kept.reason, kept.note, kept.created_at) == ("unclear", "Which of the two?", NOON)
    assert (kept.resolved_at, kept.resolution) == (None, None)


def test_a_flag_on_a_flashcard_keeps_what_that_review_showed(
    session: Session, learner: Learner, catalogue: Catalogue, flag: FlagCard
) -> None:
    shown = []
    for sequence in (1, 2):
        served = study.card(session, learner, catalogue, KEY, now=NOON)
        assert served is not None
        shown.append(served.question)
        study.rate(session, learner, catalogue, KEY, 3, sequence=sequence, duration_ms=0, now=NOON)
    # From a page that still shows the first review, after both were rated.
    assert flag(sequence=2)
    assert flag(sequence=1)
    kept = [Question.from_dict(row.question) for row in rows(session)]
    assert kept == shown[::-1]
    assert [row.seed for row in rows(session)] == [1, 0]
    assert [row.attempt_question_id for row in rows(session)] == [None, None]


def test_flagging_changes_nothing_else(
    session: Session, learner: Learner, attempt: Attempt, flag: FlagCard
) -> None:
    flags.flag_quiz_question(session, learner, attempt.id, 1, reason=Reason.WRONG, now=NOON)
    flag()
    session.expire_all()
    assert not session.scalars(select(Review)).all()
    assert not session.scalars(select(Card)).all()
    answers = session.scalars(select(AttemptQuestion)).all()
    assert {(row.score, row.answered_at) for row in answers} == {(None, None)}


def test_the_same_said_twice_is_kept_once_as_first_said(
    session: Session, learner: Learner, attempt: Attempt, flag: FlagCard
) -> None:
    assert flag(note="first")
    assert not flag(note="second")
    for expected in (True, False):
        assert expected == flags.flag_quiz_question(
            session, learner, attempt.id, 1, reason=Reason.TOO_EASY, now=NOON
        )
    assert [row.note for row in rows(session)] == ["first", None]


def test_another_reason_another_question_and_another_learner_are_flags_of_their_own(
    session: Session, learner: Learner, catalogue: Catalogue, flag: FlagCard
) -> None:
    study.rate(session, learner, catalogue, KEY, 3, sequence=1, duration_ms=0, now=NOON)
    assert flag()
    assert flag(reason=Reason.GIVES_ITSELF_AWAY)
    assert flag(sequence=2)
    assert flag(by=factories.learner(session))
    assert len(rows(session)) == 4


def test_two_tabs_that_flag_at_once_are_one_flag(
    sessions: Sessions, session: Session, learner: Learner, attempt: Attempt
) -> None:
    session.commit()
    barrier, done = Barrier(2), list[bool]()

    def flag_it() -> None:
        with sessions() as own:
            barrier.wait()
            found = own.get_one(Learner, learner.id)
            done.append(
                flags.flag_quiz_question(own, found, attempt.id, 1, reason=Reason.WRONG, now=NOON)
            )
            own.commit()

    threads = [Thread(target=flag_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert len(rows(session)) == 1


def test_someone_elses_quiz_and_a_question_it_lacks_are_not_there(
    session: Session, learner: Learner, attempt: Attempt
) -> None:
    for who, attempt_id, position in (
        (factories.learner(session), attempt.id, 1),
        (learner, attempt.id, 4),
        (learner, attempt.id + 1, 1),
    ):
        with pytest.raises(quizzes.NotFound):
            flags.flag_quiz_question(
                session, who, attempt_id, position, reason=Reason.WRONG, now=NOON
            )
    assert not rows(session)


@pytest.mark.parametrize("sequence", [-1, 0, 2, 99])
def test_a_review_that_was_never_shown_cannot_be_flagged(
    session: Session, flag: FlagCard, sequence: int
) -> None:
    with pytest.raises(study.StaleCard):
        flag(sequence=sequence)
    assert not rows(session)


@pytest.mark.parametrize("key", ["", "nothing", f"{stix_id('T0000')}/tactic", f"{KEY}/x"])
def test_a_card_that_is_not_there_cannot_be_flagged(
    session: Session, flag: FlagCard, key: str
) -> None:
    with pytest.raises(study.UnknownCard):
        flag(key)
    assert not rows(session)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", None),
        (" \r\n\t\x00 ", None),
        ("two\r\nlines\x00\x1b[31m", "two\nlines[31m"),
        ("ü" * 600, "ü" * flags.LONGEST_NOTE),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_note_keeps_what_a_person_writes_and_no_more_than_fits(
    session: Session, flag: FlagCard, written: str, kept: str | None
) -> None:
    flag(note=written)
    assert [row.note for row in rows(session)] == [kept]


def test_a_flag_goes_with_its_learner_and_outlives_the_quiz(
    session: Session, learner: Learner, attempt: Attempt
) -> None:
    flags.flag_quiz_question(session, learner, attempt.id, 1, reason=Reason.WRONG, now=NOON)
    session.delete(attempt)
    session.flush()
    assert [row.attempt_question_id for row in rows(session)] == [None]
    session.delete(learner)
    session.flush()
    assert rows(session) == []


# Listing


def test_flags_are_listed_by_card_the_latest_first(
    session: Session, learner: Learner, catalogue: Catalogue, flag: FlagCard
) -> None:
    second, third = factories.learner(session), factories.learner(session)
    study.rate(session, second, catalogue, KEY, 3, sequence=1, duration_ms=0, now=NOON)
    flag(note="a note")
    flag(by=third)
    flag(OTHER, Reason.TOO_EASY)
    flag(by=second, sequence=2, reason=Reason.UNCLEAR)
    found = flags.listing(session, only_open=True)
    assert [card.key for card in found] == [KEY, OTHER]
    card = found[0]
    assert (card.learners, card.open, card.kind, card.latest) == (3, 3, "tactic", NOON)
    assert list(card.reasons.items()) == [(Reason.WRONG, 2), (Reason.UNCLEAR, 1)]
    assert card.notes == (flags.Note(reason=Reason.WRONG, text="a note", at=NOON),)
    assert card.question.seed == 1
    assert not card.switched_off


def test_a_long_list_is_read_in_parts(
    session: Session, catalogue: Catalogue, flag: FlagCard
) -> None:
    keys = [f"{technique.stix_id}/tactic" for technique in catalogue.techniques[:5]]
    for key in keys:
        flag(key)
    assert flags.total(session, only_open=False) == 5
    parts = [flags.listing(session, only_open=True, start=n, limit=2) for n in (0, 2, 4, 6)]
    assert [[card.key for card in part] for part in parts] == [
        keys[:-3:-1],
        [keys[2], keys[1]],
        [keys[0]],
        [],
    ]


def test_the_question_is_listed_as_it_was_even_when_its_file_is_gone(
    session: Session, flag: FlagCard
) -> None:
    flag()
    shown = rows(session)[0].question
    (card,) = flags.listing(session, only_open=True)
    assert card.question == Question.from_dict(shown)


@pytest.mark.parametrize("number", [1, 12])
def test_the_number_of_queries_does_not_grow_with_the_flags(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    flag: FlagCard,
    count_queries: CountQueries,
    number: int,
) -> None:
    for technique in catalogue.techniques[:number]:
        flag(f"{technique.stix_id}/tactic")
        flag(f"{technique.stix_id}/tactic", by=factories.learner(session))
    with count_queries() as queries:
        assert len(flags.listing(session, only_open=True)) == number
    assert len(queries) == 4


def test_what_an_open_quiz_of_the_reader_asks_is_listed_once_its_key_is_told(
    session: Session, learner: Learner, attempt: Attempt, flag: FlagCard
) -> None:
    def listed() -> list[tuple[int | None, str]]:
        found = flags.listing(session, only_open=True, reader=learner)
        assert len(found) == flags.total(session, only_open=True, reader=learner)
        return [(card.seed, card.key) for card in found]

    first, second = attempt.questions[0], attempt.questions[1]
    for row in (first, second):
        flags.flag_quiz_question(
            session, learner, attempt.id, row.position, reason=Reason.WRONG, now=NOON
        )
    assert listed() == []
    assert len(flags.listing(session, only_open=True, reader=factories.learner(session))) == 2
    chosen = right_answer(Question.from_dict(first.question))
    taking.answer(session, learner, attempt.id, 1, chosen, duration_ms=0, now=NOON)
    assert listed() == [(None, first.card_key)]  # the seed would tell the rest of the quiz
    taking.finish(session, learner, attempt.id, now=NOON)
    assert listed() == [(attempt.seed, second.card_key), (attempt.seed, first.card_key)]


# Dealing with them


def test_dismissed_flags_leave_the_open_list_and_stay_in_the_whole(
    session: Session, flag: FlagCard
) -> None:
    flag()
    flag(reason=Reason.UNCLEAR)
    flag(OTHER)
    assert flags.dismiss(session, KEY, now=NOON) == 2
    assert flags.dismiss(session, KEY, now=NOON) == 0
    assert [card.key for card in flags.listing(session, only_open=True)] == [OTHER]
    assert [card.key for card in flags.listing(session, only_open=False)] == [OTHER, KEY]
    assert flags.total(session, only_open=True) == 1
    assert [row.resolution for row in rows(session)] == ["dismissed", "dismissed", None]
    assert not switches.switched_off(session)


def test_a_dismissed_card_that_someone_else_flags_is_open_again(
    session: Session, flag: FlagCard
) -> None:
    flag()
    flags.dismiss(session, KEY, now=NOON)
    assert not flag()
    assert flags.listing(session, only_open=True) == []
    flag(by=factories.learner(session))
    (card,) = flags.listing(session, only_open=True)
    assert (card.learners, card.open) == (2, 1)


def test_switching_off_a_flagged_card_closes_its_flags_and_says_why(
    session: Session, learner: Learner, flag: FlagCard
) -> None:
    flag(reason=Reason.TOO_EASY)
    flags.dismiss(session, KEY, now=NOON)
    flag(reason=Reason.UNCLEAR)
    for by in (learner, factories.learner(session)):
        flag(by=by)
    assert flags.switch_off(session, learner, KEY, now=NOON)
    assert not flags.switch_off(session, learner, KEY, now=NOON)
    assert [switch.why for switch in switches.listing(session)] == ["wrong, unclear"]
    assert flags.listing(session, only_open=True) == []
    (card,) = flags.listing(session, only_open=False)
    assert (card.switched_off, card.open) == (True, 0)
    assert [row.resolution for row in rows(session)] == ["dismissed"] + ["switched off"] * 3
    switches.switch_on(session, KEY)
    assert not flags.listing(session, only_open=False)[0].switched_off


def test_only_a_flagged_card_can_be_switched_off(session: Session, learner: Learner) -> None:
    with pytest.raises(flags.NotFlagged):
        flags.switch_off(session, learner, KEY, now=NOON)
    assert not switches.switched_off(session)
