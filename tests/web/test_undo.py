"""Undoing on the pages of studying: from the message, from the menu, from the history."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.db.base import db
from quiz.db.models import Review
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor


def reveal(visitor: Visitor, front: Page) -> Page:
    return visitor.read(front.link(id="reveal"))


def rate(visitor: Visitor, front: Page, rating: int = 3) -> Page:
    return visitor.send(reveal(visitor, front), "/rating", rating=rating)


def stem(page: Page) -> str:
    found = re.search(r'<h1 class="stem">(.*?)</h1>.*?</article>', page.html, re.DOTALL)
    assert found
    return re.sub(r"shown=[^&#\"]*", "", found[0])


def rows(app: Flask) -> list[tuple[int, bool]]:
    with app.app_context():
        query = select(Review).order_by(Review.id)
        return [(r.rating, r.undone_at is not None) for r in db.session.scalars(query)]


def test_a_rating_is_undone_from_its_message_and_the_same_question_comes_again(
    app: Flask, visitor: Visitor
) -> None:
    front = visitor.read("/study/?kinds=description")
    after = rate(visitor, front)
    assert "Saved: Good. Back in 10 min. Undo" in after.words
    assert "1 done · 10 left" in after.words
    again = visitor.send(after, "/undo", undo=1)
    assert again.path == front.path  # with its scope
    assert "Undone: Good. The card is new again." in again.words
    assert "0 done · 10 left" in again.words
    assert stem(again) == stem(front)
    assert rows(app) == [(3, True)]


def test_after_a_reload_the_menu_undoes_the_last_rating(app: Flask, visitor: Visitor) -> None:
    rate(visitor, visitor.read("/study/"))
    page = visitor.read("/study/")
    assert "Saved" not in page.words
    assert "Undo your last rating (Good)" in page.words
    visitor.send(page, "/undo")
    page = visitor.read("/study/")
    assert "Undo your last rating (" not in page.words
    assert rows(app) == [(3, True)]


def test_a_form_of_an_undone_rating_does_not_rate_again(app: Flask, visitor: Visitor) -> None:
    back = reveal(visitor, visitor.read("/study/"))
    visitor.send(visitor.send(back, "/rating", rating=3), "/undo")
    once_more = visitor.send(back, "/rating", rating=1)
    assert "You undid that rating (Good), so it was not saved again." in once_more.words
    assert rows(app) == [(3, True)]
    page = visitor.read(back.path)
    assert "You undid that rating" in page.words
    front = visitor.read(next(a["href"] for a in page.links if a["href"].startswith("/study/att")))
    rate(visitor, front, 4)
    assert rows(app) == [(3, True), (4, False)]


def test_undoing_twice_says_so(app: Flask, visitor: Visitor) -> None:
    after = rate(visitor, visitor.read("/study/"))
    visitor.send(after, "/undo")
    again = visitor.send(after, "/undo")
    assert "You had undone that before (Good): nothing changed." in again.words
    assert rows(app) == [(3, True)]


def test_the_history_lists_the_last_thirty_and_says_in_words_which_are_undone(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    assert "Nothing was rated yet" in visitor.read("/study/history").words
    page = visitor.read("/study/?techniques=T1059.001&kinds=tactic")
    rate(visitor, page, 4)
    clock.forward(minutes=3)
    history = visitor.read("/study/history")
    assert "PowerShell T1059.001 Tactic" in history.words
    assert re.search(r"Easy, back in \d+ days · Wed 11 Mar, 12:00 Undo Easy", history.words)
    history = visitor.send(history, "/undo")
    assert history.path == "/study/history"
    assert "· undone just now Undone" in history.words
    assert "<del>Easy, back in" in history.html
    assert not [form for form in history.forms if "/undo" in form.action]


def test_what_is_older_than_the_last_thirty_is_refused_in_a_sentence(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    first = rate(visitor, visitor.read("/study/?techniques=T1059.001&kinds=tactic"), 1)
    for _ in range(30):
        clock.forward(days=1)
        rate(visitor, visitor.read("/study/?techniques=T1059.001&kinds=tactic"), 1)
    refused = visitor.send(first, "/undo")
    assert refused.status == 422
    assert "Only the last 30 ratings can be undone, and this one is older." in refused.words
    assert not any(undone for _, undone in rows(app))
    history = visitor.read("/study/history")
    assert len([form for form in history.forms if "/undo" in form.action]) == 30


def test_the_history_of_a_card_tells_its_answer_only_from_its_back(visitor: Visitor) -> None:
    front = visitor.read("/study/?techniques=T1059.001&kinds=description")
    rate(visitor, front, 1)
    front = visitor.read(front.path)
    from_front = visitor.read(next(a["href"] for a in front.links if "/history?" in a["href"]))
    assert "PowerShell" not in from_front.words
    assert "Again, back in 1 min" in from_front.words
    undone = visitor.send(from_front, "/undo")
    assert "Undone: Again" in undone.words
    assert "PowerShell" not in undone.words
    back = reveal(visitor, visitor.read(front.path))
    assert "PowerShell" in visitor.read(f"{front.path.partition('?')[0]}/history").words
    assert back.status == 200


@pytest.mark.parametrize("address", ["/study/x/tactic/history", "/study/x/tactic/reset"])
def test_there_is_no_page_of_what_is_no_card(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_what_is_not_ones_own_is_not_found(visitor: Visitor) -> None:
    token = dict(visitor.read("/").form("/account/theme").fields)["csrf_token"]
    response = visitor.client.post("/study/history/77/undo", data={"csrf_token": token})
    assert response.status_code == 404
    assert visitor.client.post("/study/history/77/undo").status_code == 400  # no token
    assert visitor.client.get("/study/history/77/undo").status_code == 405


def test_the_history_takes_a_constant_number_of_queries(
    visitor: Visitor, count_queries: CountQueries
) -> None:
    page, numbers = visitor.read("/study/"), []
    for _ in range(3):
        page = rate(visitor, page)
        with count_queries() as made:
            visitor.read("/study/history")
        numbers.append(len(made))
    assert len(set(numbers)) == 1
    assert numbers[0] < 6
