"""Breaks: nothing is due on them, nothing is lost by them, and no card's date is changed."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.db.models import Break, Card, Learner
from quiz.services import backlog, breaks, limits, progress, study
from quiz.services.breaks import BadBreak, NoSuchBreak
from tests import factories
from tests.factories import NOON
from tests.services.test_selection import Desk, proven

DAY = timedelta(days=1)
TODAY = date(2026, 3, 11)


@pytest.fixture
def desk(session: Session, learner: Learner) -> Desk:
    return Desk(session, learner, proven())


def plan(desk: Desk, first: int = 0, last: int = 6, spread: int = 5, **given: Any) -> Break:
    """Plan a break, its days counted from today."""
    return breaks.plan(
        desk.session,
        desk.learner,
        first_day=TODAY + first * DAY,
        last_day=TODAY + last * DAY,
        spread_days=spread,
        **{"now": NOON, **given},
    )


def dates(desk: Desk) -> dict[str, datetime | None]:
    return {card.key: card.due for card in desk.session.scalars(select(Card))}


# While it lasts


def test_on_a_break_nothing_is_due_and_no_date_changes(desk: Desk) -> None:
    for key in desk.one_each(4):
        desk.card(key)
    desk.card(desk.one_each(6)[5], state="learning", step=0, due=NOON - DAY)
    before = dates(desk)
    found = plan(desk)
    counts = desk.counts()
    assert counts.total == 0
    assert counts.waiting == study.Waiting(
        reason=study.Reason.BREAK,
        last_day=TODAY + 6 * DAY,
        extended_to=limits.MORE,
        break_id=found.id,
    )
    assert counts.next_due == datetime.fromisoformat("2026-03-18T04:00Z")
    assert desk.next() is None
    assert dates(desk) == before


def test_on_a_break_one_can_study_all_the_same_and_finish_the_steps(desk: Desk) -> None:
    for key in desk.one_each(24):
        desk.card(key)
    plan(desk)
    limits.extend(desk.session, desk.learner, limits.MORE, now=NOON)
    assert (desk.counts().due, desk.counts().new) == (20, 0)
    served = desk.next()
    assert served
    desk.rate(served, 1)
    later = NOON + timedelta(minutes=10)
    assert desk.counts(later).learning == 1
    again = desk.next(later)
    assert again
    assert again.key == served.key


def test_what_is_asked_for_comes_on_a_break_too(desk: Desk) -> None:
    plan(desk)
    key = desk.all_keys()[3]
    study.queue(desk.session, desk.learner, desk.catalogue, [key], now=NOON)
    assert desk.study_all() == [key]


# Afterwards


def test_after_a_break_each_day_takes_its_share_beside_what_comes_due(desk: Desk) -> None:
    keys = desk.one_each(23)
    plan(desk, last=2, spread=4)
    for key in keys[:20]:
        desk.card(key, due=NOON + DAY)  # due in the break
    for key in keys[20:]:
        desk.card(key, due=NOON + 4 * DAY)  # due on the second day after it
    days = [desk.study_all(NOON + place * DAY) for place in range(8)]
    assert [len(day) for day in days[:3]] == [0, 0, 0]
    assert [len([k for k in day if k in keys]) for day in days[3:7]] == [5, 5 + 3, 5, 5]
    assert desk.counts(NOON + 7 * DAY).waiting is None


def test_a_days_share_stays_the_same_while_it_is_studied(desk: Desk) -> None:
    desk.learner.new_per_day = 0
    keys = desk.one_each(23)
    plan(desk, last=0, spread=3)
    for place, key in enumerate(keys):
        desk.card(key, due=NOON + (place % 3) * DAY, stability=float(5 + place * 7 % 40))
    for at in (NOON + DAY, NOON + 2 * DAY):
        left = promised = desk.counts(at).due
        while served := desk.next(at):
            desk.rate(served, at=at)
            left -= 1
            assert desk.counts(at).due == left
        assert left == 0 < promised


def test_a_share_is_never_more_than_the_daily_limit(desk: Desk) -> None:
    desk.learner.reviews_per_day = 4
    for key in desk.one_each(20):
        desk.card(key)
    breaks.forgive(desk.session, desk.learner, 2, now=NOON)
    assert desk.counts().due == 4


def test_a_backlog_is_forgiven_without_a_date_changed(desk: Desk) -> None:
    for key in desk.one_each(20):
        desk.card(key)
    before = dates(desk)
    breaks.forgive(desk.session, desk.learner, 4, now=NOON)
    breaks.forgive(desk.session, desk.learner, 5, now=NOON)  # another choice, or a form sent twice
    assert len(breaks.listing(desk.session, desk.learner)) == 1
    counts = desk.counts()
    assert (counts.due, counts.new) == (4, 0)
    assert counts.waiting is not None
    assert counts.waiting.last_day == TODAY + 4 * DAY
    assert dates(desk) == before


def test_ending_a_break_starts_its_spread_today(desk: Desk) -> None:
    for key in desk.one_each(20):
        desk.card(key)
    found = plan(desk, spread=4)
    at = NOON + 2 * DAY
    breaks.end(desk.session, desk.learner, found.id, now=at)
    assert (found.last_day, desk.counts(at).due) == (TODAY + DAY, 5)


def test_a_break_that_has_no_day_yet_is_taken_back_whole(desk: Desk) -> None:
    for first in (0, 3):
        found = plan(desk, first=first)
        breaks.end(desk.session, desk.learner, found.id, now=NOON)
        assert breaks.listing(desk.session, desk.learner) == []


# The days in a row


def test_a_planned_break_keeps_the_days_in_a_row_and_a_forgiven_one_does_not(desk: Desk) -> None:
    def streak(at: datetime) -> int:
        return progress.totals(desk.session, desk.learner, desk.catalogue, now=at).streak_days

    for place in (-2, -1):
        served = desk.next(NOON + place * DAY)
        assert served
        desk.rate(served, at=NOON + place * DAY)
    assert streak(NOON) == 2
    plan(desk, first=0, last=2)
    assert [streak(NOON + place * DAY) for place in range(5)] == [2, 2, 2, 2, 0]
    served = desk.next(NOON + 3 * DAY)
    assert served
    desk.rate(served, at=NOON + 3 * DAY)
    assert streak(NOON + 3 * DAY) == 3
    breaks.forgive(desk.session, desk.learner, 3, now=NOON + 5 * DAY)
    assert streak(NOON + 5 * DAY) == 0


# What cannot be


@pytest.mark.parametrize(
    ("first", "last", "spread", "field", "said"),
    [
        (3, 2, 5, "last_day", "before the first"),
        (-5, -1, 5, "last_day", "is over"),
        (-1, 3, 5, "first_day", "today at the earliest"),
        (400, 401, 5, "first_day", "more than a year ahead"),
        (0, 92, 5, "last_day", "92 days at most"),
        (0, 3, 0, "spread_days", "from 1 to 30"),
        (0, 3, 31, "spread_days", "from 1 to 30"),
        (8, 12, 5, "first_day", "from 21 March to 23 March already"),
    ],
)
def test_a_break_that_cannot_be_is_refused_with_the_field_to_correct(
    desk: Desk, first: int, last: int, spread: int, field: str, said: str
) -> None:
    plan(desk, first=10, last=12)
    with pytest.raises(BadBreak, match=said) as refused:
        plan(desk, first, last, spread)
    assert refused.value.field == field
    assert len(breaks.listing(desk.session, desk.learner)) == 1


def test_a_form_sent_twice_plans_one_break(desk: Desk) -> None:
    assert plan(desk) is plan(desk)


def test_a_running_break_keeps_its_first_day_and_can_end_later(desk: Desk) -> None:
    found = plan(desk)
    at = NOON + 3 * DAY
    given: dict[str, Any] = {"spread_days": 2, "now": at}
    breaks.change(
        desk.session,
        desk.learner,
        found.id,
        first_day=TODAY,
        last_day=TODAY + 20 * DAY,
        **given,
    )
    assert (found.last_day, found.spread_days) == (TODAY + 20 * DAY, 2)
    with pytest.raises(BadBreak, match="today at the earliest"):
        breaks.change(
            desk.session,
            desk.learner,
            found.id,
            first_day=TODAY + DAY,
            last_day=TODAY + 20 * DAY,
            **given,
        )
    with pytest.raises(BadBreak, match="end it first"):
        breaks.forgive(desk.session, desk.learner, 3, now=at)


def test_someone_elses_break_is_not_there(desk: Desk, session: Session) -> None:
    found = plan(desk)
    other = factories.learner(session)
    for work in (
        lambda: breaks.find(session, other, found.id),
        lambda: breaks.end(session, other, found.id, now=NOON),
    ):
        with pytest.raises(NoSuchBreak):
            work()
    assert Desk(session, other, proven()).counts().waiting is None
    assert breaks.listing(session, other) == []


# What it would mean


def test_spreading_is_worked_out_before_it_is_done(desk: Desk) -> None:
    desk.learner.reviews_per_day = 9
    keys = desk.one_each(24)
    for key in keys[:20]:
        desk.card(key)
    for key in keys[20:]:
        desk.card(key, due=NOON + DAY)
    found = backlog.spreads(desk.session, desk.learner, now=NOON, over=[2, 5])
    assert [(s.days, s.waiting, s.a_day, s.fullest, s.too_much) for s in found] == [
        (2, 20, 10, 14, True),
        (5, 20, 4, 8, False),
    ]
    after = backlog.after(desk.session, desk.learner, TODAY + DAY, 6)
    assert (after.waiting, after.a_day, after.fullest) == (24, 4, 4)


def test_what_has_piled_up_counts_cards_that_are_asked_still(desk: Desk) -> None:
    for key in desk.one_each(3):
        desk.card(key)
    desk.card("gone--1/tactic")
    desk.card(desk.all_keys()[40], suspended_at=NOON)
    pile = backlog.pile(desk.session, desk.learner, desk.catalogue, now=NOON)
    assert (pile.number, pile.more) == (3, False)
