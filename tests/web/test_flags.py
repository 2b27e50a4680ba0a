"""Flagging a question as someone without scripts does, and what a script gets."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import AttemptQuestion, Card, Flag, Review
from quiz.learning.setup import Setup
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import flags, starting, switches
from tests import factories
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor

Flags = Callable[[], list[Flag]]


@pytest.fixture
def flagged(app: Flask) -> Flags:
    """Every flag in the database, as it is now."""

    def read() -> list[Flag]:
        with app.app_context():
            return list(db.session.scalars(select(Flag).order_by(Flag.id)).all())

    return read


def start(visitor: Visitor, **scope: Any) -> Page:
    return visitor.send(visitor.read("/quiz/"), "/quiz/", length=5, **scope)


def questions(app: Flask) -> list[AttemptQuestion]:
    with app.app_context():
        return list(db.session.scalars(select(AttemptQuestion).order_by(AttemptQuestion.id)))


def press(visitor: Visitor, page: Page, action: str, reason: str, **fields: Any) -> Page:
    """Press a reason as a browser does: its own address goes before its form's."""
    for form in page.forms:
        for button in form.buttons:
            address = button.get("formaction", form.action)
            if action in address and button.get("value") == reason:
                data: dict[str, Any] = {**dict(form.fields), "reason": reason, **fields}
                return Page(visitor.client.post(address, data=data, follow_redirects=True))
    raise AssertionError(f"{page.path} has no button {reason!r} for {action}")


def reveal(visitor: Visitor, front: Page) -> Page:
    return visitor.read(front.link(id="reveal"))


# In a quiz -----------------------------------------------------------------------------------


def test_an_open_question_is_flagged_in_one_press_and_stays_open(
    app: Flask, visitor: Visitor, flagged: Flags, clock: Clock
) -> None:
    page = start(visitor)
    clock.forward(seconds=5)
    after = press(visitor, page, "/flag/quiz/1/1", "unclear", note="Which of the two?")
    assert after.path.startswith("/quiz/1/1")
    assert "Thank you: noted." in after.words
    assert "0 answered" in after.words
    (flag,) = flagged()
    row = questions(app)[0]
    assert (flag.reason, flag.note, flag.created_at) == ("unclear", "Which of the two?", clock.at)
    assert (flag.attempt_question_id, flag.question) == (row.id, row.question)
    assert row.score is None


