"""The page of a learner's own cards."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import db
from quiz.db.models import Card
from quiz.services.deck import Flashcards
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.test_undo import rate
from tests.web.visitor import Page, Visitor


@pytest.fixture
def keys(app: Flask, visitor: Visitor) -> list[str]:
    """The keys of three cards that were rated."""
    page = visitor.read("/study/")
    for _ in range(3):
        page = rate(visitor, page, 4)
    with app.app_context():
        return list(db.session.scalars(select(Card.key).order_by(Card.id)))


def own(app: Flask, key: str) -> Card:
    with app.app_context():
        return db.session.scalars(select(Card).where(Card.key == key)).one()


def listed(page: Page) -> list[str]:
    return re.findall(r'name="key" value="([^"]+)"', page.html)


def act(visitor: Visitor, page: Page, action: str, keys: list[str]) -> Page:
    return visitor.send(page, "/study/cards", action=action, key=keys)


def test_who_has_no_cards_is_told_what_to_do(visitor: Visitor) -> None:
    page = visitor.read("/study/cards")
    assert "No cards yet" in page.words
    assert page.link(**{"class": "btn btn-primary"}) == "/study/"


def test_cards_are_listed_with_their_state_in_words(visitor: Visitor, keys: list[str]) -> None:
    page = visitor.read("/study/cards")
    assert sorted(listed(page)) == sorted(keys)
    assert "3 cards" in page.words
    assert re.search(r"In review Due in \d+ days Memory lasts \d+ days never forgotten", page.words)


def test_several_cards_are_suspended_and_found_again(
    app: Flask, visitor: Visitor, keys: list[str]
) -> None:
    page = act(visitor, visitor.read("/study/cards"), "suspend", keys[:2])
    assert "2 cards suspended: not asked any more until you lift that." in page.words
    shelf = visitor.read("/study/cards?show=suspended")
    assert sorted(listed(shelf)) == sorted(keys[:2])
    page = act(visitor, shelf, "unsuspend", keys)
    assert page.path == "/study/cards?show=suspended"
    assert "2 cards no longer suspended." in page.words
    assert "No card is suspended." in page.words
    again = act(visitor, shelf, "unsuspend", keys)
    assert "That was so already: nothing changed." in again.words


@pytest.mark.parametrize("action", ["bury", "unbury", "mark", "unmark"])
def test_the_other_actions_take_several_cards_too(
    app: Flask, visitor: Visitor, keys: list[str], action: str
) -> None:
    page = visitor.read("/study/cards")
    if action.startswith("un"):
        act(visitor, page, action.removeprefix("un"), keys)
    assert f"{len(keys)} cards " in act(visitor, page, action, keys).words
    done = [bool(own(app, key).buried_until or own(app, key).marked_at) for key in keys]
    assert set(done) == {not action.startswith("un")}


def test_setting_back_asks_first(app: Flask, visitor: Visitor, keys: list[str]) -> None:
    page = act(visitor, visitor.read("/study/cards?sort=lapses"), "reset", keys[:2])
    assert "Set 2 cards back to new?" in page.words
    assert own(app, keys[0]).reviews == 1
    done = visitor.send(page, "/study/cards", action="reset")
    assert "2 cards set back to new." in done.words
    assert done.path == "/study/cards?sort=lapses"
    assert [own(app, key).reviews for key in keys] == [0, 0, 1]
    undone = visitor.send(visitor.read("/study/history"), "/undo")
    assert "Undone: Set back to new." in undone.words
    assert sum(own(app, key).reviews for key in keys) == 2


def test_no_more_cards_are_set_back_than_can_be_undone(app: Flask, visitor: Visitor) -> None:
    with app.app_context():
        deck = list(app.extensions["techniques"].load().catalogue.once(Flashcards).cards)
    rate(visitor, visitor.read("/study/"))
    page = act(visitor, visitor.read("/study/cards"), "reset", deck[:31])
    assert page.status == 422
    assert "Choose at most 30 cards" in page.words


def test_cards_chosen_are_studied_next(app: Flask, visitor: Visitor, keys: list[str]) -> None:
    page = act(visitor, visitor.read("/study/cards"), "queue", [keys[2]])
    assert page.path.startswith(f"/study/{keys[2]}")
    assert "1 card will be asked next." in page.words


def test_nothing_chosen_changes_nothing_and_keeps_the_filters(
    visitor: Visitor, keys: list[str]
) -> None:
    page = act(visitor, visitor.read("/study/cards?sort=lapses"), "suspend", [])
    assert "Choose the cards first. Nothing was changed." in page.words
    assert page.path == "/study/cards?sort=lapses"
    assert act(visitor, page, "explode", keys).status == 422


@pytest.mark.parametrize(
    "query",
    ["show=x&sort=y&kind=z&tactic=%00&page=-3", "page=999", "q=" + "x" * 3000, "show=due&q=%25"],
)
def test_no_query_string_breaks_the_page(visitor: Visitor, keys: list[str], query: str) -> None:
    assert visitor.read(f"/study/cards?{query}").status == 200


def test_cards_are_found_by_technique_kind_and_tactic(visitor: Visitor, clock: Clock) -> None:
    rate(visitor, visitor.read("/study/?techniques=T1059.001&kinds=description"))
    rate(visitor, visitor.read("/study/?techniques=T1566.001&kinds=tactic"))
    for query, count in (
        ("q=powershell", 1),
        ("q=t1566", 1),
        ("kind=tactic", 1),
        ("tactic=enterprise-attack:execution", 1),
        ("tactic=enterprise-attack:execution&kind=tactic", 0),
    ):
        assert len(listed(visitor.read(f"/study/cards?{query}"))) == count, query


def test_the_list_takes_a_constant_number_of_queries(
    visitor: Visitor, keys: list[str], count_queries: CountQueries
) -> None:
    with count_queries() as few:
        visitor.read("/study/cards")
    page = visitor.read("/study/")
    for _ in range(5):
        page = rate(visitor, page, 4)
    with count_queries() as many:
        visitor.read("/study/cards")
    assert len(few) == len(many) < 8


@pytest.mark.parametrize(
    "address", ["/study/", "/progress/", "/library/enterprise-attack/T1059.001"]
)
def test_the_list_is_reached_from_where_it_is_needed(visitor: Visitor, address: str) -> None:
    rate(visitor, visitor.read("/study/?techniques=T1059.001&kinds=description"))
    links = [link["href"] for link in visitor.read(address).links]
    assert [link for link in links if link.startswith("/study/cards")]
