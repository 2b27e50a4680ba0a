"""Custom study goes through cards and leaves no trace."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Card, Learner
from quiz.questions.scope import Scope
from quiz.services import custom, study
from quiz.services.custom import Order, Which, Wish
from quiz.services.deck import Flashcards
from tests import factories, studying
from tests.conftest import CountQueries
from tests.factories import NOON, stix_id

DAY = timedelta(days=1)
WISH = Wish(
    which=Which.ALL,
    days=7,
    most=100,
    order=Order.RANDOM,
    seed=4,
    at=NOON,
    scope=Scope(),
)
Rate = Callable[..., None]
Choose = Callable[..., tuple[str, ...]]


@pytest.fixture
def rate(session: Session, learner: Learner, catalogue: Catalogue) -> Rate:
    def rate(key: str, rating: int, at: datetime) -> None:
        studying.rate(session, learner, key, rating, at=at, catalogue=catalogue)

    return rate


@pytest.fixture
def choose(session: Session, learner: Learner, catalogue: Catalogue) -> Choose:
    def choose(**given: object) -> tuple[str, ...]:
        return custom.choose(session, learner, catalogue, replace(WISH, **given))  # type: ignore[arg-type]

    return choose


@pytest.fixture
def keys(catalogue: Catalogue) -> list[str]:
    deck = catalogue.once(Flashcards)
    return [key for key, card in list(deck.cards.items()) if deck.can_ask(card)]


def test_forgotten_lately_are_those_rated_again_or_answered_wrong(
    session: Session, learner: Learner, rate: Rate, choose: Choose, keys: list[str]
) -> None:
    rate(keys[0], 1, NOON - 2 * DAY)
    rate(keys[1], 3, NOON - 2 * DAY)
    rate(keys[2], 1, NOON - 20 * DAY)
    attempt = Attempt(
        learner_id=learner.id,
        token="t",
        scope="",
        seed=1,
        collections="",
        started_at=NOON,
        questions=[
            AttemptQuestion(
                learner_id=learner.id,
                position=1,
                card_key=keys[3],
                stix_id=keys[3].rpartition("/")[0],
                kind=keys[3].rpartition("/")[2],
                question={},
                answered_at=NOON - DAY,
                score=0.0,
            )
        ],
    )
    session.add(attempt)
    session.flush()
    assert set(choose(which=Which.FORGOTTEN)) == {keys[0], keys[3]}
    assert set(choose(which=Which.FORGOTTEN, days=30)) == {keys[0], keys[2], keys[3]}


def test_ahead_are_those_that_come_due_within_some_days(
    rate: Rate, choose: Choose, keys: list[str]
) -> None:
    rate(keys[0], 4, NOON - DAY)  # due in about a week
    rate(keys[1], 1, NOON - DAY)  # due since yesterday
    assert choose(which=Which.AHEAD, days=1) == ()
    assert choose(which=Which.AHEAD, days=30) == (keys[0],)


def test_a_scope_has_its_cards_met_or_all_of_them(
    rate: Rate, choose: Choose, keys: list[str], catalogue: Catalogue
) -> None:
    scope = Scope(tactics=("arrival",))
    inside = list(catalogue.once(Flashcards).select(scope))
    rate(inside[0], 3, NOON - DAY)
    rate(next(key for key in keys if key not in inside), 3, NOON - DAY)
    assert choose(which=Which.MET, scope=scope) == (inside[0],)
    assert set(choose(which=Which.ALL, scope=scope)) == set(inside)
    assert len(choose(which=Which.ALL, scope=scope, most=5)) == 5


def test_the_same_wish_gives_the_same_cards_whatever_was_studied_since(
    rate: Rate, choose: Choose, keys: list[str]
) -> None:
    for place, key in enumerate(keys[:12]):
        rate(key, 4 if place % 2 else 1, NOON - 3 * DAY)
        rate(key, 3, NOON - 2 * DAY)
    wishes = [{"which": which, "order": order, "days": 20} for which in Which for order in Order]
    before = [choose(**wish) for wish in wishes]
    assert all(before)
    for key in keys[:8]:
        rate(key, 1, NOON + timedelta(minutes=5))
    assert [choose(**wish) for wish in wishes] == before
    assert choose(seed=5) != choose(seed=4)


def test_the_least_remembered_come_first_and_those_never_met_last(
    rate: Rate, choose: Choose, keys: list[str]
) -> None:
    rate(keys[0], 4, NOON - 2 * DAY)
    rate(keys[1], 3, NOON - 30 * DAY)
    found = choose(order=Order.LEAST)
    assert found[:2] == (keys[1], keys[0])


def test_suspended_cards_are_left_out(
    session: Session, rate: Rate, choose: Choose, keys: list[str]
) -> None:
    rate(keys[0], 3, NOON - DAY)
    session.scalars(select(Card)).one().suspended_at = NOON
    session.flush()
    assert choose(which=Which.MET) == ()


def test_what_it_asks_is_not_what_the_next_review_asks(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    key = f"{stix_id('T9001')}/description"
    served = study.card(session, learner, catalogue, key, now=NOON)
    assert served is not None
    found = [custom.ask(catalogue, key, seed) for seed in range(4)]
    asked = [question for _, question in filter(None, found)]
    assert len(asked) == 4
    assert all(question != served.question for question in asked)
    assert len({str(question.options) for question in asked}) > 1
    assert custom.ask(catalogue, key, 1) == custom.ask(catalogue, key, 1)
    assert custom.ask(catalogue, "nothing/tactic", 1) is None


def test_cards_of_another_learner_are_no_ones_else(
    session: Session, catalogue: Catalogue, rate: Rate, keys: list[str]
) -> None:
    rate(keys[0], 1, NOON - DAY)
    other = factories.learner(session)
    for which in (Which.FORGOTTEN, Which.AHEAD, Which.MET):
        wish = replace(WISH, which=which, days=300)
        assert custom.choose(session, other, catalogue, wish) == ()


def test_the_number_of_queries_does_not_grow_with_the_cards(
    rate: Rate, choose: Choose, keys: list[str], count_queries: CountQueries
) -> None:
    rate(keys[0], 1, NOON - DAY)
    with count_queries() as one:
        choose(which=Which.FORGOTTEN)
    for key in keys[1:20]:
        rate(key, 1, NOON - DAY)
    with count_queries() as many:
        choose(which=Which.FORGOTTEN)
    assert len(many) == len(one)
