"""Files of a quiz's questions: of a finished attempt, and of a quiz as it is set up."""

import pytest
from flask.testing import FlaskClient

from quiz.exports.formats import FORMATS
from tests.web.visitor import Visitor

SETUP = "length=4&seed=11&kinds=tactic&kinds=description&answers=choose"


def start(visitor: Visitor, seed: int = 11) -> None:
    visitor.send(visitor.read("/quiz/"), "/quiz/", length=5, seed=seed, for_me="")


def finish(visitor: Visitor) -> None:
    visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")


@pytest.mark.parametrize("slug", FORMATS)
def test_a_quiz_as_it_is_set_up_is_given_as_a_file(client: FlaskClient, slug: str) -> None:
    response = client.get(f"/quiz/export/{slug}?{SETUP}")
    assert response.status_code == 200
    assert response.mimetype == FORMATS[slug].mimetype
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.data == client.get(f"/quiz/export/{slug}?{SETUP}").data


@pytest.mark.parametrize("slug", FORMATS)
def test_a_finished_quiz_is_given_as_a_file_and_an_open_one_is_not(
    visitor: Visitor, client: FlaskClient, slug: str
) -> None:
    start(visitor)
    assert client.get(f"/quiz/1/export/{slug}").status_code == 404
    finish(visitor)
    assert client.get(f"/quiz/1/export/{slug}").status_code == 200


def test_the_key_of_what_is_being_asked_is_not_given(visitor: Visitor, client: FlaskClient) -> None:
    start(visitor)
    response = client.get(f"/quiz/export/gift?{SETUP}")
    assert response.status_code == 422
    assert b"Finish it first" in response.data
    assert client.get("/quiz/export/gift?length=4&seed=12").status_code == 200
    finish(visitor)
    assert client.get(f"/quiz/export/gift?{SETUP}").status_code == 200


@pytest.mark.parametrize("slug", ["paper", "answers"])
def test_a_paper_can_be_looked_at_under_the_same_policy(client: FlaskClient, slug: str) -> None:
    response = client.get(f"/quiz/export/{slug}?{SETUP}&view=1")
    assert response.mimetype == "text/html"
    assert "Content-Disposition" not in response.headers
    assert b"<style" not in response.data
    assert b"css/paper.css" in response.data


def test_an_unknown_format_and_an_empty_scope_are_answered_in_words(client: FlaskClient) -> None:
    assert client.get(f"/quiz/export/docx?{SETUP}").status_code == 404
    response = client.get("/quiz/export/gift?techniques=T0000")
    assert response.status_code == 422
    assert b"Choose more tactics" in response.data
