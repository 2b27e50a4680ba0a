"""Undoing ratings: the row stays and counts for nothing, the card is what the rest says."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Learner, Review
from quiz.learning.parameters import STANDARD
from quiz.learning.scheduling import RESET
from quiz.services import cards, log, moving, parameters, study, undo
from quiz.services.cards import Action
from tests import factories
from tests.conftest import CountQueries, Sessions
from tests.factories import NOON, stix_id
from tests.moving import BADGE, LATER, edited, release
from tests.studying import card_row, log_of, rate

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KEY = f"{stix_id('T9001')}/tactic"
OTHER = f"{stix_id('T9009')}/tactic"


def test_a_new_card_whose_only_rating_is_undone_is_new_again(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    before = study.card(session, learner, catalogue, KEY, now=NOON)
    rated = rate(session, learner, KEY, 4)
    assert study.counts(session, learner, catalogue, now=NOON).new == 9
    undone = undo.undo(session, learner, rated.id, now=NOON + MINUTE)
    assert (undone.key, undone.rating, undone.recorded) == (KEY, 4, True)
    assert (undone.is_latest, undone.is_new) == (True, True)
    assert study.counts(session, learner, catalogue, now=NOON).new == 10
    again = study.card(session, learner, catalogue, KEY, now=NOON)
    assert before
    assert again
    assert again.question == before.question
    assert (again.is_new, again.sequence) == (True, 2)


def test_undoing_the_latest_rating_asks_the_same_again_as_before(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    rate(session, learner, KEY, 4)
    before = study.card(session, learner, catalogue, KEY, now=NOON + 8 * DAY)
    state = log.memory(card_row(session, learner, KEY))
    rated = rate(session, learner, KEY, 1, at=NOON + 8 * DAY)
    undo.undo(session, learner, rated.id, now=NOON + 8 * DAY + MINUTE)
    after = study.card(session, learner, catalogue, KEY, now=NOON + 8 * DAY)
    assert before
    assert after
    assert log.memory(card_row(session, learner, KEY)) == state
    assert card_row(session, learner, KEY).lapses == 0
    assert after == replace(before, sequence=3, previews=after.previews)


def test_undoing_an_older_rating_is_the_log_without_it(session: Session, learner: Learner) -> None:
    twin = factories.learner(session, name="Eve")
    ids = [
        rate(session, learner, KEY, r, at=NOON + n * 9 * DAY).id for n, r in enumerate((4, 1, 3))
    ]
    undone = undo.undo(session, learner, ids[1], now=NOON + 19 * DAY)
    assert (undone.is_latest, undone.is_new) == (False, False)
    rate(session, twin, KEY, 4)
    twin.parameters_version = learner.parameters_version = parameters.keep(
        session, replace(STANDARD, fuzz=False), now=NOON
    )
    rate(session, twin, KEY, 3, at=NOON + 18 * DAY)
    own, others = (card_row(session, who, KEY) for who in (learner, twin))
    assert (own.stability, own.difficulty, own.lapses) == (others.stability, others.difficulty, 0)
    assert (own.reviews, own.entries) == (2, 3)


def test_undoing_twice_is_undoing_once(session: Session, learner: Learner) -> None:
    rated = rate(session, learner, KEY, 4)
    first = undo.undo(session, learner, rated.id, now=NOON + MINUTE)
    again = undo.undo(session, learner, rated.id, now=NOON + DAY)
    assert again == replace(first, recorded=False)
    assert log_of(session, learner)[0].undone_at == NOON + MINUTE


def test_an_undone_rating_that_is_sent_again_does_not_count(
    session: Session, learner: Learner
) -> None:
    rated = rate(session, learner, KEY, 4)
    undo.undo(session, learner, rated.id, now=NOON + MINUTE)
    stale = rate(session, learner, KEY, 2, sequence=1)
    assert (stale.recorded, stale.undone, stale.rating) == (False, True, 4)
    assert study.fate(session, learner, KEY, 1) is study.Fate.UNDONE
    assert len(log_of(session, learner)) == 1
    assert rate(session, learner, KEY, 2).recorded


def test_only_the_last_thirty_can_be_undone(session: Session, learner: Learner) -> None:
    ids = [rate(session, learner, KEY, 3, at=NOON + n * DAY).id for n in range(31)]
    with pytest.raises(undo.TooOld, match="last 30"):
        undo.undo(session, learner, ids[0], now=NOON + 31 * DAY)
    assert [entry.id for entry in undo.recent(session, learner)] == ids[:0:-1]
    assert [e.can_undo for e in undo.of_card(session, learner, KEY)] == [True] * 30 + [False]
    for review_id in ids[:0:-1]:
        undo.undo(session, learner, review_id, now=NOON + 31 * DAY)
    assert card_row(session, learner, KEY).reviews == 1
    with pytest.raises(undo.TooOld):  # those undone still count among the thirty
        undo.undo(session, learner, ids[0], now=NOON + 31 * DAY)
    assert not undo.undo(session, learner, ids[5], now=NOON + 32 * DAY).recorded


def test_nobody_undoes_what_is_someone_elses(session: Session, learner: Learner) -> None:
    rated = rate(session, learner, KEY, 4)
    other = factories.learner(session, name="Eve")
    for review_id in (rated.id, 10**6):
        with pytest.raises(undo.UnknownEntry):
            undo.undo(session, other, review_id, now=NOON)
    assert undo.recent(session, other) == []
    assert undo.of_card(session, other, KEY) == []
    assert card_row(session, learner, KEY).reviews == 1


def test_the_first_rating_of_a_day_is_the_first_that_stands(
    session: Session, learner: Learner
) -> None:
    ids = [rate(session, learner, KEY, 1, at=NOON + n * MINUTE).id for n in range(3)]
    next_day = rate(session, learner, KEY, 3, at=NOON + DAY).id
    undo.undo(session, learner, ids[0], now=NOON + 2 * DAY)
    first = {review.id for review in log_of(session, learner) if review.first_that_day}
    assert first == {ids[1], next_day}
    undo.undo(session, learner, next_day, now=NOON + 2 * DAY)
    assert rate(session, learner, KEY, 3, at=NOON + DAY + MINUTE).recorded
    assert log_of(session, learner)[-1].first_that_day


def test_a_day_that_a_flight_makes_longer_has_one_first_rating(
    session: Session, learner: Learner
) -> None:
    learner.time_zone = "Pacific/Kiritimati"
    rate(session, learner, KEY, 1, at=NOON + timedelta(hours=3))  # five in the morning of the 12th
    learner.time_zone = "America/New_York"
    rate(session, learner, KEY, 3, at=NOON + DAY)  # eight in the morning of the 12th
    assert len({review.day for review in log_of(session, learner)}) == 1
    assert [review.first_that_day for review in log_of(session, learner)] == [True, False]


def test_a_card_set_back_and_rated_again_on_one_day_has_one_first_rating(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    rate(session, learner, KEY, 4)
    cards.apply(session, learner, catalogue, [KEY], Action.RESET, now=NOON + MINUTE)
    rate(session, learner, KEY, 4, at=NOON + 2 * MINUTE)
    assert [r.first_that_day for r in log_of(session, learner)] == [True, False, False]


def test_a_card_set_back_to_new_can_be_had_back(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    for n, rating in enumerate((4, 1, 3)):
        rate(session, learner, KEY, rating, at=NOON + n * 9 * DAY)
    row = card_row(session, learner, KEY)
    state, lapses, reviews = log.memory(row), row.lapses, row.reviews
    at = NOON + 20 * DAY
    assert cards.apply(session, learner, catalogue, [KEY, KEY], Action.RESET, now=at) == 1
    assert cards.apply(session, learner, catalogue, [KEY], Action.RESET, now=at) == 0
    assert (row.state, row.lapses, row.reviews, row.first_review) == ("new", 0, 0, None)
    entry = undo.recent(session, learner)[0]
    assert (entry.rating, entry.interval, entry.can_undo) == (RESET, None, True)
    with pytest.raises(study.StaleCard, match="set back"):
        rate(session, learner, KEY, 3, at=at, sequence=4)
    undo.undo(session, learner, entry.id, now=at + MINUTE)
    assert (log.memory(row), row.lapses, row.reviews) == (state, lapses, reviews)


def test_a_rating_that_came_from_a_quiz_can_be_undone(session: Session, learner: Learner) -> None:
    rate(session, learner, KEY, 4)
    row = card_row(session, learner, KEY)
    state = log.memory(row)
    answer = log.Answer(chosen=("2",), taken_for=stix_id("T9009"))
    review = log.append(
        session, learner, row, 1,
        duration_ms=900, now=NOON + 9 * DAY, source="quiz", answer=answer,
    )  # fmt: skip
    assert undo.recent(session, learner)[0].source == "quiz"
    undo.undo(session, learner, review.id, now=NOON + 9 * DAY)
    assert log.memory(row) == state


def test_a_queued_card_is_queued_again(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    rate(session, learner, KEY, 4)
    study.queue(session, learner, catalogue, [OTHER, KEY], now=NOON)
    places = {key: card_row(session, learner, key).queued_at for key in (OTHER, KEY)}
    ids = [rate(session, learner, KEY, 3, at=NOON + n * MINUTE).id for n in (1, 2)]
    assert card_row(session, learner, KEY).queued_at is None
    undo.undo(session, learner, ids[0], now=NOON + 3 * MINUTE)
    assert card_row(session, learner, KEY).queued_at is None  # it was studied since
    undo.undo(session, learner, ids[1], now=NOON + 4 * MINUTE)
    assert {key: card_row(session, learner, key).queued_at for key in (OTHER, KEY)} == places
    rate(session, learner, KEY, 3, at=NOON + 5 * MINUTE)
    assert card_row(session, learner, KEY).queued_at is None


def test_a_changed_answer_is_marked_again(session: Session, learner: Learner) -> None:
    key = f"{BADGE}/tactic"
    moving.notice(session, release("1"), now=NOON)
    for day in (0, 4, 8):
        rate(session, learner, key, 4, at=NOON + day * DAY, catalogue=release("1"))
    second = release("2", edited("T9003", tactics=("looking-around",)))
    moving.notice(session, second, now=LATER)
    row = card_row(session, learner, key)
    due = row.due
    before = (row.changed_in, row.changed_due, row.old_answer, row.new_answer)
    rated = rate(session, learner, key, 3, at=LATER + MINUTE, catalogue=second)
    assert row.changed_in is None
    undo.undo(session, learner, rated.id, now=LATER + 2 * MINUTE)
    assert (row.changed_in, row.changed_due, row.old_answer, row.new_answer) == before
    assert row.due == due


@pytest.mark.parametrize("back", [False, True])
def test_an_answer_that_changed_twice_is_compared_with_what_was_known(
    session: Session, learner: Learner, back: bool
) -> None:
    key = f"{BADGE}/tactic"
    moving.notice(session, release("1"), now=NOON)
    rate(session, learner, key, 4, catalogue=release("1"))
    old = ["Arrival", "Settling In"]
    second = release("2", edited("T9003", tactics=("looking-around",)))
    moving.notice(session, second, now=LATER)
    rated = rate(session, learner, key, 3, at=LATER, catalogue=second)
    third = release("3") if back else release("3", edited("T9003", tactics=("taking-away",)))
    moving.notice(session, third, now=LATER + DAY)
    undo.undo(session, learner, rated.id, now=LATER + DAY)
    row = card_row(session, learner, key)
    expected = (None, None, None) if back else ("3", old, ["Taking Away"])
    assert (row.changed_in, row.old_answer, row.new_answer) == expected
    assert log.rebuild(session, learner) == []


def test_the_last_rating_of_today_is_offered(session: Session, learner: Learner) -> None:
    assert undo.last_of_today(session, learner, now=NOON) is None
    first = rate(session, learner, KEY, 3).id
    second = rate(session, learner, OTHER, 1, at=NOON + MINUTE).id
    assert undo.last_of_today(session, learner, now=NOON + MINUTE) == (second, 1)
    undo.undo(session, learner, second, now=NOON + MINUTE)
    assert undo.last_of_today(session, learner, now=NOON + MINUTE) == (first, 3)
    assert undo.last_of_today(session, learner, now=NOON + DAY) is None


def test_a_rating_undone_from_two_tabs_at_once_is_undone_once(sessions: Sessions) -> None:
    with sessions() as session:
        learner = factories.learner(session)
        rated = rate(session, learner, KEY, 4)
        session.commit()
    barrier, replies = Barrier(2, timeout=10), list[undo.Undone]()

    def send() -> None:
        with sessions() as session:
            own = session.merge(learner)
            session.rollback()
            barrier.wait()
            replies.append(undo.undo(session, own, rated.id, now=NOON))
            session.commit()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(reply.recorded for reply in replies) == [False, True]
    with sessions() as session:
        assert card_row(session, learner, KEY).reviews == 0
        assert log.rebuild(session, learner) == []


def test_undoing_takes_a_number_of_queries_that_does_not_grow(
    session: Session, learner: Learner, count_queries: CountQueries
) -> None:
    numbers = []
    for day in (0, 1, 25):
        for n in range(day):
            rate(session, learner, KEY, 3, at=NOON + (day + n) * DAY)
        rated = rate(session, learner, KEY, 3, at=NOON + 50 * DAY)
        session.expire_all()
        session.refresh(learner)
        with count_queries() as made:
            undo.undo(session, learner, rated.id, now=NOON + 50 * DAY)
        numbers.append(len(made))
    assert numbers[1] == numbers[2] <= 12


def test_reviews_logged_before_undoing_existed_can_be_undone(
    session: Session, learner: Learner
) -> None:
    rated = rate(session, learner, KEY, 4)
    review = session.get_one(Review, rated.id)
    review.taken_off = None
    session.flush()
    assert undo.undo(session, learner, rated.id, now=NOON).is_new
