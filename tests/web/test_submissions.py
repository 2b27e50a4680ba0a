"""Answers sent twice, late, out of order, from two tabs or by hand: told clearly, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from quiz.db.base import db
from quiz.db.models import Attempt, AttemptQuestion
from quiz.questions.base import Question
from tests.answering import as_sent, right_answer, wrong_answer
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

Send = Callable[..., TestResponse]
KINDS = ["tactic", "description", "attack-id"]


@pytest.fixture
def send(client: FlaskClient, visitor: Visitor) -> Send:
    """Send fields by hand, with a token that is good."""
    token = dict(visitor.read("/quiz/").form("/quiz/").fields)["csrf_token"]

    def send(address: str, /, accept: str = "text/html", **fields: Any) -> TestResponse:
        data = {"csrf_token": token, **fields}
        return client.post(address, data=data, headers={"Accept": accept})

    return send


@pytest.fixture
def begin(send: Send) -> Callable[..., None]:
    """Start a quiz of three questions to choose one answer of."""

    def begin(**setup: Any) -> None:
        fields = {"length": 3, "kinds": KINDS, "answers": "choose", **setup}
        assert send("/quiz/", **fields).status_code == 303

    return begin


def stored(app: Flask) -> list[AttemptQuestion]:
    with app.app_context():
        return list(db.session.scalars(select(AttemptQuestion).order_by(AttemptQuestion.id)))


def finished(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalars(select(Attempt)).one().finished_at is not None


def right(row: AttemptQuestion) -> dict[str, Any]:
    question = Question.from_dict(row.question)
    return as_sent(question, right_answer(question))


def wrong(row: AttemptQuestion) -> dict[str, Any]:
    question = Question.from_dict(row.question)
    return as_sent(question, wrong_answer(question))


def test_the_same_answer_sent_twice_gets_the_same_reply(
    app: Flask, begin: Callable[..., None], send: Send
) -> None:
    begin()
    row = stored(app)[0]
    first, second = (send("/quiz/1/1", **right(row)) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert (stored(app)[0].version, stored(app)[0].score) == (1, 1.0)


def test_answers_come_in_any_order(app: Flask, begin: Callable[..., None], send: Send) -> None:
    begin()
    for position in (3, 1, 2):
        assert not finished(app)
        send(f"/quiz/1/{position}", **right(stored(app)[position - 1]))
    assert finished(app)
    assert [row.score for row in stored(app)] == [1.0, 1.0, 1.0]


def test_an_older_tab_is_told_so_and_its_answer_is_not_lost(
    app: Flask, begin: Callable[..., None], send: Send
) -> None:
    begin(mode="exam")
    row = stored(app)[0]
    assert send("/quiz/1/1/save", **right(row), version="0").status_code == 200
    saved = stored(app)[0].chosen
    assert send("/quiz/1/1/save", **wrong(row), version="0").status_code == 409
    page = send("/quiz/1/1", **wrong(row), version="0")
    assert page.status_code == 409
    assert f'value="{wrong(row)["chosen"][0]}"' in page.text
    assert send("/quiz/1/1/clear", version="0").status_code in {303, 409}
    assert stored(app)[0].chosen == saved
    assert send("/quiz/1/1", **wrong(row), version="1").status_code == 303
    assert stored(app)[0].chosen != saved


@pytest.mark.parametrize("seconds", [2, 4])
def test_what_was_on_the_way_at_the_end_counts_and_what_comes_later_hands_in_what_was_saved(
    app: Flask, begin: Callable[..., None], send: Send, clock: Clock, seconds: int
) -> None:
    begin(mode="exam", minutes="1")
    first, second = stored(app)[:2]
    send("/quiz/1/1", **right(first), version="0")
    clock.forward(seconds=60 + seconds)
    late = send("/quiz/1/2/save", accept="application/json", **right(second), version="0")
    assert late.status_code == (200 if seconds < 3 else 410)
    assert finished(app) == (seconds > 3)
    send("/quiz/1/finish")
    assert [row.score for row in stored(app)] == [1.0, 1.0 if seconds < 3 else None, None]


def test_after_the_end_nothing_is_taken_and_the_result_is_shown(
    app: Flask, begin: Callable[..., None], send: Send
) -> None:
    begin(mode="exam")
    row = stored(app)[0]
    assert [send("/quiz/1/finish").location for _ in range(2)] == ["/quiz/1/result"] * 2
    json = "application/json"
    assert send("/quiz/1/1/save", accept=json, **right(row)).status_code == 410
    for address in ("/quiz/1/1", "/quiz/1/1/clear", "/quiz/1/1/flag", "/quiz/1/time"):
        assert send(address, **right(row), flagged="1").status_code == 303, address
    kept = stored(app)[0]
    assert (kept.chosen, kept.score, kept.flagged, kept.version) == (None, None, False, 0)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"chosen": ""}, 400),
        ({"chosen": "99"}, 400),
        ({"chosen": "1\x00"}, 400),
        ({"chosen": ["1", "99"]}, 400),
        ({"place-1": "1", "place-2": "1"}, 422),
        ({"place-1": "9" * 300}, 400),
        ({"place-x": "1"}, 400),
        ({"version": "x", "shown": "y", "confidence": "z", "go": "nowhere"}, 422),
    ],
)
@pytest.mark.parametrize("mode", ["practice", "exam"])
def test_what_no_page_sends_is_refused_and_changes_nothing(
    app: Flask,
    begin: Callable[..., None],
    send: Send,
    mode: str,
    fields: dict[str, Any],
    status: int,
) -> None:
    begin(mode=mode)
    found = send("/quiz/1/1", **fields).status_code
    assert found == status or (mode == "exam" and "go" in fields and found == 303)
    if mode == "exam":
        assert 400 <= send("/quiz/1/1/save", **fields).status_code < 500
    assert [(row.chosen, row.score, row.version) for row in stored(app)] == [(None, None, 0)] * 3


@pytest.mark.parametrize("garbage", ["x", "-1", "9" * 30, "1e3", ""])
def test_a_version_or_a_confidence_that_cannot_be_loses_no_answer(
    app: Flask, begin: Callable[..., None], send: Send, garbage: str
) -> None:
    begin()
    row = stored(app)[0]
    sent = send("/quiz/1/1", **right(row), version=garbage, confidence=garbage, shown=garbage)
    assert sent.status_code == 303
    assert (stored(app)[0].score, stored(app)[0].confidence) == (1.0, None)


@pytest.mark.parametrize(
    "address", ["/quiz/1/0", "/quiz/1/4", f"/quiz/1/{10**30}", f"/quiz/{10**30}/1", "/quiz/2/1"]
)
@pytest.mark.parametrize("about", ["", "/save", "/clear", "/flag", "/near"])
def test_what_is_not_there_is_not_found_however_large_its_number(
    app: Flask, begin: Callable[..., None], send: Send, address: str, about: str
) -> None:
    begin(mode="exam")
    status = send(f"{address}{about}", chosen="1", flagged="1", counts="1").status_code
    assert status in {404, 405}  # a number that no row can have is at no address that takes any
    assert not any(row.version or row.flagged for row in stored(app))


def test_without_a_token_or_by_another_method_nothing_is_taken(
    app: Flask, client: FlaskClient, begin: Callable[..., None], send: Send
) -> None:
    begin(mode="exam")
    for address in ("/1", "/1/save", "/1/clear", "/1/flag", "/1/near", "/time", "/finish"):
        assert client.post(f"/quiz/1{address}", data={"chosen": "1"}).status_code == 400, address
        assert send(f"/quiz/1{address}", csrf_token="made up").status_code == 400, address
    for address in ("/1/save", "/1/clear", "/1/flag", "/1/near", "/time", "/again"):
        assert client.get(f"/quiz/1{address}").status_code == 405, address
        assert client.delete(f"/quiz/1{address}").status_code == 405, address
    assert not finished(app)
    assert not any(row.version or row.flagged for row in stored(app))
