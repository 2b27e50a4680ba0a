"""Fitted weights are offered where they predict better, and move no card."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quiz.db.models import Card, Fit, Learner, Review
from quiz.learning.parameters import STANDARD
from quiz.services import fits, log, parameters
from quiz.services.fits import NoFit
from tests import factories
from tests.factories import NOON
from tests.simulated import QUICK, Row, simulate

LATER = NOON + timedelta(days=900)


def record(session: Session, learner: Learner, history: Mapping[int, list[Row]]) -> None:
    """Write a simulated learner's reviews into the log, and work the cards out from it."""
    for number, rows in history.items():
        card = Card(
            learner_id=learner.id,
            key=f"card-{number}/tactic",
            stix_id=f"card-{number}",
            kind="tactic",
            entries=len(rows),
        )
        session.add(card)
        session.flush()
        session.execute(
            insert(Review),
            [
                {
                    "learner_id": learner.id,
                    "card_id": card.id,
                    "card_key": card.key,
                    "sequence": place,
                    "seed": place - 1,
                    "rating": row.rating,
                    "reviewed_at": row.reviewed_at,
                    "time_zone": "UTC",
                    "duration_ms": 1000,
                    "before": {},
                    "after": {},
                    "algorithm": "FSRS-6",
                    "parameters_version": STANDARD.version,
                    "day": row.day,
                    "first_that_day": True,
                    "state_before": "review",
                }
                for place, row in enumerate(rows, start=1)
            ],
        )
    log.rebuild(session, learner)


def cut(history: Mapping[int, list[Row]], reviews: int) -> Mapping[int, list[Row]]:
    """Take the first so many reviews of a history, in the order of time."""
    moments = sorted((row.reviewed_at, n) for n, rows in history.items() for row in rows)
    count = Counter(n for _, n in moments[:reviews])
    return {n: list(history[n][:times]) for n, times in sorted(count.items())}


def fit(session: Session, learner: Learner) -> Fit | None:
    found = fits.work_out(session, learner)
    return fits.keep(session, learner, found, now=LATER) if found else None


def dates(session: Session) -> list[object]:
    query = select(Card.key, Card.due, Card.state, Card.step, Card.reviews, Card.lapses)
    return list(session.execute(query.order_by(Card.key)))


@pytest.fixture
def quick(session: Session, learner: Learner) -> Fit:
    """A fit that predicts better, for a learner who forgets faster than most."""
    record(session, learner, simulate(2_500, QUICK))
    found = fit(session, learner)
    assert found is not None
    return found


def test_weights_are_fitted_from_400_reviews_on(session: Session, learner: Learner) -> None:
    history = simulate(500, QUICK)
    record(session, learner, cut(history, 399))
    standing = fits.standing(session, learner)
    assert (standing.reviews, standing.missing, standing.can_fit) == (399, 1, False)
    assert fits.work_out(session, learner) is None
    other = factories.learner(session, name="Grace")
    record(session, other, cut(history, 400))
    assert fits.standing(session, other).can_fit
    assert fits.work_out(session, other) is not None


def test_a_fit_that_predicts_better_waits_to_be_decided_on(
    session: Session, learner: Learner, quick: Fit
) -> None:
    assert quick.log_loss_after < quick.log_loss_before
    standing = fits.standing(session, learner)
    assert (standing.waiting, standing.can_fit, standing.own) == (quick, False, False)
    assert fit(session, learner) is None  # one at a time


def test_one_that_does_not_is_only_noted(session: Session, learner: Learner) -> None:
    record(session, learner, simulate(1_000))
    found = fit(session, learner)
    assert found is not None
    assert (found.decided_at, found.applied) == (LATER, False)
    standing = fits.standing(session, learner)
    assert (standing.waiting, standing.last, standing.can_fit) == (None, found, False)


def test_applying_changes_what_is_remembered_and_moves_no_card(
    session: Session, learner: Learner, quick: Fit
) -> None:
    before = dates(session)
    memories = list(session.scalars(select(Card.stability).order_by(Card.key)))
    assert fits.apply(session, learner, quick.id, now=LATER) > 0
    assert dates(session) == before
    assert list(session.scalars(select(Card.stability).order_by(Card.key))) != memories
    assert list(parameters.of(session, learner).weights) == quick.weights
    assert log.rebuild(session, learner) == []
    assert fits.standing(session, learner).own
    with pytest.raises(NoFit):
        fits.apply(session, learner, quick.id, now=LATER)
    fits.back_to_standard(session, learner, now=LATER)
    assert parameters.of(session, learner) == STANDARD
    assert list(session.scalars(select(Card.stability).order_by(Card.key))) == memories
    assert log.rebuild(session, learner) == []


def test_turned_down_it_is_not_offered_again_until_there_are_more_reviews(
    session: Session, learner: Learner, quick: Fit
) -> None:
    fits.decline(session, learner, quick.id, now=LATER)
    assert parameters.of(session, learner) == STANDARD
    assert not fits.standing(session, learner).can_fit
    quick.reviews = 2_000
    assert fits.standing(session, learner).can_fit


def test_two_that_fit_at_once_keep_one(session: Session, learner: Learner) -> None:
    record(session, learner, simulate(2_500, QUICK))
    first, second = fits.work_out(session, learner), fits.work_out(session, learner)
    assert first is not None
    assert second is not None
    assert fits.keep(session, learner, first, now=LATER) is not None
    assert fits.keep(session, learner, second, now=LATER) is None


def test_nobody_decides_on_the_fit_of_another(session: Session, quick: Fit) -> None:
    other = factories.learner(session, name="Grace")
    for decide in (fits.apply, fits.decline):
        with pytest.raises(NoFit):
            decide(session, other, quick.id, now=LATER)
