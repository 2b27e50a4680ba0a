"""Moving on to another release keeps whatever was learned, and moves everyone along once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from math import ceil
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.releases import ChangeKind
from quiz.db.models import Card, Learner, Review
from quiz.services import learners, log, moving, study, today
from quiz.services.deck import Flashcards
from tests import factories
from tests.conftest import Sessions
from tests.factories import NOON, invented
from tests.moving import BADGE, DROP, LATER, RIBBON, card, edited, release, review, without

NAMED = ("/description", "/attack-id", "/technique-for-tactic")
"""The ends of the keys of cards whose answer is a name."""


def test_the_first_look_only_remembers_what_is_taught(session: Session, learner: Learner) -> None:
    catalogue = release("1")
    assert moving.notice(session, catalogue, now=NOON)
    assert not moving.notice(session, catalogue, now=LATER)
    [taught] = moving.taught(session, catalogue)
    assert (taught.label, taught.since, taught.comparison) == ("Invented 1", NOON, None)


def test_an_equal_release_under_another_number_moves_nothing(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{DROP}/tactic", 3, 3)
    due = card(session, learner, f"{DROP}/tactic").due
    assert moving.notice(session, release("2"), now=LATER)
    [taught] = moving.taught(session, release("2"))
    assert taught.comparison is not None
    assert (taught.comparison.changes, taught.comparison.answers) == ((), ())
    assert card(session, learner, f"{DROP}/tactic").due == due


def test_only_a_card_whose_answer_changed_comes_back_and_soon(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    kinds = ("tactic", "description", "detection-difficulty")
    for kind in kinds:
        review(session, learner, release("1"), f"{BADGE}/{kind}", 4, 4, 4)
    due = {kind: card(session, learner, f"{BADGE}/{kind}").due for kind in kinds}
    moved = release("2", edited("T9003", tactics=("looking-around",)))
    moving.notice(session, moved, now=LATER)
    back = card(session, learner, f"{BADGE}/tactic")
    assert (back.changed_in, back.old_answer, back.new_answer) == (
        "2",
        ["Arrival", "Settling In"],
        ["Looking Around"],
    )
    assert back.due == LATER
    for kind in ("description", "detection-difficulty"):
        same = card(session, learner, f"{BADGE}/{kind}")
        assert (same.changed_in, same.due) == (None, due[kind])
    assert moving.changed(session, learner, moved) == 1
    assert study.counts(session, learner, moved, now=LATER).due == 1


def test_a_changed_card_says_so_until_it_is_rated(session: Session, learner: Learner) -> None:
    moving.notice(session, release("1"), now=NOON)
    key = f"{BADGE}/tactic"
    review(session, learner, release("1"), key, 4)
    moved = release("2", edited("T9003", tactics=("looking-around",)))
    moving.notice(session, moved, now=LATER)
    served = study.next_card(session, learner, moved, now=LATER)
    assert served is not None
    assert served.key == key
    assert served.changed is not None
    assert (served.changed.release, served.changed.old, served.changed.new) == (
        "2", ("Arrival", "Settling In"), ("Looking Around",)
    )  # fmt: skip
    study.rate(session, learner, moved, key, 3, sequence=served.sequence, duration_ms=1, now=LATER)
    after = study.card(session, learner, moved, key, now=LATER)
    assert after is not None
    assert after.changed is None
    assert moving.changed(session, learner, moved) == 0
    assert log.rebuild(session, learner) == []


def test_a_rebuild_keeps_a_changed_card_early(session: Session, learner: Learner) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{BADGE}/tactic", 4, 4, 4)
    moving.notice(session, release("2", edited("T9003", tactics=("arrival",))), now=LATER)
    assert log.rebuild(session, learner) == []
    assert card(session, learner, f"{BADGE}/tactic").due == LATER


def test_an_answer_that_changes_back_before_it_was_shown_is_as_it_was(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    key = f"{BADGE}/tactic"
    review(session, learner, release("1"), key, 4, 4)
    due = card(session, learner, key).due
    moving.notice(session, release("2", edited("T9003", tactics=("arrival",))), now=LATER)
    moving.notice(session, release("3"), now=LATER)
    back = card(session, learner, key)
    assert (back.changed_in, back.old_answer, back.changed_due, back.due) == (None, None, None, due)
    assert log.rebuild(session, learner) == []


def test_an_answer_that_changes_twice_is_shown_beside_the_one_that_was_learned(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    key = f"{BADGE}/tactic"
    review(session, learner, release("1"), key, 4)
    moving.notice(session, release("2", edited("T9003", tactics=("arrival",))), now=LATER)
    third = release("3", edited("T9003", tactics=("looking-around",)))
    moving.notice(session, third, now=LATER)
    back = card(session, learner, key)
    assert (back.changed_in, back.old_answer) == ("3", ["Arrival", "Settling In"])
    assert back.new_answer == ["Looking Around"]


def test_many_changed_cards_are_spread_over_a_week(session: Session, learner: Learner) -> None:
    first = release("1")
    moving.notice(session, first, now=NOON)
    deck = first.once(Flashcards)
    named = [card for key, card in list(deck.cards.items()) if key.endswith(NAMED)]
    keys = [card.key for card in named if deck.can_ask(card)]
    for key in keys:
        review(session, learner, first, key, 4, 4, 4)
    renamed = release("2", [replace(t, name=f"New {t.name}") for t in invented()])
    moving.notice(session, renamed, now=LATER)
    rows = session.scalars(select(Card).where(Card.changed_in.is_not(None))).all()
    days = {learners.study_day(learner, row.due) for row in rows if row.due}
    assert len(rows) == len(keys)
    assert len(days) == ceil(len(keys) / moving.A_DAY) > 1
    assert max(days) < learners.study_day(learner, LATER) + timedelta(days=moving.SOON)


# Revoked techniques


def test_history_follows_a_revoked_technique_to_its_successor(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{RIBBON}/description", 3, 1, 3)
    second = release("2", without("T9001.001"), {RIBBON: BADGE})
    moving.notice(session, second, now=LATER)
    moved = card(session, learner, f"{BADGE}/description")
    assert (moved.stix_id, moved.reviews, moved.changed_in) == (BADGE, 3, "2")
    assert moved.old_answer == ["Parcel Drop: Ribboned Box"]
    assert moved.new_answer == ["Borrowed Badge"]
    logged = session.scalars(select(Review.card_key).where(Review.card_id == moved.id)).all()
    assert set(logged) == {f"{RIBBON}/description"}  # what was asked then
    assert log.rebuild(session, learner) == []
    misses = today.today(session, learner, second, now=NOON + timedelta(days=5)).recent_misses
    assert [technique.stix_id for technique in misses] == [BADGE]


def test_where_the_successors_card_was_studied_more_that_one_goes_on(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{RIBBON}/description", 3)
    review(session, learner, release("1"), f"{BADGE}/description", 3, 3)
    moving.notice(session, release("2", without("T9001.001"), {RIBBON: BADGE}), now=LATER)
    assert card(session, learner, f"{BADGE}/description").reviews == 2
    assert card(session, learner, f"{BADGE}/description").changed_in is None
    assert card(session, learner, f"{RIBBON}/description").reviews == 1
    assert log.rebuild(session, learner) == []


def test_of_several_the_most_studied_goes_on_and_the_others_rest_with_their_logs(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{DROP}/description", 3, 3)
    review(session, learner, release("1"), f"{RIBBON}/description", 3, 3, 3)
    review(session, learner, release("1"), f"{BADGE}/description", 3)
    gone = {DROP: BADGE, RIBBON: DROP}  # by way of another that is gone too
    second = release("2", without("T9001", "T9001.001"), gone)
    moving.notice(session, second, now=LATER)
    assert card(session, learner, f"{BADGE}/description").reviews == 3
    resting = {card(session, learner, f"{i}/description").reviews for i in (DROP, RIBBON)}
    assert resting == {1, 2}
    assert log.rebuild(session, learner) == []
    moving.notice(session, release("3", without("T9001", "T9001.001"), gone), now=LATER)
    assert card(session, learner, f"{BADGE}/description").reviews == 3


def test_a_card_asked_for_is_still_asked_for_under_the_successor(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    keys = [f"{RIBBON}/description"]
    study.queue(session, learner, release("1"), keys, now=NOON)
    second = release("2", without("T9001.001"), {RIBBON: BADGE})
    moving.notice(session, second, now=LATER)
    served = study.next_card(session, learner, second, now=LATER)
    assert served is not None
    assert served.key == f"{BADGE}/description"


def test_new_successors_under_the_same_number_are_noticed_too(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{RIBBON}/description", 3)
    moving.notice(session, release("1", without("T9001.001"), {RIBBON: BADGE}), now=LATER)
    assert card(session, learner, f"{BADGE}/description").reviews == 1


# What vanished


def test_a_vanished_technique_rests_and_wakes_as_it_was(session: Session, learner: Learner) -> None:
    key = f"{RIBBON}/description"
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), key, 3, 3)
    due = card(session, learner, key).due
    second = release("2", without("T9001.001"))
    moving.notice(session, second, now=LATER)
    assert study.counts(session, learner, second, now=LATER).due == 0
    assert moving.taught(session, second)[0].comparison is not None
    moving.notice(session, release("3"), now=LATER)
    assert study.counts(session, learner, release("3"), now=LATER).due == 1
    assert card(session, learner, key).due == due


def test_what_changed_while_a_technique_was_away_is_told_on_its_return(
    session: Session, learner: Learner
) -> None:
    key = f"{RIBBON}/description"
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), key, 3)
    moving.notice(session, release("2", without("T9001.001")), now=LATER)
    moving.notice(session, release("3", edited("T9001.001", name="Bowed Box")), now=LATER)
    back = card(session, learner, key)
    assert back.old_answer == ["Parcel Drop: Ribboned Box"]
    assert back.new_answer == ["Parcel Drop: Bowed Box"]


# Which release takes whose place


def test_a_release_is_compared_with_the_collection_that_stepped_back_for_it(
    session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1", without("T9001.001"), name="starter"), now=NOON)
    moving.notice(session, release("1"), now=LATER)
    [taught] = moving.taught(session, release("1"))
    assert taught.comparison is not None
    [added] = taught.comparison.of_kind(ChangeKind.ADDED)
    assert added.stix_id == RIBBON


def test_a_collection_with_other_techniques_takes_nobodys_place(
    session: Session, learner: Learner
) -> None:
    own = [t for t in invented() if t.attack_id.startswith("T9001")]
    moving.notice(session, release("1", own, name="acme"), now=NOON)
    others = release("1", without("T9001", "T9001.001", "T9001.002"))
    moving.notice(session, others, now=LATER)
    assert moving.taught(session, others)[0].comparison is None


def test_everyone_moves_and_nobody_twice(session: Session, learner: Learner) -> None:
    another = factories.learner(session, name="Grace")
    moving.notice(session, release("1"), now=NOON)
    for who in (learner, another):
        review(session, who, release("1"), f"{RIBBON}/description", 4, 4)
    second = release("2", without("T9001.001"), {RIBBON: BADGE})
    assert moving.notice(session, second, now=LATER)
    assert not moving.notice(session, second, now=LATER + timedelta(days=3))
    for who in (learner, another):
        assert card(session, who, f"{BADGE}/description").due == LATER
    assert session.scalar(select(func.count()).select_from(Review)) == 4


@pytest.mark.parametrize("number", ["1", "2"])
def test_looking_at_what_is_known_writes_nothing(
    session: Session, learner: Learner, number: str
) -> None:
    catalogue = release(number)
    moving.notice(session, catalogue, now=NOON)
    session.commit()
    moving.notice(session, catalogue, now=NOON)
    assert not session.dirty


def test_two_processes_that_notice_at_once_move_everyone_once(
    sessions: Sessions, session: Session, learner: Learner
) -> None:
    moving.notice(session, release("1"), now=NOON)
    review(session, learner, release("1"), f"{RIBBON}/description", 4, 4)
    session.commit()
    second = release("2", without("T9001.001"), {RIBBON: BADGE})
    at_once = Barrier(2)

    def notice(_: int) -> bool:
        with sessions() as own:
            at_once.wait()
            moved = moving.notice(own, second, now=LATER)
            own.commit()
            return moved

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(notice, range(2))) == [False, True]
    assert card(session, learner, f"{BADGE}/description").reviews == 2


def test_two_processes_that_look_for_the_first_time_remember_it_once(sessions: Sessions) -> None:
    at_once = Barrier(2)

    def notice(_: int) -> bool:
        with sessions() as own:
            at_once.wait()
            moved = moving.notice(own, release("1"), now=NOON)
            own.commit()
            return moved

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(notice, range(2))) == [False, True]
