"""Ordering, matching and typing on the pages of a quiz, without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from tests.answering import as_sent, right_answer, typed, wrong_answer
from tests.web.visitor import Page, Visitor

ACCEPTED = ("Application Layer Protocol: Web Protocols", "T1071.001")
SLIP = "Aplication Layer Protocol: Web Protocol"

Asked = Callable[[], Question]


def start(visitor: Visitor, **scope: Any) -> Page:
    return visitor.send(visitor.read("/quiz/"), "/quiz/", **{"length": 5, **scope})


def plain(text: str) -> str:
    """Text as it can be compared: letters and digits alone."""
    return " ".join(re.findall(r"\w+", text))


@pytest.fixture
def row(app: Flask) -> Callable[[], AttemptQuestion]:
    """The first question of the first attempt, as it is now."""

    def read() -> AttemptQuestion:
        with app.app_context():
            return db.session.scalars(select(AttemptQuestion).order_by(AttemptQuestion.id)).all()[0]

    return read


@pytest.fixture
def asked(row: Callable[[], AttemptQuestion]) -> Asked:
    """That question, with its key."""
    return lambda: Question.from_dict(row().question)


@pytest.fixture
def typing(app: Flask, visitor: Visitor) -> Page:
    """A page that asks for an answer in writing."""
    start(visitor, kinds=["attack-id"])
    with app.app_context():
        begin_writing(db.session)
        found = db.session.scalars(select(AttemptQuestion).order_by(AttemptQuestion.id)).all()[0]
        found.question = typed(Question.from_dict(found.question), *ACCEPTED).to_dict()
        db.session.commit()
    return visitor.read("/quiz/1/1")


# An order


def test_an_order_has_a_labelled_place_to_choose_for_each_item(
    visitor: Visitor, asked: Asked
) -> None:
    page = start(visitor, kinds=["tactic-order"])
    count = len(asked().items)
    for item in asked().items:
        assert f'<label class="option-text" for="place-{item.id}">{item.text}</label>' in page.html
        assert re.search(rf'<select [^>]*id="place-{item.id}" name="place-{item.id}"', page.html)
    assert page.html.count('<option value="">Place</option>') == count
    assert page.html.count('class="order-moves" hidden') == count


def test_an_order_is_told_beside_the_right_one(visitor: Visitor, asked: Asked) -> None:
    page = start(visitor, kinds=["tactic-order"])
    question = asked()
    given = list(question.solution)
    given[0], given[1] = given[1], given[0]
    feedback = visitor.send(page, "/quiz/1/1", **as_sent(question, given))
    pairs = len(given) - 1
    assert f"Partly right: {round(100 * (pairs - 1) / pairs)}%" in feedback.words
    assert feedback.words.count("in order") >= pairs - 1
    assert feedback.words.count("the other way round") == 1
    right = feedback.words.partition("Right order")[2]
    places = [right.index(text) for text in question.answer]
    assert places == sorted(places)
    assert "Tactics of Starter collection 18.1" in feedback.words


def test_the_right_order_is_shown_once(visitor: Visitor, asked: Asked) -> None:
    page = start(visitor, kinds=["tactic-order"])
    feedback = visitor.send(page, "/quiz/1/1", **as_sent(asked(), right_answer(asked())))
    assert "Your order" not in feedback.words
    assert "Right order" in feedback.words


def test_an_order_with_a_gap_or_a_place_twice_says_so_and_keeps_the_rest(
    visitor: Visitor, row: Callable[[], AttemptQuestion]
) -> None:
    page = start(visitor, kinds=["tactic-order"])
    items = Question.from_dict(row().question).items
    gap = {f"place-{item.id}": item.id for item in items} | {"place-1": ""}
    again = visitor.send(page, "/quiz/1/1", **gap)
    assert again.status == 422
    assert "Give each of them a place first." in again.words
    assert again.html.count(" selected>") == len(items) - 1
    twice = visitor.send(again, "/quiz/1/1", **gap | {"place-1": "2"})
    assert twice.status == 422
    assert "Place 2 is given twice. Give each place once." in twice.words
    assert row().score is None


@pytest.mark.parametrize("place", ["9", "x", "1.5", "²"])
def test_a_place_that_cannot_be_is_refused(visitor: Visitor, asked: Asked, place: str) -> None:
    page = start(visitor, kinds=["tactic-order"])
    sent = as_sent(asked(), right_answer(asked())) | {"place-1": place}
    assert visitor.send(page, "/quiz/1/1", **sent).status == 400


# A match


def test_a_match_has_a_labelled_choice_for_each_item(visitor: Visitor, asked: Asked) -> None:
    page = start(visitor, kinds=["match"])
    for item in asked().items:
        assert f'for="match-{item.id}"' in page.html
        assert re.search(rf'<select [^>]*id="match-{item.id}" name="chosen"', page.html)
    for target in asked().targets:
        assert page.html.count(f'<option value="{target.id}">{target.text}</option>') == 4


def test_each_pair_of_a_match_is_told_right_or_wrong(visitor: Visitor, asked: Asked) -> None:
    page = start(visitor, kinds=["match"])
    question = asked()
    given = list(question.solution)
    given[2], given[3] = given[3], given[2]
    feedback = visitor.send(page, "/quiz/1/1", chosen=given)
    assert "Partly right: 50%" in feedback.words
    assert len(re.findall(r"· right", feedback.words)) == 2
    assert len(re.findall(r"· not right", feedback.words)) == 2
    targets = {target.id: target for target in question.targets}
    words = plain(feedback.words)
    assert plain(f"You chose {targets[given[2]].text}. {targets[given[2]].note}") in words
    for item in question.items:
        assert plain(item.note) in words
        assert plain(f"of {item.text}") in words  # the evidence, by the technique's name
    assert ".md" not in feedback.words


def test_a_match_with_a_gap_says_so_and_keeps_the_rest(
    visitor: Visitor, row: Callable[[], AttemptQuestion]
) -> None:
    page = start(visitor, kinds=["match"])
    again = visitor.send(page, "/quiz/1/1", chosen=["2", "", "1", "4"])
    assert again.status == 422
    assert "Choose something for each of them first." in again.words
    kept = re.findall(r'<option value="(\d)" selected>', again.html)
    assert kept == ["2", "1", "4"]
    assert row().score is None


# A typed answer


def test_a_typed_answer_has_a_labelled_field_that_suggests_nothing(typing: Page) -> None:
    field = re.search(r'<input [^>]*name="chosen"[^>]*>', typing.html)
    assert field
    assert 'maxlength="200"' in field[0]
    for word in ('autocomplete="off"', 'spellcheck="false"', 'autocapitalize="off"'):
        assert word in field[0]
    assert '<label class="form-label" for="typed">Your answer</label>' in typing.html
    assert "Web Protocols" not in typing.html
    assert "T1071" not in typing.html


def test_a_typed_answer_is_shown_against_the_accepted_ones(visitor: Visitor, typing: Page) -> None:
    feedback = visitor.send(typing, "/quiz/1/1", chosen="<b>Encrypted</b> Channel")
    assert re.search(r'role="status">.*?Not right', feedback.html, re.DOTALL)
    assert "&lt;b&gt;Encrypted&lt;/b&gt; Channel" in feedback.html
    assert "Also right T1071.001" in feedback.words
    assert "Count it as right" not in feedback.words


def test_a_slip_is_the_learners_to_judge_and_to_judge_again(
    visitor: Visitor, typing: Page, row: Callable[[], AttemptQuestion]
) -> None:
    nearly = visitor.send(typing, "/quiz/1/1", chosen=SLIP)
    assert "Nearly" in nearly.words
    assert row().score == 0
    counted = visitor.send(nearly, "/quiz/1/1/near", counts="1")
    assert re.search(r'role="status">.*?Right', counted.html, re.DOTALL)
    assert re.search(r"Question 1\W+right", counted.words)
    assert (row().score, row().chosen) == (1, [SLIP])
    back = visitor.send(counted, "/quiz/1/1/near", counts="0")
    assert "Nearly" in back.words
    assert (row().score, row().chosen) == (0, [SLIP])


def test_what_is_no_slip_cannot_be_counted(
    visitor: Visitor, typing: Page, row: Callable[[], AttemptQuestion]
) -> None:
    page = visitor.send(typing, "/quiz/1/1", chosen="Encrypted Channel")
    token = dict(visitor.read("/quiz/").form("/quiz/").fields)["csrf_token"]
    sent = {"csrf_token": token, "counts": "1"}
    refused = Page(visitor.client.post(f"{page.path}/near", data=sent))
    assert refused.status == 422
    assert "right or wrong as it stands" in refused.words
    assert row().score == 0


def test_nothing_typed_says_so(visitor: Visitor, typing: Page) -> None:
    again = visitor.send(typing, "/quiz/1/1", chosen=" ?! ")
    assert again.status == 422
    assert "Type an answer first." in again.words


# The result, and the next quiz


def test_the_result_puts_every_answer_in_words(
    visitor: Visitor, app: Flask, typing: Page, asked: Asked
) -> None:
    visitor.send(typing, "/quiz/1/1", chosen=SLIP)
    for number, kind in ((2, "tactic-order"), (3, "match")):
        page = start(visitor, kinds=[kind])
        with app.app_context():
            ordered = select(AttemptQuestion).where(AttemptQuestion.attempt_id == number)
            question = Question.from_dict(
                db.session.scalars(ordered.order_by(AttemptQuestion.position)).all()[0].question
            )
        address = f"/quiz/{number}/1"
        visitor.send(page, address, **as_sent(question, wrong_answer(question)))
        result = visitor.send(visitor.read(f"/quiz/{number}/finish"), f"/quiz/{number}/finish")
        for said in question.answer:
            assert all(part in result.words for part in said.split(": "))
        assert "1 question to go through" in result.words
        assert "to study" not in result.words
        assert "collection.json" not in result.words
    result = visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    assert SLIP in result.words
    assert all(text in result.words for text in ACCEPTED)
    assert "to study" in result.words


@pytest.mark.parametrize("answers", ["choose", "type"])
def test_how_a_quiz_is_answered_is_kept_for_the_next_one(
    visitor: Visitor, app: Flask, answers: str
) -> None:
    counted = visitor.send(visitor.read("/quiz/"), "/quiz/", count="1", answers=answers)
    assert ("answers", answers) in counted.form("/quiz/").fields
    start(visitor, kinds=["tactic"], answers=answers)
    result = visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    (setup,) = [v for name, v in result.form("/quiz/open").fields if name == "setup"]
    assert Setup.from_query(setup).answers == answers
    change = next(link["href"] for link in result.links if link["href"].startswith("/quiz/?"))
    fields = visitor.read(change).form("/quiz/").fields
    assert {("answers", answers), ("kinds", "tactic")} <= set(fields)
    visitor.send(result, "/quiz/open")
    with app.app_context():
        first, second = db.session.scalars(select(Attempt).order_by(Attempt.id)).all()
    assert first.scope == second.scope
    assert Setup.from_query(first.scope).answers == answers


def test_mixed_answers_are_usual_and_others_than_offered_refused(visitor: Visitor) -> None:
    assert ("answers", "mixed") in visitor.read("/quiz/?answers=sung").form("/quiz/").fields
    assert start(visitor, answers="sung").status == 422


def test_a_press_after_another_choice_of_answers_is_another_quiz(visitor: Visitor) -> None:
    builder = visitor.read("/quiz/")
    first = visitor.send(builder, "/quiz/", length=5)
    assert visitor.send(builder, "/quiz/", length=5, answers="choose").path != first.path
