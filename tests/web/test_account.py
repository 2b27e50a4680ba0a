"""The theme and the time zone, with and without scripts."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.db.base import db
from quiz.db.models import Learner
from quiz.web.account.views import same_site
from tests.web.visitor import Visitor


def test_the_theme_follows_the_system_until_one_is_chosen(visitor: Visitor) -> None:
    assert "data-bs-theme" not in visitor.read("/").html
    page = visitor.send(visitor.read("/study/"), "/account/theme", theme="dark")
    assert '<html lang="en" data-bs-theme="dark">' in page.html
    assert page.path.startswith("/study/")
    page = visitor.send(page, "/account/theme", theme="auto")
    assert "data-bs-theme" not in page.html


def test_a_theme_that_is_none_is_refused(visitor: Visitor) -> None:
    assert visitor.send(visitor.read("/"), "/account/theme", theme="pink").status == 422


def test_a_cookie_that_somebody_changed_does_no_harm(client: FlaskClient) -> None:
    client.set_cookie("theme", '"><script>')
    assert "<script>" not in client.get("/").text


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "study/",
        "/\nLocation: x",
        "",
    ],
)
def test_no_address_leads_to_another_site(app: Flask, address: str) -> None:
    with app.test_request_context("/"):
        assert same_site(address) == "/"
        assert same_site("/study/?kinds=tactic") == "/study/?kinds=tactic"


def test_the_browser_tells_its_time_zone_once(app: Flask, client: FlaskClient) -> None:
    page = client.get("/").text
    assert "timezone.js" in page
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    response = client.post(
        "/account/time-zone", data={"name": "Asia/Tokyo"}, headers={"X-CSRFToken": token}
    )
    assert response.status_code == 204
    with app.app_context():
        assert db.session.scalars(select(Learner.time_zone)).one() == "Asia/Tokyo"
    page = client.get("/").text
    assert "csrf-token" not in page  # what the script would tell it with
    assert 'data-saved="Asia/Tokyo"' in page


def test_a_browser_that_tells_its_zone_unasked_changes_none_that_is_known(
    app: Flask, visitor: Visitor, client: FlaskClient
) -> None:
    token = client.get("/").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    for name in ("Asia/Tokyo", "Pacific/Honolulu"):
        told = client.post(
            "/account/time-zone", data={"name": name}, headers={"X-CSRFToken": token}
        )
        assert told.status_code == 204
    with app.app_context():
        assert db.session.scalars(select(Learner.time_zone)).one() == "Asia/Tokyo"
    page = visitor.send(
        visitor.read("/library/?q=log"), "/account/time-zone", name="Pacific/Honolulu"
    )
    assert page.path == "/library/?q=log"
    assert "Your study days follow Pacific/Honolulu now." in page.words
    with app.app_context():
        assert db.session.scalars(select(Learner.time_zone)).one() == "Pacific/Honolulu"


@pytest.mark.parametrize("name", ["Mars/Phobos", "", "../../etc/passwd"])
def test_a_time_zone_that_is_none_is_refused(client: FlaskClient, name: str) -> None:
    token = client.get("/").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    response = client.post(
        "/account/time-zone", data={"name": name}, headers={"X-CSRFToken": token}
    )
    assert response.status_code == 422
