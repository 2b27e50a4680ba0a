"""Fitted weights are offered where they predict better, and move no card."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from quiz.db import queries
from quiz.db.models import Card, Fit, Learner, Review
from quiz.learning.parameters import STANDARD, WEIGHTS
from quiz.services import fits, learners, log, parameters, settings
from quiz.services.fits import NoFit
from tests import factories
from tests.conftest import Sessions
from tests.factories import NOON
from tests.recorded import History, cut, record
from tests.simulated import QUICK, Row, simulate

LATER = NOON + timedelta(days=900)


@cache
def quick_history(reviews: int = 600) -> History:
    """The reviews of someone who forgets faster than most: enough to tell."""
    return simulate(reviews, QUICK, seed=1)


def work_out(session: Session, learner: Learner) -> fits.Worked | None:
    gathered = fits.gather(session, learner, pause=session.commit)
    return fits.fit_to(gathered) if gathered else None


def remembered(cards: int, days: int) -> History:
    """The reviews of someone who remembers each card every day."""
    moments = [NOON + timedelta(days=day) for day in range(days)]
    rows = [Row(rating=3, reviewed_at=at, day=at.date()) for at in moments]
    return dict.fromkeys(range(cards), rows)


def fit(session: Session, learner: Learner) -> Fit | None:
    worked = work_out(session, learner)
    return fits.keep(session, learner, worked, now=LATER) if worked else None


def dates(session: Session) -> list[object]:
    query = select(Card.key, Card.due, Card.state, Card.step, Card.reviews, Card.lapses)
    return list(session.execute(query.order_by(Card.key)))


def stabilities(session: Session) -> list[float | None]:
    return list(session.scalars(select(Card.stability).order_by(Card.key)))


@pytest.fixture
def quick(session: Session, learner: Learner) -> Fit:
    """A fit that predicts better, for a learner who forgets faster than most."""
    record(session, learner, quick_history())
    found = fit(session, learner)
    assert found is not None
    return found


def test_weights_are_fitted_from_400_reviews_on(session: Session, learner: Learner) -> None:
    history = quick_history()
    record(session, learner, cut(history, 399))
    standing = fits.standing(session, learner)
    assert (standing.reviews, standing.missing, standing.lacking) == (399, 1, 1)
    assert not standing.can_fit
    assert work_out(session, learner) is None
    other = factories.learner(session, name="Grace")
    record(session, other, cut(history, 400))
    assert fits.standing(session, other).can_fit
    assert work_out(session, other) is not None


def test_a_log_is_read_in_parts_without_what_is_rated_meanwhile(
    session: Session, sessions: Sessions, learner: Learner
) -> None:
    record(session, learner, remembered(cards=fits.AT_ONCE + 20, days=5))
    rated = []

    def rate_in_another_tab() -> None:
        session.commit()
        with sessions() as other:  # on SQLite it would wait in vain for an open read
            last = select(Review.__table__).order_by(Review.id.desc()).limit(1)
            row = dict(other.execute(last).mappings().one())
            row |= {"sequence": row["sequence"] + 1, "reviewed_at": LATER}
            del row["id"]
            other.execute(insert(Review), [row])
            other.commit()
        rated.append(row["sequence"])

    gathered = fits.gather(session, learner, pause=rate_in_another_tab)
    assert gathered is not None
    assert rated == [6, 7, 8]  # before the first part, and after each of two
    assert len(gathered.rows) == 5 * (fits.AT_ONCE + 20)
    worked = fits.fit_to(gathered)
    assert worked is not None
    assert fits.keep(session, learner, worked, now=LATER) is not None


def test_a_log_that_is_replaced_while_it_is_read_is_not_fitted_to(
    session: Session, learner: Learner
) -> None:
    record(session, learner, remembered(cards=50, days=8))

    def replace_all() -> None:
        session.execute(delete(Review))
        session.commit()

    gathered = fits.gather(session, learner, pause=replace_all)
    assert gathered is not None
    assert fits.fit_to(gathered) is None


def test_a_fit_that_predicts_better_waits_to_be_decided_on(
    session: Session, learner: Learner, quick: Fit
) -> None:
    assert quick.better
    assert quick.log_loss_after is not None
    assert quick.log_loss_before is not None
    assert quick.log_loss_after < quick.log_loss_before
    standing = fits.standing(session, learner)
    assert (standing.waiting, standing.can_fit, standing.own) == (quick, False, False)
    quick.reviews = 400
    assert fit(session, learner) is None  # one at a time


def test_one_that_does_not_is_only_noted(session: Session, learner: Learner) -> None:
    record(session, learner, simulate(500))
    found = fit(session, learner)
    assert found is not None
    assert (found.better, found.decided_at, found.applied) == (False, LATER, False)
    standing = fits.standing(session, learner)
    assert (standing.waiting, standing.last, standing.lacking) == (None, found, 100)
    with pytest.raises(NoFit):
        fits.apply(session, learner, found.id, now=LATER)


def test_that_reviews_tell_nothing_is_noted_with_the_reason(
    session: Session, learner: Learner
) -> None:
    record(session, learner, remembered(cards=50, days=8))
    found = fit(session, learner)
    assert found is not None
    assert (found.reason, found.weights) == ("every card was remembered", None)
    assert found.decided_at == LATER
    assert fits.standing(session, learner).lacking == 100
    with pytest.raises(NoFit):
        fits.apply(session, learner, found.id, now=LATER)


@pytest.mark.parametrize(("seen", "next_at"), [(400, 500), (1_000, 1_100), (1_001, 1_102)])
def test_the_next_comes_with_a_tenth_more_and_a_hundred_at_least(seen: int, next_at: int) -> None:
    last = Fit(reviews=seen)
    standing = fits.Standing(reviews=seen, missing=0, waiting=None, last=last, own=False)
    assert standing.next_at == next_at
    assert not replace(standing, reviews=next_at - 1).can_fit
    assert replace(standing, reviews=next_at).can_fit


def test_applying_changes_what_is_remembered_and_moves_no_card(
    session: Session, learner: Learner, quick: Fit
) -> None:
    before, memories = dates(session), stabilities(session)
    assert fits.apply(session, learner, quick.id, now=LATER) > 0
    own = stabilities(session)
    assert dates(session) == before
    assert own != memories
    assert list(parameters.of(session, learner).weights) == quick.weights
    assert log.rebuild(session, learner) == []
    assert fits.standing(session, learner).own
    with pytest.raises(NoFit):
        fits.apply(session, learner, quick.id, now=LATER)
    fits.back_to_standard(session, learner, now=LATER)
    assert parameters.of(session, learner) == STANDARD
    assert (dates(session), stabilities(session)) == (before, memories)
    assert log.rebuild(session, learner) == []
    assert fits.standing(session, learner).given_up == quick
    fits.apply(session, learner, quick.id, now=LATER)
    assert (dates(session), stabilities(session)) == (before, own)
    assert log.rebuild(session, learner) == []


def test_what_else_is_set_stays(session: Session, learner: Learner, quick: Fit) -> None:
    settings.adopt(session, learner, replace(STANDARD, desired_retention=0.8), now=LATER)
    fits.apply(session, learner, quick.id, now=LATER)
    assert parameters.of(session, learner).desired_retention == 0.8
    fits.back_to_standard(session, learner, now=LATER)
    assert parameters.of(session, learner) == replace(STANDARD, desired_retention=0.8)


def test_turned_down_it_is_not_offered_again_until_there_are_more_reviews(
    session: Session, learner: Learner, quick: Fit
) -> None:
    fits.decline(session, learner, quick.id, now=LATER)
    assert parameters.of(session, learner) == STANDARD
    assert not fits.standing(session, learner).can_fit
    quick.reviews = 500
    assert fits.standing(session, learner).can_fit
    for decide in (fits.apply, fits.decline):
        with pytest.raises(NoFit):
            decide(session, learner, quick.id, now=LATER)


def test_going_back_to_the_standard_turns_down_what_was_judged_beside_other_weights(
    session: Session, learner: Learner, quick: Fit
) -> None:
    settings.adopt(session, learner, replace(STANDARD, weights=QUICK), now=LATER)
    fits.back_to_standard(session, learner, now=LATER)
    assert fits.standing(session, learner).waiting is None
    with pytest.raises(NoFit):
        fits.apply(session, learner, quick.id, now=LATER)


def test_applied_weights_are_judged_by_reviews_that_came_since(
    session: Session, learner: Learner, quick: Fit
) -> None:
    fits.apply(session, learner, quick.id, now=LATER)
    quick.reviews = 400
    worked = work_out(session, learner)
    assert worked is not None
    assert worked.reason == "too few reviews since the weights were last fitted"


def test_two_that_fit_at_once_keep_one(session: Session, learner: Learner) -> None:
    record(session, learner, quick_history())
    first, second = work_out(session, learner), work_out(session, learner)
    assert first is not None
    assert second is not None
    assert fits.keep(session, learner, first, now=LATER) is not None
    assert fits.keep(session, learner, second, now=LATER) is None


def test_a_fit_to_what_changed_meanwhile_is_not_kept(session: Session, learner: Learner) -> None:
    record(session, learner, quick_history())
    worked = work_out(session, learner)
    assert worked is not None
    own = replace(STANDARD, weights=(*WEIGHTS[:-1], 0.2))
    settings.adopt(session, learner, own, now=LATER)
    assert fits.keep(session, learner, worked, now=LATER) is None
    settings.adopt(session, learner, STANDARD, now=LATER)
    review = session.scalars(select(Review).order_by(Review.id).limit(1)).one()
    review.undone_at = LATER
    assert fits.keep(session, learner, worked, now=LATER) is None
    review.undone_at = None
    assert fits.keep(session, learner, worked, now=LATER) is not None


def test_a_rating_meanwhile_follows_the_weights_just_applied(
    sessions: Sessions, session: Session, learner: Learner, quick: Fit
) -> None:
    session.commit()
    with sessions() as other:
        stale = other.get_one(Learner, learner.id)
        other.commit()
        fits.apply(session, learner, quick.id, now=LATER)
        session.commit()
        learners.lock(other, stale)
        card = other.scalars(queries.cards(stale.id).limit(1)).one()
        review = log.append(other, stale, card, 3, duration_ms=1, now=LATER)
        assert review.parameters_version == learner.parameters_version
        assert log.rebuild(other, stale) == []


def test_nobody_decides_on_the_fit_of_another(session: Session, quick: Fit) -> None:
    other = factories.learner(session, name="Grace")
    for decide in (fits.apply, fits.decline):
        with pytest.raises(NoFit):
            decide(session, other, quick.id, now=LATER)
    assert quick.decided_at is None
