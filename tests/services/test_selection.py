"""What today promises is what study then shows, whatever the limits, breaks and siblings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Break, Card, Learner, Review
from quiz.learning.scheduling import retrievability
from quiz.questions.scope import Scope
from quiz.services import limits, log, study
from quiz.services.deck import Flashcards
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON, stix_id

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TODAY = date(2026, 3, 11)

Hypothesis = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@cache
def proven() -> Catalogue:
    """The invented techniques, with no card in the deck that makes no question."""
    catalogue = factories.catalogue_of(factories.invented())
    deck = catalogue.once(Flashcards)
    for card in list(deck.cards.values()):
        for seed in range(3):
            deck.ask(card, seed=seed)
    return catalogue


@pytest.fixture
def catalogue() -> Catalogue:
    return proven()


@dataclass
class Desk:
    """One learner at their cards."""

    session: Session
    learner: Learner
    catalogue: Catalogue

    def all_keys(self) -> list[str]:
        return list(self.catalogue.once(Flashcards).cards)

    def one_each(self, number: int) -> list[str]:
        """The first cards of so many techniques."""
        first: dict[str, str] = {}
        for key in self.all_keys():
            first.setdefault(key.rpartition("/")[0], key)
        return list(first.values())[:number]

    def card(self, key: str, **given: Any) -> Card:
        """Add a card, by default in review, due yesterday and reviewed ten days before."""
        stix, _, kind = key.rpartition("/")
        values: dict[str, Any] = {
            "state": "review",
            "stability": 10.0,
            "difficulty": 5.0,
            "due": NOON - DAY,
            "last_review": NOON - 11 * DAY,
            "first_review": NOON - 40 * DAY,
            "reviews": 1,
        }
        card = Card(
            learner_id=self.learner.id, key=key, stix_id=stix, kind=kind, **(values | given)
        )
        self.session.add(card)
        self.session.flush()
        return card

    def counts(self, at: datetime = NOON, scope: Scope | None = None) -> study.Counts:
        return study.counts(self.session, self.learner, self.catalogue, now=at, scope=scope)

    def next(self, at: datetime = NOON, scope: Scope | None = None) -> study.Served | None:
        return study.next_card(self.session, self.learner, self.catalogue, now=at, scope=scope)

    def rate(self, served: study.Served, rating: int = 4, at: datetime = NOON) -> None:
        study.rate(
            self.session,
            self.learner,
            self.catalogue,
            served.key,
            rating,
            sequence=served.sequence,
            duration_ms=0,
            now=at,
        )

    def study_all(self, at: datetime = NOON, scope: Scope | None = None) -> list[str]:
        """Rate every card that comes *easy*, and give their keys."""
        found = []
        while served := self.next(at, scope):
            found.append(served.key)
            assert len(found) < 500, "it never ends"
            self.rate(served, at=at)
        return found


@pytest.fixture
def desk(session: Session, learner: Learner, catalogue: Catalogue) -> Desk:
    return Desk(session, learner, catalogue)


def techniques(keys: list[str]) -> list[str]:
    return [key.rpartition("/")[0] for key in keys]


# What is promised is what comes


@st.composite
def _cards(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Some cards of the deck in any state that they can have."""
    keys = draw(
        st.lists(st.sampled_from(list(proven().once(Flashcards).cards)), unique=True, max_size=30)
    )
    return {key: draw(_row()) for key in keys}


@st.composite
def _row(draw: st.DrawFn) -> dict[str, Any]:
    state = draw(st.sampled_from(["review", "review", "review", "learning", "relearning", "new"]))
    row: dict[str, Any] = {"state": state}
    hours = draw(st.integers(-200, 60))
    if state == "new":
        row |= dict.fromkeys(("stability", "difficulty", "due", "last_review", "first_review"))
        row["reviews"] = 0
    else:
        row["due"] = NOON + hours * (HOUR if state == "review" else MINUTE)
        row["last_review"] = min(row["due"], NOON) - draw(st.integers(1, 40)) * DAY
        row["stability"] = draw(st.floats(0.5, 100))
        row["step"] = None if state == "review" else 0
    marks = {
        "queued_at": NOON - HOUR,
        "suspended_at": NOON - DAY,
        "buried_until": NOON + draw(st.sampled_from([-1, 1, 30])) * HOUR,
    }
    for name, value in marks.items():
        if draw(st.integers(0, 7)) == 0:
            row[name] = value
    return row


