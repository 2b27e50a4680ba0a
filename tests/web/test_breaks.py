"""Breaks and what has piled up, as someone without scripts meets them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import Break, Card
from quiz.services import learners
from quiz.services.deck import Flashcards
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor

DAY = timedelta(days=1)

PileUp = Callable[..., None]


@pytest.fixture
def pile_up(app: Flask, clock: Clock) -> PileUp:
    """Let cards of so many techniques be due, with a daily limit."""

    def pile_up(number: int, limit: int = 200) -> None:
        with app.app_context():
            catalogue = app.extensions["techniques"].load().catalogue
            learner = learners.local_learner(db.session, now=clock())
            db.session.commit()
            begin_writing(db.session)
            learner.reviews_per_day = limit
            keys: dict[str, str] = {}
            for key in catalogue.once(Flashcards).cards:
                keys.setdefault(key.rpartition("/")[0], key)
            for stix_id, key in list(keys.items())[:number]:
                db.session.add(
                    Card(
                        learner_id=learner.id,
                        key=key,
                        stix_id=stix_id,
                        kind=key.rpartition("/")[2],
                        state="review",
                        stability=10.0,
                        difficulty=5.0,
                        due=clock() - DAY,
                        last_review=clock() - 11 * DAY,
                        first_review=clock() - 40 * DAY,
                        reviews=1,
                        entries=1,
                    )
                )
            db.session.commit()

    return pile_up


def plan(visitor: Visitor, first: str, last: str, button: str = "save", spread: str = "5") -> Page:
    page = visitor.read("/study/breaks")
    fields = {"first_day": first, "last_day": last, "spread_days": spread, button: "1"}
    page.forms = [form for form in page.forms if form.action == "/study/breaks"]
    return visitor.send(page, "/study/breaks", **fields)


def study_one(visitor: Visitor) -> Page:
    front = visitor.read("/study/")
    return visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating=4)


def test_a_backlog_is_told_kindly_with_what_helps(visitor: Visitor, pile_up: PileUp) -> None:
    pile_up(30, limit=3)
    study_one(visitor)
    page = visitor.read("/")
    assert (
        "29 reviews have piled up. Today’s 2 are those you are most likely to still know;"
        " new cards wait until you have caught up."
    ) in page.words
    assert "Reviews have piled up" in visitor.read("/study/").words
    study_one(visitor)
    done = study_one(visitor)
    assert "27 reviews are left for the next days." in done.words
    assert "New cards come tomorrow" not in done.words
    for where in (done, visitor.read("/")):
        assert "Another 20 today" in where.words
        assert any(link["href"] == "/study/breaks#spread" for link in where.links)


def test_more_can_be_studied_today_and_twice_sent_is_once(
    visitor: Visitor, pile_up: PileUp
) -> None:
    pile_up(30, limit=1)
    study_one(visitor)
    page = visitor.read("/")
    for _ in range(2):
        front = visitor.send(page, "/study/breaks/more")
        assert "1 done · 20 left" in front.words


@pytest.mark.parametrize("number", ["0", "10000", "many", ""])
def test_a_day_of_any_length_cannot_be_asked_for(
    visitor: Visitor, pile_up: PileUp, number: str
) -> None:
    pile_up(30, limit=1)
    study_one(visitor)
    page = visitor.read("/")
    assert visitor.send(page, "/study/breaks/more", extended_to=number).status == 422


def test_a_backlog_is_spread_by_the_choice_whose_figures_are_shown(
    visitor: Visitor, pile_up: PileUp
) -> None:
    pile_up(30, limit=10)
    page = visitor.read("/study/breaks")
    assert "5 days: about 6 of them a day, at most 6 with what comes due meanwhile" in page.words
    assert "2 days: about 15 of them a day, at most 15 with" in page.words
    assert "over your limit of 10" in page.words
    study_one(visitor)
    today = visitor.send(page, "/study/breaks/spread", spread_days="5")
    assert "Spread over 5 days, today included. No card’s date was changed." in today.words
    assert "29 reviews have come together." in today.words
    assert "today’s 5 are those you are most likely to still know" in today.words
    assert "until Sun 15 Mar" in today.words


def test_a_choice_that_is_none_is_refused(visitor: Visitor, pile_up: PileUp) -> None:
    pile_up(30)
    page = visitor.read("/study/breaks")
    for wrong in ("0", "99", "some"):
        refused = visitor.send(page, "/study/breaks/spread", spread_days=wrong)
        assert refused.status == 422
        assert "Choose from 1 to 30 days." in refused.words


def test_a_break_is_previewed_planned_changed_and_taken_back(
    visitor: Visitor, pile_up: PileUp, app: Flask
) -> None:
    pile_up(30)
    preview = plan(visitor, "2026-03-20", "2026-03-27", button="preview")
    assert "about 30 reviews wait. Over 5 days: about 6 of them a day" in preview.words
    assert "Nothing is saved yet." in preview.words
    assert 'value="2026-03-20"' in preview.html
    planned = plan(visitor, "2026-03-20", "2026-03-27")
    assert "Your break from Fri 20 Mar to Fri 27 Mar is planned." in planned.words
    with app.app_context():
        (found,) = db.session.scalars(select(Break))
    assert any(link["href"] == f"/study/breaks/{found.id}" for link in planned.links)
    page = visitor.read(f"/study/breaks/{found.id}")
    assert 'value="2026-03-27"' in page.html
    changed = visitor.send(page, f"/study/breaks/{found.id}", last_day="2026-03-29", save="1")
    assert "Your break is now from Fri 20 Mar to Sun 29 Mar." in changed.words
    back = visitor.send(changed, f"/study/breaks/{found.id}/end")
    assert "Taken back." in back.words
    assert visitor.read(f"/study/breaks/{found.id}").status == 404


@pytest.mark.parametrize(
    ("first", "last", "spread", "said"),
    [
        ("", "2026-03-20", "5", "Choose the first day."),
        ("2026-03-20", "next week", "5", "Write a day as year-month-day, such as 2026-12-24."),
        ("2026-03-20", "2026-03-12", "5", "The last day is before the first."),
        ("2026-03-01", "2026-03-20", "5", "A break can begin today at the earliest."),
        ("2026-03-12", "2026-03-20", "x", "Choose from 1 to 30 days."),
        ("2026-03-12", "2026-03-20", "0", "Choose from 1 to 30 days."),
    ],
)
@pytest.mark.parametrize("button", ["save", "preview"])
def test_what_is_wrong_with_a_break_is_said_and_what_was_typed_stays(
    visitor: Visitor, first: str, last: str, spread: str, said: str, button: str
) -> None:
    page = plan(visitor, first, last, button, spread)
    assert page.status == 422
    assert said in page.words
    assert f'value="{first}"' in page.html
    assert visitor.read("/study/breaks").words.count("Planned") == 0


def test_on_a_break_today_and_study_say_so_and_it_can_be_ended(
    visitor: Visitor, pile_up: PileUp, clock: Clock
) -> None:
    pile_up(30)
    study_one(visitor)
    plan(visitor, "2026-03-12", "2026-03-20")
    clock.forward(days=1)
    for address in ("/", "/study/"):
        page = visitor.read(address)
        assert "You are on a break" in page.words
        assert "Your break lasts until Fri 20 Mar." in page.words
        assert "Study 20 anyway" in page.words
    front = visitor.send(page, "/study/breaks/more")
    assert "0 done · 20 left" in front.words
    assert "You are on a break until Fri 20 Mar: this is extra." in front.words
    clock.forward(days=1)
    back = visitor.send(visitor.read("/"), "/end")
    assert "Welcome back." in back.words
    assert "spread until" in back.words


def test_its_number_of_queries_does_not_grow(
    visitor: Visitor, pile_up: PileUp, count_queries: CountQueries
) -> None:
    pile_up(10)
    visitor.read("/study/breaks")
    with count_queries() as few:
        visitor.read("/study/breaks")
    for week in range(1, 6):
        first = date(2026, 3, 11) + 7 * week * DAY
        plan(visitor, str(first), str(first + 2 * DAY))
    with count_queries() as many:
        visitor.read("/study/breaks")
    assert len(many) == len(few) < 25
