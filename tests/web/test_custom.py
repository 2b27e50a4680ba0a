"""The pages of custom study: all in the address, nothing in the database."""

import re
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import func, select

from quiz.db.base import db
from quiz.db.models import Card, Review
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor

START = "/study/custom/start?which=all&days=7&most=10&order=random&tactics=impact&deck=this"


def rows(app: Flask) -> tuple[int, int]:
    with app.app_context():
        counts = [
            db.session.scalars(select(func.count()).select_from(model)).one()
            for model in (Card, Review)
        ]
    return counts[0], counts[1]


def reveal(visitor: Visitor, page: Page) -> Page:
    return visitor.read(page.link(id="reveal"))


def answer(visitor: Visitor, page: Page, knew: bool) -> Page:
    form = page.form("/study/custom/next")
    query = [*form.fields, ("knew", "2" if knew else "1")]
    response = visitor.client.get(form.action, query_string=query, follow_redirects=True)
    return Page(response)


def test_a_round_goes_through_the_cards_and_writes_nothing(visitor: Visitor, app: Flask) -> None:
    page = visitor.read(START)
    seen = set()
    for place in range(1, 11):
        assert f"{place} of 10" in page.words
        assert "nothing here is recorded, and no due date changes" in page.words
        seen.add(urlsplit(page.path).path)
        page = answer(visitor, reveal(visitor, page), knew=place % 5 != 0)
    assert len(seen) == 10
    assert "You knew 8 of 10" in page.words
    assert "What you missed" in page.words
    assert rows(app) == (0, 0)
    again = visitor.read(next(a["href"] for a in page.links if "round=5.10" in a["href"]))
    assert "1 of 2" in again.words
    page = answer(visitor, reveal(visitor, again), knew=True)
    page = answer(visitor, reveal(visitor, page), knew=True)
    assert "You knew 2 of 2" in page.words
    assert rows(app) == (0, 0)


def test_what_was_missed_can_be_studied_for_real(visitor: Visitor, app: Flask) -> None:
    page = visitor.read(START.replace("most=10", "most=10&kinds=tactic"))
    first = urlsplit(page.path).path.removeprefix("/study/custom/")
    page = answer(visitor, reveal(visitor, page), knew=False)
    while "/study/custom/end" not in page.path:
        page = answer(visitor, reveal(visitor, page), knew=True)
    real = visitor.send(page, "/study/queue")
    assert urlsplit(real.path).path == f"/study/{first}"


def test_the_back_is_nowhere_until_it_is_shown(visitor: Visitor) -> None:
    page = visitor.read(START)
    assert 'id="answer"' not in page.html
    forced = visitor.read(page.path.replace("?", "/answer?", 1))
    assert 'id="answer"' not in forced.html
    back = reveal(visitor, page)
    assert 'id="answer"' in back.html
    signed = parse_qs(urlsplit(page.link(id="reveal")).query)["shown"][0]
    real = urlsplit(page.path).path.replace("/custom", "")
    studied = visitor.read(f"{real}/answer?shown={signed}")
    assert 'id="answer"' not in studied.html


def test_going_back_and_reloading_show_the_same_card(visitor: Visitor, clock: Clock) -> None:
    page = visitor.read(START)
    clock.forward(days=3)
    assert visitor.read(page.path).words == page.words
    following = answer(visitor, reveal(visitor, page), knew=False)
    other = answer(visitor, reveal(visitor, page), knew=False)
    assert following.path == other.path


def test_where_there_is_no_such_card_the_form_says_so(visitor: Visitor) -> None:
    page = visitor.read("/study/custom/start?which=forgotten&days=7&most=20&order=random&deck=")
    assert "you forgot nothing in these days" in page.words
    page = visitor.read("/study/custom/start?which=ahead&days=0&most=20&order=random&deck=")
    assert page.status == 422
    assert "Choose from 1 to 365 days." in page.words


def test_a_card_rated_again_is_offered_as_forgotten(visitor: Visitor) -> None:
    front = visitor.read("/study/?tactics=impact")
    key = re.sub(r"\?.*", "", front.path).removeprefix("/study/")
    visitor.send(reveal(visitor, front), "/rating", rating="1")
    page = visitor.read("/study/custom/start?which=forgotten&days=7&most=20&order=least&deck=")
    assert urlsplit(page.path).path == f"/study/custom/{key}"
    assert "1 of 1" in page.words


def test_an_address_that_was_tampered_with_leads_back_to_the_form(visitor: Visitor) -> None:
    page = visitor.read(START)
    for old, new in (
        ("which=all", "which=none"),
        ("at=", "at=x"),
        ("place=1", "place=1000"),
        ("seed=", "seed=-"),
    ):
        assert old in page.path
        lost = visitor.read(page.path.replace(old, new))
        assert "Choose again what to go through" in lost.words
    assert "Choose again" in visitor.read("/study/custom/end").words
    assert "Choose again" in visitor.read("/study/custom/next?knew=2").words


def test_a_deck_can_be_gone_through(visitor: Visitor) -> None:
    made = visitor.send(
        visitor.read("/decks/new"), "/decks/new", name="Mine", tactics="impact", kinds="tactic"
    )
    form = visitor.read(next(a["href"] for a in made.links if "/study/custom/" in a["href"]))
    assert "Mine" in form.words
    page = visitor.read(
        f"/study/custom/start?which=all&days=7&most=10&order=random&deck={made.path.split('/')[-1]}"
    )
    assert "tactics=impact" in page.path
    gone = visitor.read("/study/custom/start?which=all&days=7&most=10&order=random&deck=77")
    assert gone.status == 422


def test_a_card_costs_the_same_number_of_queries_whatever_is_chosen(
    visitor: Visitor, count_queries: CountQueries
) -> None:
    few, many = (visitor.read(START.replace("most=10", f"most={most}")) for most in (10, 100))
    with count_queries() as first:
        visitor.read(few.path)
    with count_queries() as second:
        visitor.read(many.path)
    assert len(first) == len(second)