@Hypothesis
@given(
    cards=_cards(),
    wanted=st.fixed_dictionaries(
        {
            "new_per_day": st.integers(0, 6),
            "reviews_per_day": st.integers(0, 12),
            "bury_siblings": st.booleans(),
            "new_order": st.sampled_from(["suggested", "tactic", "prevalence"]),
            "extended_to": st.integers(0, 8),
        }
    ),
    leave=st.none() | st.tuples(st.integers(-3, 1), st.integers(0, 4), st.integers(1, 6)),
    scope=st.sampled_from(
        [None, Scope(), Scope(kinds=("tactic", "description")), Scope(tactics=("arrival",))]
    ),
)
def test_as_many_cards_come_as_are_counted_one_fewer_with_each(
    session: Session,
    cards: dict[str, dict[str, Any]],
    wanted: dict[str, Any],
    leave: tuple[int, int, int] | None,
    scope: Scope | None,
) -> None:
    learner = factories.learner(session, extended_day=TODAY, **wanted)
    desk = Desk(session, learner, proven())
    for key, row in cards.items():
        desk.card(key, **row)
    if leave:
        _add_break(desk, TODAY + leave[0] * DAY, leave[1] + 1, leave[2])
    left = promised = desk.counts(scope=scope).total
    shown = []
    while served := desk.next(scope=scope):
        shown.append(served.key)
        desk.rate(served)
        left -= 1
        assert desk.counts(scope=scope).total == left
    assert len(set(shown)) == len(shown) == promised
    asked = {key for key, row in cards.items() if row.get("queued_at") or row["state"] != "review"}
    if learner.bury_siblings:
        plain = techniques([key for key in shown if key not in asked])
        assert len(set(plain)) == len(plain)
    for key in shown:
        row = cards.get(key, {})
        assert not row.get("suspended_at")
        assert row.get("queued_at") or not row.get("buried_until") or row["buried_until"] <= NOON


def _add_break(desk: Desk, first: date, days: int, spread: int) -> None:
    desk.session.add(
        Break(
            learner_id=desk.learner.id,
            first_day=first,
            last_day=first + (days - 1) * DAY,
            spread_days=spread,
            created_at=NOON - 30 * DAY,
        )
    )
    desk.session.flush()


# Limits


def test_no_more_reviews_come_than_the_limit_and_steps_come_all_the_same(desk: Desk) -> None:
    desk.learner.reviews_per_day, desk.learner.new_per_day = 2, 10
    keys = desk.one_each(6)
    for key in keys[:4]:
        desk.card(key)
    for key in keys[4:]:
        desk.card(key, state="learning", step=0, due=NOON - MINUTE)
    counts = desk.counts()
    assert (counts.due, counts.learning, counts.new) == (2, 2, 0)
    assert counts.waiting is not None
    assert counts.waiting.reason is study.Reason.LIMIT
    assert len(desk.study_all()) == 4
    later = desk.counts()
    assert (later.total, later.next_due) == (0, datetime.fromisoformat("2026-03-12T04:00Z"))
    assert later.waiting is not None


def test_new_cards_wait_until_the_backlog_is_gone(desk: Desk) -> None:
    desk.learner.reviews_per_day = 3
    for key in desk.one_each(4):
        desk.card(key)
    assert desk.counts().new == 0
    desk.learner.reviews_per_day = 4
    counts = desk.counts()
    assert (counts.due, counts.new, counts.waiting) == (4, 10, None)


def test_of_a_backlog_the_best_known_come_the_best_first(desk: Desk) -> None:
    desk.learner.reviews_per_day = 3
    stabilities = dict(zip(desk.one_each(6), (3, 80, 5, 40, 1, 20), strict=True))
    rows = [desk.card(key, stability=float(stability)) for key, stability in stabilities.items()]
    chances = {row.key: retrievability(row, NOON) or 0 for row in rows}
    best = sorted(chances, key=lambda key: -chances[key])[:3]
    assert desk.study_all() == best


