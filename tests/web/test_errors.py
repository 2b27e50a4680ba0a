"""Every error is a page with a way on, and shows nothing of the inside."""

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from quiz.learning.grading import UnknownOption
from quiz.services.errors import Refused
from quiz.services.study import StaleCard
from tests.web.conftest import MakeApp
from tests.web.visitor import Page, Visitor

Raising = Callable[[BaseException], Page]


@pytest.fixture
def page_of(make_app: MakeApp) -> Raising:
    """Open a page that raises an error, on an app that handles it as in production."""

    def read(error: BaseException) -> Page:
        app = make_app(TESTING=False)

        @app.get("/raises")
        def raises() -> str:
            raise error

        return Visitor(app.test_client()).read("/raises")

    return read


def test_an_unknown_address_leads_back_to_today(visitor: Visitor) -> None:
    page = visitor.read("/nowhere")
    assert page.status == 404
    assert "There is nothing here" in page.words
    assert "<title>There is nothing here · Tradecraft</title>" in page.html
    assert page.link(href="/")


def test_a_wrong_method_says_what_is_allowed(client: FlaskClient) -> None:
    response = client.get("/account/theme")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "use the page’s buttons" in response.text


def test_too_much_at_once_is_refused(visitor: Visitor) -> None:
    page = visitor.send(visitor.read("/"), "/account/theme", theme="x" * 1_100_000)
    assert page.status == 413
    assert "too much at once" in page.words


def test_a_form_of_an_earlier_session_is_out_of_date(visitor: Visitor) -> None:
    before = visitor.read("/")
    visitor.client.delete_cookie(visitor.client.application.config["SESSION_COOKIE_NAME"])
    page = visitor.send(before, "/account/theme", theme="dark")
    assert page.status == 400
    assert "This page is out of date" in page.words


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 418, 422, 429])
def test_every_status_has_a_page(app: Flask, client: FlaskClient, status: int) -> None:
    app.add_url_rule("/stops", view_func=lambda: abort(status))
    response = client.get("/stops")
    assert response.status_code == status
    assert "Go to Today" in response.text


def test_the_unexpected_shows_nothing_of_the_inside(page_of: Raising) -> None:
    page = page_of(RuntimeError("secret detail"))
    assert page.status == 500
    assert "Something went wrong here" in page.words
    assert "secret detail" not in page.html
    assert "Traceback" not in page.html


@pytest.mark.parametrize(
    ("said", "status", "title"),
    [
        ("database is locked", 503, "The database is busy"),
        ("database or disk is full", 507, "The disk is full"),
        ("attempt to write a readonly database", 503, "The database cannot be written"),
        ("connection refused", 503, "The database does not answer"),
    ],
)
def test_trouble_with_the_database_says_what_to_do(
    page_of: Raising, said: str, status: int, title: str
) -> None:
    page = page_of(OperationalError("SELECT secret", {}, sqlite3.OperationalError(said)))
    assert page.status == status
    assert title in page.words
    assert "secret" not in page.html


def test_a_database_without_tables_says_how_to_set_it_up(make_app: MakeApp) -> None:
    visitor = Visitor(make_app(DATABASE_URL="sqlite://").test_client())
    page = visitor.read("/")
    assert page.status == 503
    assert "flask --app app setup" in page.words


@pytest.mark.parametrize(
    ("error", "status"),
    [(StaleCard("x"), 409), (UnknownOption("x"), 400), (Refused("Choose less."), 422)],
)
def test_what_services_refuse_is_told(page_of: Raising, error: Exception, status: int) -> None:
    assert page_of(error).status == status


def test_a_refusal_is_told_in_the_words_of_the_service(page_of: Raising) -> None:
    assert "Choose less." in page_of(Refused("Choose less.")).words
