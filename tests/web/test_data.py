"""Your data: out as a file, and back."""

import gzip
import json
from io import BytesIO
from pathlib import Path
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from quiz.db.base import db
from quiz.db.models import Review
from tests.web.visitor import Page, Visitor


def study_a_card(visitor: Visitor) -> None:
    back = visitor.read(visitor.read("/study/").link(id="reveal"))
    visitor.send(back, "/rating", rating="3")


def download(client: FlaskClient) -> bytes:
    response = client.get("/account/data/archive")
    assert response.status_code == 200
    assert "tradecraft-2026-03-11.jsonl.gz" in response.headers["Content-Disposition"]
    content: bytes = response.data
    return content


def bring(visitor: Visitor, content: bytes, **fields: str) -> Page:
    file = (BytesIO(content), "me.jsonl.gz")
    return visitor.send(visitor.read("/account/data"), "/account/data", archive=file, **fields)


def reviews(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(Review)).one()


def test_everything_comes_as_one_file_and_can_be_brought_back(
    app: Flask, client: FlaskClient, visitor: Visitor
) -> None:
    study_a_card(visitor)
    kept = download(client)
    study_a_card(visitor)
    assert reviews(app) == 2
    refused = bring(visitor, kept)
    assert refused.status == 422
    assert "You have progress here already" in refused.words
    done = bring(visitor, kept, replace="y")
    assert "Read back: 1 card with 1 review." in done.words
    assert reviews(app) == 1
    (copy,) = (Path(app.instance_path) / "archives").iterdir()
    assert gzip.decompress(copy.read_bytes()).count(b'"type":"review"') == 2


def test_with_a_quiz_open_the_file_comes_without_it_or_once_it_is_finished(
    client: FlaskClient, visitor: Visitor
) -> None:
    visitor.send(visitor.read("/quiz/"), "/quiz/", length=5)
    refused = visitor.read("/account/data/archive")
    assert refused.status == 409
    assert refused.link(href="/quiz/1")
    without = gzip.decompress(client.get("/account/data/archive?open=leave-out").data)
    assert b'"attempt' not in without
    visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    assert gzip.decompress(download(client)).count(b'"type":"attempt_question"') == 5


def test_a_file_that_is_wrong_is_refused_and_changes_nothing(app: Flask, visitor: Visitor) -> None:
    study_a_card(visitor)
    page = bring(visitor, b"nonsense", replace="y")
    assert page.status == 422
    assert "line 1: this is not JSON" in page.words
    assert "Nothing was changed." in page.words
    assert reviews(app) == 1


def test_a_file_far_larger_than_a_form_is_read_whatever_its_bytes(
    app: Flask, client: FlaskClient, visitor: Visitor
) -> None:
    study_a_card(visitor)
    first, *others, last = gzip.decompress(download(client)).splitlines(keepends=True)
    card = next(row for row in others if b'"type":"card"' in row)
    others[others.index(card)] = json.dumps(json.loads(card) | {"entries": 1500}).encode() + b"\n"
    review = next(row for row in others if b'"type":"review"' in row)
    many = [
        json.dumps(json.loads(review) | {"sequence": sequence}).encode() + b"\n"
        for sequence in range(2, 1501)
    ]
    place = others.index(review) + 1
    end = json.dumps(json.loads(last) | {"rows": len(others) + len(many)}).encode() + b"\n"
    content = b"".join([first, *others[:place], *many, *others[place:], end])
    assert len(content) > 1_000_000
    done = bring(visitor, content, replace="y")
    assert "Read back: 1 card with 1,500 reviews." in done.words
    assert reviews(app) == 1500
    damaged = bring(visitor, Random(1).randbytes(300_000), replace="y")
    assert damaged.status == 422
    assert "line 1: this is not JSON" in damaged.words


def test_without_a_file_it_says_so(visitor: Visitor) -> None:
    page = visitor.send(visitor.read("/account/data"), "/account/data")
    assert page.status == 422
    assert "Choose a file first." in page.words