def test_what_is_filled_in_and_since_when_comes_back_with_the_page(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    page = start(visitor, kinds=["platform"])
    shown = dict(page.form("/quiz/1/1").fields)["shown"]
    clock.forward(seconds=9)
    after = press(visitor, page, "/flag/quiz/1/1", "wrong", chosen=["1", "3"])
    fields = after.form("/quiz/1/1").fields
    assert [value for name, value in fields if name == "chosen"] == ["1", "3"]
    assert dict(fields)["shown"] == shown
    clock.forward(seconds=1)
    visitor.send(after, "/quiz/1/1")
    row = questions(app)[0]
    assert (row.chosen, row.duration_ms) == (["1", "3"], 10_000)


def test_fields_that_somebody_adds_lead_nowhere_else(visitor: Visitor) -> None:
    page = start(visitor)
    after = press(
        visitor,
        page,
        "/flag/quiz/1/1",
        "wrong",
        _scheme="x",
        _external="1",
        attempt_id="9",
        next="https://elsewhere.example",
    )
    assert after.path.startswith("/quiz/1/1?")
    assert after.status == 200


def test_an_answered_question_keeps_its_answer(app: Flask, visitor: Visitor) -> None:
    feedback = visitor.send(start(visitor, kinds=["tactic"]), "/quiz/1/1", chosen="1")
    before = questions(app)[0]
    after = press(visitor, feedback, "/flag/quiz/1/1", "wrong")
    assert after.path == "/quiz/1/1"
    assert "Thank you: noted." in after.words
    row = questions(app)[0]
    assert (row.score, row.chosen, row.answered_at) == (
        (before.score, before.chosen, before.answered_at)
    )


def test_every_question_of_a_result_can_be_flagged_there(
    app: Flask, visitor: Visitor, flagged: Flags
) -> None:
    visitor.send(start(visitor, kinds=["tactic"]), "/quiz/1/1", chosen="1")
    result = visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    for position in range(1, 6):
        after = press(visitor, result, f"/flag/quiz/1/{position}", "gives itself away")
        assert after.path == "/quiz/1/result"
        assert "Thank you: noted." in after.words
    assert [flag.card_key for flag in flagged()] == [row.card_key for row in questions(app)]


def test_the_same_pressed_twice_is_one_flag_and_says_so(visitor: Visitor, flagged: Flags) -> None:
    page = start(visitor)
    press(visitor, page, "/flag/quiz/1/1", "wrong", note="first")
    again = press(visitor, page, "/flag/quiz/1/1", "wrong", note="second")
    assert "You had said so before: it is noted." in again.words
    assert [flag.note for flag in flagged()] == ["first"]


@pytest.mark.parametrize("kind", list(KINDS))
def test_flagging_an_open_question_tells_nothing_of_its_answer(
    app: Flask, visitor: Visitor, kind: str
) -> None:
    def without_tokens(page: Page) -> str:
        return re.sub(r'name="csrf[_-]token"[^>]*"', "", page.html)

    page = start(visitor, kinds=[kind])
    first = press(visitor, page, "/flag/quiz/1/1", "too easy")
    again = press(visitor, page, "/flag/quiz/1/1", "too easy")
    with app.app_context():
        begin_writing(db.session)
        row = db.session.scalars(select(AttemptQuestion)).first()
        assert row is not None
        # The same question with another key: the answer to a flag must not change with it.
        options = row.question["options"]
        keys = [option["correct"] for option in options]
        row.question = row.question | {
            "explanation": "xyzzy",
            "options": [
                option | {"correct": key, "note": "xyzzy"}
                for option, key in zip(options, keys[1:] + keys[:1], strict=True)
            ],
        }
        db.session.commit()
    after = press(visitor, page, "/flag/quiz/1/1", "too easy")
    assert without_tokens(after) == without_tokens(again)
    assert "xyzzy" not in after.html
    for shown in (page, first):
        # Where flags are listed, answers are: only the foot of the page points there.
        assert sum(link.get("href") == "/admin/flags" for link in shown.links) == 1


def test_someone_elses_quiz_is_not_found(app: Flask, visitor: Visitor, flagged: Flags) -> None:
    page = start(visitor)
    with app.app_context():
        begin_writing(db.session)
        theirs = starting.start(
            db.session,
            factories.learner(db.session),
            app.extensions["techniques"].load().catalogue,
            setup=Setup(scope=Scope(), length=5),
            seed=1,
            token="theirs",
            now=factories.NOON,
        )
        db.session.commit()
        theirs_id = theirs.id
    data = dict(page.form("/quiz/1/1").fields) | {"reason": "wrong"}
    for address in (f"/flag/quiz/{theirs_id}/1", "/flag/quiz/1/6", "/flag/quiz/99/1"):
        assert visitor.client.post(address, data=data).status_code == 404
    assert not flagged()


# On a flashcard ------------------------------------------------------------------------------


def test_a_front_is_flagged_and_stays_a_front(app: Flask, visitor: Visitor, flagged: Flags) -> None:
    front = visitor.read("/study/?kinds=description")
    after = press(visitor, front, "/flag/card/", "unclear")
    assert after.path == front.path
    assert "Thank you: noted." in after.words
    assert "Show answer" in after.words
    (flag,) = flagged()
    assert front.path.startswith(f"/study/{flag.card_key}")
    assert (flag.seed, flag.attempt_question_id) == (0, None)
    assert flag.question["stem"] in front.words


def test_a_back_is_flagged_without_a_rating_and_keeps_its_time(
    app: Flask, visitor: Visitor, flagged: Flags, clock: Clock
) -> None:
    front = visitor.read("/study/?kinds=description&tactics=execution")
    back = reveal(visitor, front)
    clock.forward(seconds=4)
    after = press(visitor, back, "/flag/card/", "wrong", note="No, it does not.")
    assert "Thank you: noted." in after.words
    assert "tactics=execution" in after.path
    assert [button["value"] for button in after.form("/rating").buttons] == ["1", "2", "3", "4"]
    assert len(flagged()) == 1
    with app.app_context():
        assert not db.session.scalars(select(Review)).all()
        assert not db.session.scalars(select(Card)).all()
    clock.forward(seconds=2)
    visitor.send(after, "/rating", rating=3)
    with app.app_context():
        (review,) = db.session.scalars(select(Review))
        assert (review.sequence, review.duration_ms) == (1, 6000)


def test_a_tab_that_was_rated_elsewhere_flags_what_it_shows(
    visitor: Visitor, flagged: Flags
) -> None:
    back = reveal(visitor, visitor.read("/study/"))
    visitor.send(back, "/rating", rating=3)
    press(visitor, back, "/flag/card/", "too easy")
    (flag,) = flagged()
    assert flag.seed == 0


def test_a_card_that_was_not_shown_cannot_be_flagged(visitor: Visitor, flagged: Flags) -> None:
    front = visitor.read("/study/?kinds=description")
    other = visitor.read("/study/?kinds=platform")
    signed = dict(other.form("/flag/card/").fields)["shown"]
    for shown in ("", "made-up", signed):
        assert press(visitor, front, "/flag/card/", "wrong", shown=shown).status == 422
    assert not flagged()


# What is sent --------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "boring", "WRONG", "wrong;"])
def test_a_reason_that_is_none_is_refused(visitor: Visitor, flagged: Flags, reason: str) -> None:
    page = start(visitor)
    data = dict(page.form("/quiz/1/1").fields) | {"reason": reason}
    assert visitor.client.post("/flag/quiz/1/1", data=data).status_code == 422
    assert not flagged()


def test_a_note_has_a_limit_that_counts_a_line_end_once(visitor: Visitor, flagged: Flags) -> None:
    page = start(visitor)
    fits = "ü" * 249 + "\r\n" + "x" * 250
    assert press(visitor, page, "/flag/quiz/1/1", "wrong", note=fits + "x").status == 422
    assert not flagged()
    assert press(visitor, page, "/flag/quiz/1/1", "wrong", note=fits).status == 200
    assert [flag.note for flag in flagged()] == [fits.replace("\r\n", "\n")]
    assert f'maxlength="{flags.LONGEST_NOTE}"' in page.html


def test_a_flag_needs_the_forms_token_and_cannot_be_a_link(
    client: FlaskClient, visitor: Visitor, flagged: Flags
) -> None:
    start(visitor)
    assert client.post("/flag/quiz/1/1", data={"reason": "wrong"}).status_code == 400
    assert client.get("/flag/quiz/1/1?reason=wrong").status_code == 405
    assert not flagged()


def test_a_script_gets_the_words_and_leaves_no_message_behind(
    client: FlaskClient, visitor: Visitor
) -> None:
    page = start(visitor)
    data = dict(page.form("/quiz/1/1").fields) | {"reason": "wrong"}
    for words in ("Thank you: noted.", "You had said so before: it is noted."):
        response = client.post("/flag/quiz/1/1", data=data, headers={"Accept": "application/json"})
        assert (response.status_code, response.json) == (200, {"said": words})
    assert "noted" not in visitor.read("/quiz/1/1").words


# What is switched off ------------------------------------------------------------------------


def switch_off(app: Flask, key: str) -> None:
    with app.app_context():
        begin_writing(db.session)
        who = factories.learner(db.session)
        switches.switch_off(db.session, who, key, why="wrong", now=factories.NOON)
        db.session.commit()


def test_an_old_link_to_a_card_switched_off_leads_on(app: Flask, visitor: Visitor) -> None:
    front = visitor.read("/study/?kinds=description")
    key = front.path.removeprefix("/study/").partition("?")[0]
    back = reveal(visitor, front)
    switch_off(app, key)
    after = visitor.read(front.path)
    assert "That question was switched off: no one is asked it any more." in after.words
    assert key not in after.path
    assert "kinds=description" in after.path
    # What is on the screen already can be turned and rated.
    assert "Answer" in visitor.read(front.link(id="reveal")).words
    assert "Saved: Good" in visitor.send(back, "/rating", rating=3).words


def test_the_page_of_a_technique_shows_what_was_learned_of_a_card_switched_off(
    app: Flask, visitor: Visitor
) -> None:
    scope = "?techniques=T1059.001&kinds=tactic"
    visitor.send(reveal(visitor, visitor.read(f"/study/{scope}")), "/rating", rating=4)
    address = "/library/enterprise-attack/T1059.001"
    before = visitor.read(address)
    key = next(v for n, v in before.form("/study/queue").fields if v.endswith("/tactic"))
    switch_off(app, key)
    page = visitor.read(address)
    assert re.search(r"Tactic switched off", page.words)
    assert "You have met 0 of" in page.words
    assert key not in [value for _, value in page.form("/study/queue").fields]


def test_the_numbers_of_cards_follow_the_switch(app: Flask, visitor: Visitor) -> None:
    count = "/quiz/count?techniques=T1059.001"
    before = visitor.client.get(count).json
    front = visitor.read("/study/?techniques=T1059.001")
    switch_off(app, front.path.removeprefix("/study/").partition("?")[0])
    assert before is not None
    after = visitor.client.get(count).json
    assert after is not None
    assert after["cards"] == before["cards"] - 1


# The number of queries -----------------------------------------------------------------------


def test_flagging_takes_a_few_queries(visitor: Visitor, count_queries: CountQueries) -> None:
    page = start(visitor)
    data = dict(page.form("/quiz/1/1").fields) | {"reason": "wrong"}
    with count_queries() as queries:
        visitor.client.post("/flag/quiz/1/1", data=data)
    assert len(queries) == 5  # who, the lock, what was shown, whether it is news, the flag
