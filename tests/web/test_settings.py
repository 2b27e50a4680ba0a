"""Settings: kept when they are right, said where they are wrong, and no card moves."""

import re

import pytest
from flask import Flask

from quiz.db.base import db
from quiz.db.models import Card, Learner
from tests.web.visitor import Page, Visitor


def learner(app: Flask) -> Learner:
    with app.app_context():
        return db.session.query(Learner).one()


def test_what_is_set_is_kept_and_shown(app: Flask, visitor: Visitor) -> None:
    page = visitor.send(
        visitor.read("/account/settings"),
        "/account/settings",
        retention="85",
        maximum_interval="365",
        new_per_day="20",
        reviews_per_day="90",
        new_order="prevalence",
        answering="choose",
        two_buttons="y",
        quiz_counts="y",
        time_zone="Asia/Tokyo",
        rollover_hour="0",
    )
    assert "Saved. Cards move at their next rating, none before." in page.words
    found = learner(app)
    assert (found.new_per_day, found.reviews_per_day, found.rollover_hour) == (20, 90, 0)
    assert (found.new_order, found.answering, found.time_zone) == (
        "prevalence",
        "choose",
        "Asia/Tokyo",
    )
    assert (found.two_buttons, found.quiz_counts, found.bury_siblings) == (True, True, True)
    form = dict(page.form("/account/settings").fields)
    assert (form["retention"], form["maximum_interval"]) == ("85", "365")
    assert form["answering"] == "choose"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("retention", "69", "Give a whole number from 70 to 99."),
        ("retention", "100", "Give a whole number from 70 to 99."),
        ("retention", "ninety", "Give a whole number from 70 to 99."),
        ("retention", "70.5", "Give a whole number from 70 to 99."),
        ("retention", "", "Give a whole number from 70 to 99."),
        ("maximum_interval", "0", "from 1 to 36,500"),
        ("rollover_hour", "24", "from 0 to 23"),
        ("new_per_day", "-1", "from 0 to 9,999"),
        ("reviews_per_day", "10000", "from 0 to 9,999"),
        ("time_zone", "Mars/Base", "There is no such time zone"),
        ("new_order", "backwards", "Not a valid choice"),
    ],
)
def test_what_is_out_of_bounds_is_said_beside_its_field_and_nothing_is_lost(
    app: Flask, visitor: Visitor, field: str, value: str, said: str
) -> None:
    page = visitor.send(
        visitor.read("/account/settings"),
        "/account/settings",
        **{"new_per_day": "33", field: value},
    )
    assert page.status == 422
    assert said in page.words
    assert page.html.count('class="field-error"') == 1
    assert "Nothing was saved: 1 field below needs another value." in page.words
    sent = dict(page.form("/account/settings").fields)
    assert sent["new_per_day"] == (value if field == "new_per_day" else "33")
    assert learner(app).new_per_day == 10


@pytest.mark.parametrize(
    ("retention", "said"),
    [
        ("75", "At 75% you forget about 25 in 100 cards before they come back"),
        ("97", "At 97% you have about 4.5 times as many reviews of the same cards as at 90%"),
        ("80", ""),
        ("95", ""),
    ],
)
def test_a_retention_far_from_the_usual_one_is_warned_of(
    visitor: Visitor, retention: str, said: str
) -> None:
    page = visitor.send(visitor.read("/account/settings"), "/account/settings", retention=retention)
    assert said in page.words
    assert ("flash-warning" in page.html) == bool(said)


def test_no_card_moves_and_the_next_rating_follows(app: Flask, visitor: Visitor) -> None:
    visitor.send(visitor.read(visitor.read("/study/").link(id="reveal")), "/rating", rating="4")
    with app.app_context():
        before = db.session.query(Card.due, Card.stability).all()
    visitor.send(visitor.read("/account/settings"), "/account/settings", maximum_interval="3")
    with app.app_context():
        assert db.session.query(Card.due, Card.stability).all() == before
    back = visitor.read(visitor.read("/study/").link(id="reveal"))
    longest = re.findall(r'rating-interval">([^<]+)<', back.html)[-1]
    assert longest in {"2 days", "3 days"}  # three, or moved a little


def test_everything_can_go_back_to_the_usual(app: Flask, visitor: Visitor) -> None:
    page = visitor.send(
        visitor.read("/account/settings"),
        "/account/settings",
        retention="85",
        new_per_day="3",
        time_zone="Asia/Tokyo",
    )
    assert learner(app).parameters_version
    token = dict(page.form("/account/settings").fields)["csrf_token"]
    page = Page(
        visitor.client.post(
            "/account/settings/usual", data={"csrf_token": token}, follow_redirects=True
        )
    )
    assert "Everything is as it was at first." in page.words
    found = learner(app)
    assert (found.new_per_day, found.parameters_version) == (10, None)
    assert found.time_zone == "Asia/Tokyo"


def test_the_page_can_be_reached_from_everywhere(visitor: Visitor) -> None:
    assert visitor.read("/").link(title="Settings") == "/account/settings"
