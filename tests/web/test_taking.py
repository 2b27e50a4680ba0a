"""Taking an exam: what is saved, what is told, and what is answered to whatever comes too late."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from quiz.db.base import begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from quiz.services import starting
from tests import factories
from tests.answering import as_sent, right_answer, wrong_answer
from tests.web.conftest import Clock, Rows
from tests.web.visitor import Page, Visitor

CHOICES = "answers=choose&kinds=tactic&kinds=platform&kinds=data-source"
EXAM = f"mode=exam&length=4&minutes=20&{CHOICES}"

Post = Callable[..., TestResponse]


@pytest.fixture
def attempt(app: Flask) -> Callable[[], Attempt]:
    """The only attempt, as it is now."""

    def read() -> Attempt:
        with app.app_context():
            return db.session.scalars(select(Attempt)).one()

    return read


@pytest.fixture
def post(client: FlaskClient, visitor: Visitor) -> Post:
    """Send what a script would send, and take the answer that a script gets."""

    def send(address: str, **fields: Any) -> TestResponse:
        token = dict(visitor.read("/account/keys").form("/account/keys").fields)["csrf_token"]
        return client.post(
            address,
            data={"csrf_token": token, **fields},
            headers={"Accept": "application/json"},
        )

    return send


def start(visitor: Visitor, query: str = EXAM) -> Page:
    """Start the quiz of a link; gives its first question."""
    return visitor.send(visitor.read(f"/quiz/open?{query}"), "/quiz/open")


def question(row: AttemptQuestion) -> Question:
    return Question.from_dict(row.question)


def right(row: AttemptQuestion) -> dict[str, Any]:
    return as_sent(question(row), right_answer(question(row)))


def wrong(row: AttemptQuestion) -> dict[str, Any]:
    return as_sent(question(row), wrong_answer(question(row)))


def page_of(row: AttemptQuestion) -> str:
    return f"/quiz/{row.attempt_id}/{row.position}"


def saved(page: Page) -> dict[str, str]:
    """What the form of an answer is filled in with."""
    return dict(next(form for form in page.forms if "version" in dict(form.fields)).fields)


def flashed(page: Page) -> str:
    found = re.search(r'<div class="flashes".*?</div>', page.html, re.DOTALL)
    return found[0] if found else ""


# Saving --------------------------------------------------------------------------------------


def test_what_is_saved_is_there_on_any_device_and_tells_nothing(
    visitor: Visitor, rows: Rows, post: Post, app: Flask
) -> None:
    start(visitor)
    first = rows()[0]
    reply = post(f"{page_of(first)}/save", version=0, confidence="guess", **wrong(first))
    assert reply.json == {"version": 1, "said": "Saved 12:00"}
    other_device = Visitor(app.test_client())
    page = other_device.read(page_of(first))
    filled = saved(page)
    assert filled["chosen"] in wrong(first)["chosen"]
    assert (filled["confidence"], filled["version"]) == ("guess", "1")
    assert "Saved 12:00" in page.words
    assert "Question 1 , answered" in page.words
    assert rows()[0].score is None
    assert visitor.read("/quiz/1").path == "/quiz/1/2"  # the next that is open


def test_without_scripts_saving_goes_on_and_after_the_last_to_the_review(
    visitor: Visitor, rows: Rows
) -> None:
    page = start(visitor)
    for row in rows():
        assert page.path == page_of(row)
        go = next(b["value"] for b in page.form(page_of(row)).buttons if b.get("name") == "go")
        page = visitor.send(page, page_of(row), go=go, **right(row))
    assert page.path == "/quiz/1/finish"
    assert "4 answered" in page.words
    assert "not answered" not in page.words


def test_a_question_can_be_passed_over_with_nothing_chosen(visitor: Visitor, rows: Rows) -> None:
    assert visitor.send(start(visitor), "/quiz/1/1", go=2).path == "/quiz/1/2"
    assert rows()[0].answered_at is None


def test_saving_nothing_says_what_to_do_and_leaves_the_saved_answer(
    visitor: Visitor, rows: Rows
) -> None:
    page = start(visitor)
    first = rows()[0]
    page = visitor.send(page, page_of(first), **right(first))
    assert page.path == page_of(first)
    page = visitor.send(page, page_of(first), go=2, chosen=[])
    assert page.status == 422
    assert "Choose an answer first." in page.words
    assert rows()[0].chosen == right(first)["chosen"]


def test_an_answer_saved_elsewhere_is_not_overwritten_unawares(
    visitor: Visitor, rows: Rows, post: Post
) -> None:
    opened = start(visitor)
    first = rows()[0]
    post(f"{page_of(first)}/save", version=0, **right(first))
    late = post(f"{page_of(first)}/save", version=0, **wrong(first))
    assert late.status_code == 409
    assert late.json
    assert late.json["version"] == 1
    assert "in another tab or on another device" in late.json["stale"]
    page = visitor.send(opened, page_of(first), **wrong(first))
    assert page.status == 409
    assert "in another tab or on another device" in page.words
    assert "Not saved yet" in page.words
    assert saved(page)["chosen"] in wrong(first)["chosen"]  # nothing given is lost
    assert rows()[0].chosen == right(first)["chosen"]
    kept = visitor.send(page, page_of(first), **wrong(first))
    assert kept.status == 200
    assert rows()[0].chosen == wrong(first)["chosen"]


def test_the_same_answer_sent_twice_is_saved_once(visitor: Visitor, rows: Rows, post: Post) -> None:
    start(visitor)
    first = rows()[0]
    for _ in range(2):
        reply = post(f"{page_of(first)}/save", version=0, **right(first))
        assert (reply.status_code, reply.json and reply.json["version"]) == (200, 1)


def test_how_sure_one_is_can_be_said_later(visitor: Visitor, rows: Rows, post: Post) -> None:
    start(visitor)
    first = rows()[0]
    post(f"{page_of(first)}/save", version=0, **right(first))
    post(f"{page_of(first)}/save", version=1, confidence="sure", **right(first))
    assert rows()[0].confidence == "sure"
    post(f"{page_of(first)}/save", version=1, confidence="certainly", **right(first))
    assert rows()[0].confidence == "sure"


def test_an_answer_is_taken_back_unless_it_was_changed_since(
    visitor: Visitor, rows: Rows, post: Post
) -> None:
    page = start(visitor)
    first = rows()[0]
    page = visitor.send(page, page_of(first), **right(first))
    post(f"{page_of(first)}/save", version=1, **wrong(first))
    assert post(f"{page_of(first)}/clear", version=1).status_code == 409
    assert rows()[0].chosen == wrong(first)["chosen"]
    assert post(f"{page_of(first)}/clear", version=2).json == {
        "version": 3,
        "said": "Not answered yet",
    }
    assert rows()[0].answered_at is None
    assert "Not answered yet" in visitor.read(page_of(first)).words


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"chosen": ["none of these"]}, 400),
        ({}, 422),
        ({"chosen": "1", "version": "many"}, 200),
        ({"place-none": "1"}, 400),
    ],
)
def test_a_request_made_by_hand_is_answered_and_harms_nothing(
    visitor: Visitor, rows: Rows, post: Post, sent: dict[str, Any], status: int
) -> None:
    start(visitor)
    if status == 200:
        sent = {**sent, **right(rows()[0])}
    assert post("/quiz/1/1/save", **sent).status_code == status
    assert (rows()[0].answered_at is not None) == (status == 200)


def test_a_form_of_another_session_saves_nothing(
    visitor: Visitor, client: FlaskClient, rows: Rows
) -> None:
    start(visitor)
    for what in ("", "/save", "/clear", "/flag"):
        assert client.post(f"/quiz/1/1{what}", data=right(rows()[0])).status_code == 400
    assert client.post("/quiz/1/time").status_code == 400
    assert rows()[0].answered_at is None


def test_a_match_can_be_saved_with_some_of_it_missing(
    visitor: Visitor, rows: Rows, post: Post
) -> None:
    start(visitor, "mode=exam&length=2&kinds=match")
    first = rows()[0]
    given = ["", *right_answer(question(first))[1:]]
    reply = post(f"{page_of(first)}/save", version=0, chosen=given)
    words = f"Saved 12:00; 1 of {len(given)} not chosen yet"
    assert reply.json == {"version": 1, "said": words}
    assert words in visitor.read(page_of(first)).words


def test_practice_is_answered_not_saved(visitor: Visitor, rows: Rows, post: Post) -> None:
    start(visitor, f"length=3&{CHOICES}")
    first = rows()[0]
    assert post(f"{page_of(first)}/save", **right(first)).status_code == 404
    page = visitor.send(
        visitor.read(page_of(first)), page_of(first), confidence="fairly", **right(first)
    )
    assert "You were fairly sure." in page.words
    again = visitor.client.post(
        f"{page_of(first)}/clear",
        data={"csrf_token": dict(page.form("/flag").fields)["csrf_token"], "version": 1},
        follow_redirects=True,
    )
    assert "That answer stands: its key has been told." in again.text
    assert rows()[0].chosen == right(first)["chosen"]


# What is told --------------------------------------------------------------------------------


def test_nothing_that_tells_the_key_comes_before_the_exam_is_handed_in(
    app: Flask, visitor: Visitor, rows: Rows, post: Post
) -> None:
    start(visitor)
    with app.app_context():
        begin_writing(db.session)
        for row in db.session.scalars(select(AttemptQuestion)):
            told = {"explanation": "Canary.", "subject": "Canary", "attack_id": "Canary"}
            row.question = row.question | told
        db.session.commit()
    replies = [post(f"{page_of(row)}/save", version=0, **right(row)).text for row in rows()]
    pages = [visitor.read(f"/quiz/1/{page}").html for page in (1, 2, "finish", "result", "clock")]
    for told_early in [*replies, *pages, visitor.read("/quiz/").html]:
        assert "Canary" not in told_early
        assert "place-right" not in told_early
    result = visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    assert "Canary." in result.words


# Flags and the list of all questions ---------------------------------------------------------


def test_a_flagged_question_is_found_again(visitor: Visitor, rows: Rows, post: Post) -> None:
    start(visitor)
    assert post("/quiz/1/2/flag", flagged="1").json == {"flagged": True}
    page = visitor.read("/quiz/1/1")
    assert "0 answered, 1 flagged, 4 not answered" in page.words
    assert "Question 2 Not answered flagged" in visitor.read("/quiz/1/finish").words
    assert post("/quiz/1/2/flag", flagged="0").json == {"flagged": False}
    assert not rows()[1].flagged


def test_without_scripts_flagging_keeps_what_is_filled_in(
    visitor: Visitor, client: FlaskClient, rows: Rows
) -> None:
    page = start(visitor)
    first = rows()[0]
    form = {**saved(page), **wrong(first), "confidence": "sure", "flagged": "1"}
    again = Page(client.post(f"{page_of(first)}/flag", data=form, follow_redirects=True))
    filled = saved(again)
    assert (filled["chosen"], filled["confidence"]) == (wrong(first)["chosen"][0], "sure")
    assert "Not saved yet" in again.words
    assert rows()[0].flagged
    assert rows()[0].answered_at is None


def test_many_questions_are_folded_and_few_are_not(visitor: Visitor) -> None:
    assert re.search(r"<details[^>]*places-fold[^>]* open>", start(visitor).html)
    many = start(visitor, f"mode=exam&length=40&{CHOICES}")
    assert not re.search(r"<details[^>]*places-fold[^>]* open>", many.html)
    assert "All questions: 0 answered, 40 not answered" in many.words


def test_a_quiz_without_an_end_has_no_total_and_stops_where_one_likes(
    visitor: Visitor, rows: Rows
) -> None:
    page = start(visitor, f"length=0&{CHOICES}")
    assert "Question 1" in page.words
    assert not re.search(r"of \d", page.words.partition("What the marks")[0])
    assert "All questions: 0 answered, 1 not answered" in page.words
    for row in rows()[:5]:
        page = visitor.send(visitor.read(page_of(row)), page_of(row), **right(row))
    assert len(rows()) == 10
    page = visitor.read(page.link(id="next"))
    assert page.path == "/quiz/1/6"
    stop = visitor.read("/quiz/1/finish")
    assert "Stop here?" in stop.words
    assert "You have answered 5 questions: the result counts nothing else." in stop.words
    assert visitor.send(stop, "/quiz/1/finish").path == "/quiz/1/result"
    assert len(rows()) == 5


# The time ------------------------------------------------------------------------------------


def test_the_server_tells_the_time_and_until_when(
    visitor: Visitor, clock: Clock, client: FlaskClient
) -> None:
    assert "Until 12:20" in start(visitor).words
    clock.forward(minutes=5)
    assert client.get("/quiz/1/clock").json == {"left": 15 * 60_000, "until": "12:20"}
    assert "Until 12:20" in visitor.read("/quiz/1/finish").words


def test_more_time_is_given_on_the_page_that_asked(
    visitor: Visitor, clock: Clock, rows: Rows, post: Post, attempt: Callable[[], Attempt]
) -> None:
    page = visitor.send(start(visitor), "/time")
    assert page.path == "/quiz/1/1"
    assert "You have more time now, until 12:25." in page.words
    clock.forward(minutes=24)
    assert post("/quiz/1/time").json == {
        "left": 6 * 60_000,
        "until": "12:30",
        "said": "You have more time now, until 12:30.",
    }
    assert attempt().extended_s == 600
    assert visitor.send(visitor.read("/quiz/1/finish"), "/time").path == "/quiz/1/finish"


def test_more_time_has_an_end(app: Flask, visitor: Visitor, clock: Clock, post: Post) -> None:
    start(visitor)
    with app.app_context():
        begin_writing(db.session)
        db.session.scalars(select(Attempt)).one().ends_at = clock() + timedelta(
            hours=23, minutes=59
        )
        db.session.commit()
    reply = post("/quiz/1/time")
    assert reply.json
    assert reply.json["left"] == timedelta(hours=24) // timedelta(milliseconds=1)
    assert reply.json["until"] == "Thu 12 Mar, 12:00"


def test_an_exam_without_a_limit_has_no_clock(visitor: Visitor, post: Post) -> None:
    page = start(visitor, f"mode=exam&length=3&{CHOICES}")
    assert "data-clock" not in page.html
    assert "You can also leave" in visitor.read("/quiz/1/finish").words
    reply = post("/quiz/1/time")
    assert reply.json == {"left": None, "until": "", "said": "This quiz has no time limit."}


@pytest.mark.parametrize(("exam_time", "until"), [(150, "Until 12:30"), (0, "")])
def test_a_learner_has_the_time_that_they_set(
    app: Flask, visitor: Visitor, exam_time: int, until: str
) -> None:
    page = visitor.send(
        visitor.read("/account/settings"), "/account/settings", exam_time=str(exam_time)
    )
    assert dict(page.form("/account/settings").fields)["exam_time"] == str(exam_time)
    with app.app_context():
        assert db.session.scalars(select(Learner.exam_time)).one() == exam_time
    assert until in (page := start(visitor)).words
    assert ("data-clock" in page.html) == bool(until)


def test_a_share_of_the_time_that_cannot_be_chosen_is_refused(visitor: Visitor) -> None:
    page = visitor.send(visitor.read("/account/settings"), "/account/settings", exam_time="7")
    assert page.status == 422
    assert "Not a valid choice" in page.words


def test_an_answer_on_its_way_when_the_time_ends_still_counts(
    visitor: Visitor, clock: Clock, rows: Rows, post: Post
) -> None:
    start(visitor)
    clock.forward(minutes=20, seconds=2)
    first = rows()[0]
    assert post(f"{page_of(first)}/save", version=0, **right(first)).status_code == 200


@pytest.mark.parametrize("asked", ["1", "2", "finish", "result", ""])
def test_when_the_time_is_up_every_page_leads_to_the_result(
    visitor: Visitor,
    clock: Clock,
    rows: Rows,
    post: Post,
    attempt: Callable[[], Attempt],
    asked: str,
) -> None:
    start(visitor)
    first = rows()[0]
    post(f"{page_of(first)}/save", version=0, **right(first))
    clock.forward(hours=3)
    page = visitor.read(f"/quiz/1/{asked}" if asked else "/quiz/1")
    assert page.path == "/quiz/1/result"
    assert "Time is up. What you had saved by then was handed in." in page.words
    assert attempt().finished_at == attempt().started_at + timedelta(minutes=20)
    assert [row.score for row in rows()] == [1.0, None, None, None]


@pytest.mark.parametrize("what", ["1/save", "1/clear", "1/flag", "time"])
def test_what_comes_after_the_time_changes_nothing_and_its_script_is_led_to_the_result(
    visitor: Visitor, clock: Clock, rows: Rows, post: Post, what: str
) -> None:
    start(visitor)
    clock.forward(minutes=30)
    reply = post(f"/quiz/1/{what}", version=0, flagged="1", **right(rows()[0]))
    assert reply.status_code == 410
    assert reply.json == {
        "over": "Time is up. What you had saved by then was handed in.",
        "url": "/quiz/1/result",
    }
    assert reply.json["over"] in visitor.read(reply.json["url"]).words
    assert rows()[0].answered_at is None
    assert not rows()[0].flagged


# The end -------------------------------------------------------------------------------------


def test_the_review_names_every_question_and_leads_back_to_each(
    visitor: Visitor, rows: Rows, post: Post
) -> None:
    start(visitor)
    for row in rows()[:2]:
        post(f"{page_of(row)}/save", version=0, **right(row))
    post("/quiz/1/2/flag", flagged="1")
    page = visitor.read("/quiz/1/finish")
    assert "2 answered, 1 flagged, 2 not answered" in page.words
    assert "2 questions are not answered and count as no points." in page.words
    assert {f"/quiz/1/{n}" for n in (1, 2, 3, 4)} <= {link["href"] for link in page.links}
    back = next(link["href"] for link in page.links if link.get("class") == "btn btn-secondary")
    assert back == "/quiz/1/3"


def test_all_answered_one_can_still_go_back_to_answering(
    visitor: Visitor, rows: Rows, post: Post
) -> None:
    start(visitor)
    for row in rows():
        post(f"{page_of(row)}/save", version=0, **right(row))
    assert visitor.read("/quiz/1").path == "/quiz/1/finish"
    assert 'class="btn btn-secondary" href="/quiz/1/1"' in visitor.read("/quiz/1/finish").html


def test_handing_in_twice_changes_nothing(
    visitor: Visitor, clock: Clock, rows: Rows, post: Post, attempt: Callable[[], Attempt]
) -> None:
    start(visitor)
    review = visitor.read("/quiz/1/finish")
    assert visitor.send(review, "/quiz/1/finish").path == "/quiz/1/result"
    before = attempt().finished_at
    clock.forward(minutes=1)
    assert visitor.send(review, "/quiz/1/finish").path == "/quiz/1/result"
    assert attempt().finished_at == before
    assert visitor.read("/quiz/1/finish").path == "/quiz/1/result"


@pytest.mark.parametrize("what", ["1/save", "1/clear", "1/flag", "time"])
def test_after_the_end_nothing_is_taken_and_that_is_said(
    visitor: Visitor, rows: Rows, post: Post, what: str
) -> None:
    start(visitor)
    visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    reply = post(f"/quiz/1/{what}", version=0, flagged="1", **right(rows()[0]))
    assert reply.status_code == 410
    assert reply.json
    assert reply.json["over"] in visitor.read(reply.json["url"]).words
    assert rows()[0].chosen is None
    assert not rows()[0].flagged


def test_a_page_left_open_hears_that_the_exam_is_over(
    visitor: Visitor, client: FlaskClient, rows: Rows
) -> None:
    opened = start(visitor)
    visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    reply = client.get("/quiz/1/clock", headers={"Accept": "application/json"})
    assert reply.status_code == 410
    page = visitor.send(opened, "/quiz/1/1", **right(rows()[0]))
    assert "This quiz was finished before that answer came." in page.words
    assert rows()[0].chosen is None


def test_nobody_else_takes_part(
    app: Flask, visitor: Visitor, clock: Clock, post: Post, rows: Rows
) -> None:
    visitor.read("/")
    with app.app_context():
        begin_writing(db.session)
        stranger = factories.learner(db.session)
        starting.start(
            db.session,
            stranger,
            app.extensions["techniques"].load().catalogue,
            setup=Setup.from_query(EXAM),
            seed=1,
            token="theirs",
            now=clock(),
        )
        db.session.commit()
    theirs = rows()[0]
    about = f"/quiz/{theirs.attempt_id}"
    for what in ("1/save", "1/clear", "1/flag", "time", "finish"):
        assert post(f"{about}/{what}", version=0, flagged="1", **right(theirs)).status_code == 404
    assert visitor.client.get(f"{about}/clock").status_code == 404
    assert rows()[0].version == 0
