"""Whatever is rated, undone and done by hand, in whatever order: the row is its log's replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.learning.parameters import STANDARD, Parameters
from quiz.learning.scheduling import RESET
from quiz.services import cards, log, parameters, study, undo
from quiz.services.cards import Action
from tests import factories
from tests.factories import NOON, stix_id
from tests.studying import card_row, log_of, rate

KEYS = [f"{stix_id(attack_id)}/tactic" for attack_id in ("T9001", "T9009")]
WANTED = (
    STANDARD,
    replace(STANDARD, learning_steps=(), desired_retention=0.8),
    replace(STANDARD, relearning_steps=(), maximum_interval=40, fuzz=False),
    replace(STANDARD, weights=(1.0, *STANDARD.weights[1:-1], 0.3)),
)
key_of = st.sampled_from(KEYS)


class Studying(RuleBasedStateMachine):
    """One learner, who rates, takes back, and does things with cards; ``told`` is what they did."""

    def __init__(self, session: Session, catalogue: Catalogue) -> None:
        super().__init__()
        self.session, self.catalogue = session, catalogue
        self.learner = factories.learner(session)
        self.now: datetime = NOON
        self.told: list[list[Any]] = []  # key, rating, undone

    @rule(key=key_of, rating=st.integers(1, 4))
    def rates(self, key: str, rating: int) -> None:
        assert rate(self.session, self.learner, key, rating, at=self.now).recorded
        self.told.append([key, rating, False])

    @rule(key=key_of, rating=st.integers(1, 4), back=st.integers(0, 3))
    def sends_an_old_form_again(self, key: str, rating: int, back: int) -> None:
        served = study.card(self.session, self.learner, self.catalogue, key, now=self.now)
        assert served
        sequence = served.sequence - 1 - back
        if sequence < 1:
            return
        known = [row for row in self.told if row[0] == key][sequence - 1]
        if known[1] == RESET:
            with pytest.raises(study.StaleCard):
                rate(self.session, self.learner, key, rating, at=self.now, sequence=sequence)
            return
        rated = rate(self.session, self.learner, key, rating, at=self.now, sequence=sequence)
        assert (rated.recorded, rated.rating, rated.undone) == (False, known[1], known[2])

    @rule(back=st.integers(0, 33))
    def undoes(self, back: int) -> None:
        reviews = log_of(self.session, self.learner)
        if back >= len(reviews):
            return
        review, told = reviews[-1 - back], self.told[-1 - back]
        if back >= undo.LIMIT and not told[2]:
            with pytest.raises(undo.TooOld):
                undo.undo(self.session, self.learner, review.id, now=self.now)
            return
        undone = undo.undo(self.session, self.learner, review.id, now=self.now)
        assert (undone.key, undone.rating, undone.recorded) == (told[0], told[1], not told[2])
        told[2] = True

    @rule(key=key_of, action=st.sampled_from(Action))
    def does_something_by_hand(self, key: str, action: Action) -> None:
        changed = cards.apply(
            self.session, self.learner, self.catalogue, [key], action, now=self.now
        )
        if action is Action.RESET and changed:
            self.told.append([key, RESET, False])

    @rule(key=key_of)
    def asks_for_it_next(self, key: str) -> None:
        study.queue(self.session, self.learner, self.catalogue, [key], now=self.now)

    @rule(wanted=st.sampled_from(WANTED))
    def wants_another_schedule(self, wanted: Parameters) -> None:
        before = parameters.of(self.session, self.learner)
        self.learner.parameters_version = parameters.keep(self.session, wanted, now=self.now)
        self.session.flush()
        if before.weights != wanted.weights:
            log.rebuild(self.session, self.learner)

    @rule(
        zone=st.sampled_from(["UTC", "Pacific/Kiritimati", "America/New_York"]),
        rollover_hour=st.integers(0, 23),
    )
    def travels(self, zone: str, rollover_hour: int) -> None:
        self.learner.time_zone, self.learner.rollover_hour = zone, rollover_hour
        self.session.flush()

    @rule(
        gap=st.one_of(
            st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=20)),
            st.timedeltas(min_value=timedelta(hours=1), max_value=timedelta(days=60)),
        )
    )
    def waits(self, gap: timedelta) -> None:
        self.now += gap

    @invariant()
    def every_row_is_what_its_log_says(self) -> None:
        self.session.expire_all()
        assert log.rebuild(self.session, self.learner) == []

    @invariant()
    def nothing_is_lost(self) -> None:
        reviews = log_of(self.session, self.learner)
        found = [[r.card_key, r.rating, r.undone_at is not None] for r in reviews]
        assert found == self.told
        for key in KEYS:
            own = [r for r in reviews if r.card_key == key]
            assert [r.sequence for r in own] == list(range(1, len(own) + 1))
            if own:
                assert card_row(self.session, self.learner, key).entries == len(own)
            firsts = {r.id for r in own if r.first_that_day}
            standing = [r for r in own if r.undone_at is None and r.rating != RESET]
            assert firsts == set({r.day: r.id for r in reversed(standing)}.values())


def test_a_cards_row_is_the_replay_of_its_log_whatever_is_done(
    session: Session, catalogue: Catalogue
) -> None:
    class Here(Studying):
        def __init__(self) -> None:
            super().__init__(session, catalogue)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