def test_without_a_backlog_the_least_known_come_first(desk: Desk) -> None:
    desk.learner.new_per_day = 0
    stabilities = dict(zip(desk.one_each(5), (3, 80, 5, 40, 1), strict=True))
    for key, stability in stabilities.items():
        desk.card(key, stability=float(stability))
    shown = desk.study_all()
    assert [stabilities[key] for key in shown] == [1, 3, 5, 40, 80]


def test_more_can_be_asked_for_on_this_day_alone_and_once(desk: Desk) -> None:
    desk.learner.reviews_per_day, desk.learner.new_per_day = 1, 0
    for key in desk.one_each(24):
        desk.card(key)
    waiting = desk.counts().waiting
    assert waiting is not None
    for _ in range(2):  # a form sent twice
        limits.extend(desk.session, desk.learner, waiting.extended_to, now=NOON)
    assert desk.counts().due == 21
    assert len(desk.study_all()) == 21
    assert desk.counts(NOON + DAY).due == 1


@pytest.mark.parametrize("number", [0, -20, 10_000])
def test_a_day_cannot_be_extended_to_any_number(desk: Desk, number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        limits.extend(desk.session, desk.learner, number, now=NOON)


def test_a_rating_undone_makes_room_again(desk: Desk) -> None:
    desk.learner.new_per_day = 1
    served = desk.next()
    assert served
    desk.rate(served)
    assert desk.counts().new == 0
    desk.session.scalars(select(Review)).one().undone_at = NOON
    desk.session.flush()
    assert len(log.rebuild(desk.session, desk.learner)) == 1
    assert desk.counts().new == 1
    again = desk.next()
    assert again
    assert again.key == served.key


# Order


def test_a_techniques_cards_come_on_different_days(desk: Desk) -> None:
    desk.learner.new_per_day = 0
    mine = [key for key in desk.all_keys() if key.startswith(stix_id("T9001") + "/")][:3]
    for key in mine:
        desk.card(key)
    days = [desk.study_all(NOON + place * DAY) for place in range(4)]
    assert sorted(key for day in days for key in day) == sorted(mine)
    assert [len(day) for day in days] == [1, 1, 1, 0]


def test_reviews_that_wait_for_a_card_of_their_technique_are_counted(desk: Desk) -> None:
    desk.learner.new_per_day = 0
    mine = [key for key in desk.all_keys() if key.startswith(stix_id("T9001") + "/")][:4]
    for key in mine[:3]:
        desk.card(key)
    desk.card(mine[3], buried_until=NOON + DAY)
    assert (desk.counts().due, desk.counts().behind) == (1, 2)
    desk.study_all()
    assert (desk.counts().due, desk.counts().behind) == (0, 2)
    assert desk.counts(NOON + DAY).behind == 2  # the buried one is back
    desk.learner.bury_siblings = False
    assert desk.counts(NOON + DAY).behind == 0
    desk.learner.bury_siblings, desk.learner.reviews_per_day = True, 1
    desk.card(desk.one_each(2)[1])
    assert desk.counts(NOON + DAY).waiting  # for the limit, which is what is said then
    assert desk.counts(NOON + DAY).behind == 0


def test_siblings_can_come_together(desk: Desk) -> None:
    desk.learner.new_per_day, desk.learner.bury_siblings = 0, False
    mine = [key for key in desk.all_keys() if key.startswith(stix_id("T9001") + "/")][:3]
    for key in mine:
        desk.card(key)
    assert sorted(desk.study_all()) == sorted(mine)


def test_a_technique_under_way_today_gives_no_new_card(desk: Desk) -> None:
    desk.learner.new_per_day = 24
    in_steps, due, met = desk.one_each(3)
    desk.card(in_steps, state="learning", step=0, due=NOON + 2 * HOUR)
    desk.card(due)
    desk.card(met, due=NOON + 9 * DAY)
    new = [key for key in desk.study_all() if key != due]
    assert len(new) == 22
    assert {in_steps.rpartition("/")[0], due.rpartition("/")[0]}.isdisjoint(techniques(new))
    assert met.rpartition("/")[0] in techniques(new)


def test_new_cards_come_evenly_among_the_reviews(desk: Desk) -> None:
    desk.learner.new_per_day = 4
    due = desk.one_each(12)
    for key in due:
        desk.card(key)
    kinds = ["review" if key in due else "new" for key in desk.study_all()]
    assert kinds == (["review", "new", "review", "review"] * 4)


@pytest.mark.parametrize("order", ["suggested", "tactic", "prevalence"])
def test_new_cards_follow_the_path_chosen(desk: Desk, order: str) -> None:
    desk.learner.new_order, desk.learner.bury_siblings = order, False
    desk.learner.new_per_day = 30
    path = list(desk.catalogue.once(Flashcards).path(order))
    shown = desk.study_all()
    assert shown == [key for key in path if key in desk.all_keys()][:30]
    assert all(one != other for one, other in pairwise(techniques(shown)))


def test_a_card_new_again_comes_in_its_place(desk: Desk) -> None:
    first = desk.study_all()
    card = desk.session.scalars(select(Card).where(Card.key == first[0])).one()
    card.state, card.reviews, card.due, card.first_review = "new", 0, None, None
    desk.session.flush()
    served = desk.next(NOON + DAY)
    assert served
    assert served.key == first[0]


def test_cards_met_elsewhere_are_not_met_again(
    desk: Desk, session: Session, catalogue: Catalogue
) -> None:
    first = desk.next()
    assert first
    desk.card(first.key, due=NOON + 30 * DAY)  # as another process would have
    second = desk.next()
    assert second
    assert second.key != first.key


def test_when_all_is_met_cards_taken_away_elsewhere_are_found_after_a_while(desk: Desk) -> None:
    rows = [desk.card(key, due=NOON + 90 * DAY) for key in desk.all_keys()]
    assert desk.next() is None
    desk.session.delete(rows[7])
    desk.session.flush()
    assert desk.next(NOON + MINUTE) is None
    served = desk.next(NOON + 11 * MINUTE)
    assert served
    assert served.key == rows[7].key


# Buried and suspended


@pytest.mark.parametrize("mark", ["suspended_at", "buried_until"])
@pytest.mark.parametrize("state", ["review", "learning", "new"])
def test_a_suspended_or_buried_card_does_not_come(desk: Desk, mark: str, state: str) -> None:
    desk.learner.new_per_day = 1 if state == "new" else 0
    key = desk.all_keys()[0]
    given = {"due": None, "reviews": 0} if state == "new" else {}
    card = desk.card(key, state=state, **given, **{mark: NOON + HOUR})
    assert key not in desk.study_all()
    card.queued_at = NOON
    desk.session.flush()
    assert desk.counts().queued == (mark == "buried_until")


def test_a_buried_card_comes_when_its_time_has_come(desk: Desk) -> None:
    desk.learner.new_per_day = 0
    key = desk.all_keys()[0]
    desk.card(key, buried_until=NOON + HOUR)
    assert desk.counts().total == 0
    assert desk.study_all(NOON + HOUR) == [key]


# The number of queries


@pytest.mark.parametrize(
    "prepare",
    [
        lambda desk: None,
        lambda desk: setattr(desk.learner, "reviews_per_day", 5),
        lambda desk: _add_break(desk, TODAY - 9 * DAY, 9, 5),
        lambda desk: _add_break(desk, TODAY, 9, 5),
    ],
    ids=["plain", "backlog", "spread", "break"],
)
def test_the_number_of_queries_is_the_same_for_few_cards_and_many(
    session: Session,
    catalogue: Catalogue,
    count_queries: CountQueries,
    prepare: Callable[[Desk], None],
) -> None:
    made: list[list[int]] = []
    for number in (10, 20):
        desk = Desk(session, factories.learner(session), catalogue)
        for key in desk.one_each(number):
            desk.card(key)
        for place, key in enumerate(desk.all_keys()[30 : 30 + 5 * number]):
            if key not in desk.one_each(number):
                desk.card(key, due=NOON + place * DAY)
        prepare(desk)
        limits.extend(session, desk.learner, 7, now=NOON)
        desk.next()  # looks once a day for what is not met
        with count_queries() as counting:
            desk.counts()
        with count_queries() as choosing:
            served = desk.next()
        assert served
        with count_queries() as rating:
            desk.rate(served)
        made.append([len(counting), len(choosing), len(rating)])
    assert made[0] == made[1]
    assert max(made[0]) <= 11
