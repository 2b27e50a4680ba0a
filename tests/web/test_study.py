"""Flashcards as someone without scripts meets them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.db.base import db
from quiz.db.models import Review
from quiz.questions.generator import cards_of
from quiz.services import learners, study
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor


@pytest.fixture
def reviews(app: Flask) -> list[Review]:
    """Every review in the database, looked up each time that the list is read."""

    class Rows(list[Review]):
        def __iter__(self) -> Iterator[Review]:
            with app.app_context():
                return iter(db.session.scalars(select(Review).order_by(Review.id)).all())

    return Rows()


def reveal(visitor: Visitor, front: Page) -> Page:
    return visitor.read(front.link(id="reveal"))


def test_a_front_holds_neither_the_answer_nor_what_leads_to_it(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    with app.app_context():
        catalogue = app.extensions["techniques"].load().catalogue
        learner = learners.local_learner(db.session, now=clock())
        db.session.commit()
        for technique in catalogue.techniques[::9]:
            for key, kind in cards_of(technique, catalogue):
                served = study.card(db.session, learner, catalogue, key, now=clock())
                if served is None:
                    continue
                question = served.question
                page = visitor.read(f"/study/{key}")
                assert question.stem.split("`")[0][:60] in page.words
                assert question.explanation not in page.words
                assert "/library/enterprise" not in page.html
                assert "attack.mitre.org" not in page.html
                if not kind.needs_options:
                    hidden = set(question.answer) - {question.subject}
                    assert not [a for a in hidden if f" {a} " in f" {page.words} "], key
                for option in question.options:
                    assert not option.note or option.note not in page.words


def test_the_answer_comes_with_reason_evidence_and_links(visitor: Visitor) -> None:
    front = visitor.read("/study/?kinds=description")
    back = reveal(visitor, front)
    assert "Answer" in back.words
    assert "The excerpt comes from" in back.words
    assert "<blockquote>" in back.html
    assert any("/library/enterprise-attack/T" in link["href"] for link in back.links)
    assert any(link["href"].startswith("https://attack.mitre.org/") for link in back.links)
    assert [b["value"] for b in back.form("/rating").buttons] == ["1", "2", "3", "4"]
    assert re.search(r"Again 1 min .*Easy \d+ days", back.words)


def test_an_answer_asked_for_without_its_front_shows_the_front(visitor: Visitor) -> None:
    front = visitor.read("/study/")
    assert visitor.read(f"{front.path}/answer").path == front.path
    assert visitor.read(f"{front.path}/answer?shown=made-up").path == front.path
    other = visitor.read("/study/?kinds=platform")
    signed = front.link(id="reveal").partition("?")[2].partition("#")[0]
    assert "answer" not in visitor.read(f"{other.path.partition('?')[0]}/answer?{signed}").path


def test_rating_records_one_review_with_the_time_it_took(
    visitor: Visitor, clock: Clock, reviews: list[Review]
) -> None:
    back = reveal(visitor, visitor.read("/study/"))
    clock.forward(seconds=7.5)
    after = visitor.send(back, "/rating", rating=3)
    (review,) = reviews
    assert (review.rating, review.sequence, review.duration_ms) == (3, 1, 7500)
    assert review.reviewed_at == datetime(2026, 3, 11, 12, 0, 7, 500000, tzinfo=UTC)
    assert "Saved: Good. Back in 10 min." in after.words
    assert "1 done" in after.words
    assert after.path.startswith("/study/attack-pattern--")


def test_rating_twice_changes_nothing_and_says_so(
    visitor: Visitor, reviews: list[Review], clock: Clock
) -> None:
    back = reveal(visitor, visitor.read("/study/"))
    visitor.send(back, "/rating", rating=3)
    clock.forward(seconds=5)
    again = visitor.send(back, "/rating", rating=1)
    assert [review.rating for review in reviews] == [3]
    assert "You had already rated that card Good: nothing changed." in again.words
    assert again.path.startswith("/study/attack-pattern--")


def test_going_back_to_a_rated_card_shows_no_answer_of_the_next_review(visitor: Visitor) -> None:
    front = visitor.read("/study/")
    back = reveal(visitor, front)
    visitor.send(back, "/rating", rating=3)
    once_more = visitor.read(back.path)
    assert "You have already rated this card" in once_more.words
    assert not [form for form in once_more.forms if "rating" in form.action]


def test_the_front_of_a_card_that_is_not_due_says_when_it_is(
    visitor: Visitor, clock: Clock
) -> None:
    front = visitor.read("/study/")
    visitor.send(reveal(visitor, front), "/rating", rating=4)
    clock.forward(hours=2)
    page = visitor.read(front.path)
    assert "You rated this card 2 hours ago; it is not due before" in page.words


@pytest.mark.parametrize("rating", ["0", "5", "", "good", "3.5"])
def test_a_rating_that_is_none_keeps_the_card(
    visitor: Visitor, reviews: list[Review], rating: str
) -> None:
    back = reveal(visitor, visitor.read("/study/"))
    page = visitor.send(back, "/rating", rating=rating)
    assert page.status == 422
    assert "Choose one of the four ratings" in page.words
    assert page.form("/rating")
    assert not list(reviews)


def test_a_rating_with_a_note_of_another_card_is_not_taken(
    visitor: Visitor, reviews: list[Review]
) -> None:
    first = reveal(visitor, visitor.read("/study/?kinds=description"))
    other = reveal(visitor, visitor.read("/study/?kinds=platform"))
    shown = dict(other.form("/rating").fields)["shown"]
    page = visitor.send(first, "/rating", rating=3, shown=shown)
    assert "has to be shown before it can be rated" in page.words
    assert not list(reviews)


def test_the_scope_is_kept_from_card_to_card(visitor: Visitor) -> None:
    page = visitor.read("/study/?techniques=T1059.001&techniques=T1566.001&kinds=description")
    scopes = []
    while 'id="reveal"' in page.html:
        scopes.append(page.path.partition("?")[2])
        page = visitor.send(reveal(visitor, page), "/rating", rating=4)
    assert len(scopes) == 2
    assert set(scopes) == {"techniques=T1059.001&techniques=T1566.001&kinds=description"}
    assert "Nothing is due here" in page.words
    assert "PowerShell" in page.words


def test_after_the_last_card_the_day_is_summed_up(visitor: Visitor, clock: Clock) -> None:
    page = visitor.read("/study/")
    rated = 0
    while 'id="reveal"' in page.html:
        page = visitor.send(reveal(visitor, page), "/rating", rating=4)
        rated += 1
    assert rated == 10
    assert "Done for now" in page.words
    assert "10 cards reviewed today, 100% of them remembered" in page.words
    assert "The next review is in" in page.words
    assert any(link["href"] == "/quiz/" for link in page.links)


def test_queued_cards_come_first_whether_due_or_not(visitor: Visitor, clock: Clock) -> None:
    front = visitor.read("/study/?techniques=T1059.001&kinds=tactic")
    visitor.send(reveal(visitor, front), "/rating", rating=4)
    clock.forward(hours=1)
    done = visitor.read("/study/?techniques=T1059.001&kinds=tactic")
    assert "Nothing is due here" in done.words
    page = visitor.send(done, "/study/queue")
    assert page.path.startswith("/study/attack-pattern--")
    assert "techniques=T1059.001" in page.path


def test_queueing_nothing_says_so(visitor: Visitor) -> None:
    token = dict(visitor.read("/").form("/account/theme").fields)["csrf_token"]
    response = visitor.client.post(
        "/study/queue", data={"csrf_token": token, "key": "x/y"}, follow_redirects=True
    )
    assert "There is no card to study there" in response.text


def test_an_unknown_card_is_not_found(client: FlaskClient) -> None:
    assert client.get("/study/attack-pattern--nothing/tactic").status_code == 404
    assert client.get("/study/attack-pattern--nothing/tactic/answer?shown=x").status_code == 303


def test_a_card_takes_a_number_of_queries_that_does_not_grow(
    visitor: Visitor, count_queries: CountQueries
) -> None:
    page = visitor.read("/study/")
    with count_queries() as few:
        visitor.read(page.path)
    for _ in range(6):
        page = visitor.send(reveal(visitor, page), "/rating", rating=4)
    with count_queries() as many:
        visitor.read(page.path)
    assert len(many) == len(few) < 16
