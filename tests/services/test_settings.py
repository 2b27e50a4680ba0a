"""Other settings move no card, and what is remembered follows the weights."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, Learner, Review, SchedulerParameters
from quiz.learning.parameters import STANDARD
from quiz.services import log, parameters, settings, study
from quiz.services.settings import Settings
from tests.factories import NOON

DAY = timedelta(days=1)


def study_a_while(session: Session, learner: Learner, catalogue: Catalogue, days: int = 4) -> None:
    for day in range(days):
        at = NOON + day * DAY
        for rating in (3, 1, 4, 3, 2, 3):
            served = study.next_card(session, learner, catalogue, now=at)
            if served is None:
                break
            study.rate(
                session,
                learner,
                catalogue,
                served.key,
                rating,
                sequence=served.sequence,
                duration_ms=1,
                now=at,
            )
            at += timedelta(minutes=3)


def dates(session: Session) -> list[object]:
    query = select(Card.key, Card.due, Card.state, Card.step, Card.reviews, Card.lapses)
    return list(session.execute(query.order_by(Card.key)))


SETTINGS = st.builds(
    Settings,
    desired_retention=st.integers(70, 99).map(lambda percent: percent / 100),
    maximum_interval=st.integers(1, 36_500),
    fuzz=st.booleans(),
    rollover_hour=st.integers(0, 23),
    new_per_day=st.integers(0, 9_999),
    reviews_per_day=st.integers(0, 9_999),
    new_order=st.sampled_from(settings.ORDERS),
    bury_siblings=st.booleans(),
    answering=st.sampled_from(settings.WAYS),
    time_zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]),
)


@hypothesis_settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(wanted=SETTINGS)
def test_whatever_is_set_is_kept_and_moves_no_card(
    session: Session, learner: Learner, catalogue: Catalogue, wanted: Settings
) -> None:
    study_a_while(session, learner, catalogue, days=1)
    before = dates(session)
    settings.save(session, learner, wanted, now=NOON)
    assert settings.current(session, learner) == wanted
    assert dates(session) == before
    assert log.rebuild(session, learner) == []


def test_ratings_name_the_parameters_that_they_were_scheduled_by(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    study_a_while(session, learner, catalogue, days=1)
    settings.save(session, learner, Settings(desired_retention=0.8), now=NOON)
    study_a_while(session, learner, catalogue)
    versions = list(session.scalars(select(Review.parameters_version).order_by(Review.id)))
    assert versions[0] == STANDARD.version
    assert versions[-1] == parameters.of(session, learner).version
    assert log.rebuild(session, learner) == []
    settings.save(session, learner, Settings(), now=NOON)
    assert learner.parameters_version is None
    assert log.rebuild(session, learner) == []


def test_other_weights_change_what_is_remembered_and_no_date(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    study_a_while(session, learner, catalogue)
    before = dates(session)
    memories = list(session.scalars(select(Card.stability).order_by(Card.key)))
    own = replace(STANDARD, weights=(1.0, 2.0, *STANDARD.weights[2:-1], 0.3))
    changed = settings.adopt(session, learner, own, now=NOON)
    assert changed > 0
    assert dates(session) == before
    assert list(session.scalars(select(Card.stability).order_by(Card.key))) != memories
    assert log.rebuild(session, learner) == []
    study_a_while(session, learner, catalogue)
    assert log.rebuild(session, learner) == []
    settings.adopt(session, learner, STANDARD, now=NOON)
    assert log.rebuild(session, learner) == []


def test_the_same_parameters_are_kept_once(session: Session, learner: Learner) -> None:
    for percent in (80, 85, 80, 90, 80):
        settings.save(session, learner, Settings(desired_retention=percent / 100), now=NOON)
    kept = session.scalars(select(SchedulerParameters.version)).all()
    assert len(kept) == len(set(kept)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        Settings(desired_retention=0.699),
        Settings(maximum_interval=0),
        Settings(rollover_hour=24),
        Settings(new_per_day=-1),
        Settings(new_order="backwards"),
        Settings(answering="guess"),
        Settings(time_zone="Mars/Base"),
    ],
)
def test_what_is_out_of_bounds_is_refused(
    session: Session, learner: Learner, wrong: Settings
) -> None:
    with pytest.raises(ValueError, match=r"from|one of|no time zone"):
        settings.save(session, learner, wrong, now=NOON)
