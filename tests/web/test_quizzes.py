"""Quizzes as someone without scripts builds, answers and reads them."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.content.catalogue import Catalogue
from quiz.content.folder import TechniqueFolder
from quiz.db.base import begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion
from quiz.learning.setup import Setup
from quiz.questions.base import GAP, Question
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import starting
from quiz.services.deck import Deck
from tests import factories
from tests.answering import as_sent, right_answer, typed, wrong_answer
from tests.conftest import CountQueries
from tests.web.conftest import Clock, MakeApp, Rows
from tests.web.visitor import Page, Visitor


@pytest.fixture
def attempts(app: Flask) -> Callable[[], list[Attempt]]:
    """Every attempt in the database, as it is now."""

    def read() -> list[Attempt]:
        with app.app_context():
            return list(db.session.scalars(select(Attempt).order_by(Attempt.id)).all())

    return read


@pytest.fixture
def starter(app: Flask) -> Catalogue:
    found: Catalogue = app.extensions["techniques"].load().catalogue
    return found


def start(visitor: Visitor, length: int | str = 5, **scope: Any) -> Page:
    """Start a quiz from the page that builds one; gives its first question."""
    return visitor.send(visitor.read("/quiz/"), "/quiz/", length=length, **scope)


def right(row: AttemptQuestion) -> list[str]:
    return right_answer(Question.from_dict(row.question))


def wrong(row: AttemptQuestion) -> list[str]:
    return wrong_answer(Question.from_dict(row.question))


def answer(visitor: Visitor, row: AttemptQuestion, chosen: list[str]) -> Page:
    address = f"/quiz/{row.attempt_id}/{row.position}"
    fields = as_sent(Question.from_dict(row.question), chosen)
    return visitor.send(visitor.read(address), address, **fields)


# Building ------------------------------------------------------------------------------------


def test_nothing_chosen_means_everything_and_its_size_is_said(
    visitor: Visitor, starter: Catalogue
) -> None:
    page = visitor.read("/quiz/")
    assert f"{len(starter.once(Deck).cards):,} cards" in page.words
    for name in ("Persistence", "Windows", "Very hard", *(k.title for k in KINDS.values())):
        assert name in page.words
    for length in (5, 10, 20, 40):
        assert re.search(rf'name="length"[^>]*value="{length}"', page.html)


def test_a_query_string_fills_the_form(visitor: Visitor, starter: Catalogue) -> None:
    query = "tactics=execution&techniques=T1059.001&techniques=T1569.002&length=20"
    page = visitor.read(f"/quiz/?{query}")
    fields = page.form("/quiz/").fields
    assert ("tactics", "execution") in fields
    assert ("techniques", "T1059.001") in fields
    assert ("techniques", "T1569.002") in fields
    assert ("length", "20") in fields
    assert "PowerShell" in page.words
    cards = len(starter.once(Deck).select(Scope.from_query(query)))
    assert f"{cards} cards" in page.words


def test_counting_keeps_the_choices_and_starts_nothing(
    visitor: Visitor, starter: Catalogue, rows: Rows
) -> None:
    builder = visitor.read("/quiz/")
    page = visitor.send(builder, "/quiz/", tactics=["discovery"], length="40", count="1")
    assert {("tactics", "discovery"), ("length", "40")} <= set(page.form("/quiz/").fields)
    cards = len(starter.once(Deck).select(Scope(tactics=("discovery",))))
    assert f"{cards} cards" in page.words
    counted = visitor.client.get("/quiz/count?tactics=discovery").json
    assert counted
    assert counted["cards"] == cards
    assert not rows()


def test_a_quiz_asks_only_about_its_scope(visitor: Visitor, starter: Catalogue, rows: Rows) -> None:
    page = start(visitor, 10, tactics=["exfiltration", "impact"], kinds=["description", "tactic"])
    assert page.path == "/quiz/1/1"
    assert "Question 1 of 10" in page.words
    for row in rows():
        assert {"exfiltration", "impact"} & set(starter.by_stix_id[row.stix_id].tactics)
        assert row.kind in {"description", "tactic"}


def test_pressing_start_twice_is_one_quiz(
    visitor: Visitor, attempts: Callable[[], list[Attempt]]
) -> None:
    builder = visitor.read("/quiz/")
    first = visitor.send(builder, "/quiz/", length=5)
    assert visitor.send(builder, "/quiz/", length=5).path == first.path
    assert len(attempts()) == 1
    other = visitor.send(builder, "/quiz/", length=5, tactics=["impact"])
    assert other.path != first.path
    assert len(attempts()) == 2


def test_a_scope_without_a_question_is_refused_with_the_choices_kept(
    visitor: Visitor, rows: Rows
) -> None:
    page = start(visitor, 20, tactics=["impact"], platforms=["PRE"], kinds=["tactic"])
    assert page.status == 422
    assert "No question can be made of this choice" in page.words
    kept = {("tactics", "impact"), ("platforms", "PRE"), ("kinds", "tactic"), ("length", "20")}
    assert kept <= set(page.form("/quiz/").fields)
    assert not rows()


@pytest.mark.parametrize("length", ["", "201", "many", "-5", "9" * 30])
def test_a_length_that_cannot_be_is_refused(visitor: Visitor, rows: Rows, length: str) -> None:
    page = start(visitor, tactics=["impact"], length=length)
    assert page.status == 422
    assert ("tactics", "impact") in page.form("/quiz/").fields
    assert not rows()


def test_what_an_old_link_names_can_be_seen_and_taken_back(visitor: Visitor) -> None:
    page = visitor.read("/quiz/?tactics=withdrawn&techniques=T9999&kinds=forgotten")
    fields = set(page.form("/quiz/").fields)
    assert {("tactics", "withdrawn"), ("techniques", "T9999"), ("kinds", "forgotten")} <= fields
    again = visitor.send(page, "/quiz/", length=5)
    assert again.status == 422
    assert ("tactics", "withdrawn") in again.form("/quiz/").fields


def test_without_any_technique_it_says_what_to_do(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    visitor = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "empty").test_client())
    page = visitor.read("/quiz/")
    assert page.status == 200
    assert "technique files" in page.words
    assert not [form for form in page.forms if form.action == "/quiz/"]


# What an open question must not tell -------------------------------------------------------


TOKEN = re.compile(
    r'name="(?:csrf_token|csrf-token|token)"[^>]*"|Set-Cookie: .*|(?:seed|fix" value)\W{1,2}\d+'
)
"""What is another in every response."""


def open_pages(client: FlaskClient, attempt_id: int, unanswered: list[int]) -> dict[str, str]:
    """Everything that can be asked for about an attempt, and each answer without its tokens."""
    about = f"/quiz/{attempt_id}"
    responses = {
        address: client.get(address, follow_redirects=True)
        for address in ("/quiz/", "/", about, f"{about}/finish", f"{about}/result")
    }
    for position in unanswered:
        address = f"{about}/{position}"
        responses[address] = client.get(address)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', responses[address].text)
        assert token
        empty = client.post(address, data={"csrf_token": token[1]})
        assert empty.status_code == 422
        responses[f"{address} empty"] = empty
        if 'type="text" name="chosen"' not in responses[address].text:  # where any text is known
            unknown = client.post(address, data={"csrf_token": token[1], "chosen": "none"})
            assert unknown.status_code == 400
            responses[f"{address} unknown"] = unknown
    return {name: TOKEN.sub("", f"{r.headers}{r.text}") for name, r in responses.items()}


TYPED = "in writing"


def ask_for_writing(app: Flask, attempt_id: int) -> None:
    """Make all questions of an attempt ask for an answer in writing."""
    with app.app_context():
        begin_writing(db.session)
        questions = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt_id)
        for row in db.session.scalars(questions):
            row.question = typed(Question.from_dict(row.question), "Parcel Drop").to_dict()
        db.session.commit()


def change_keys(app: Flask, canary: str, attempt_id: int, positions: list[int]) -> None:
    """Make something else right in some questions, with a canary for all that would tell."""
    with app.app_context():
        begin_writing(db.session)
        questions = select(AttemptQuestion).where(
            AttemptQuestion.attempt_id == attempt_id, AttemptQuestion.position.in_(positions)
        )
        for row in db.session.scalars(questions):
            options = row.question["options"]
            keys = [option["correct"] for option in options]
            solution = row.question["solution"]
            told = {"note": f"{canary} note"} | dict.fromkeys(
                ("tactic", "stix_id", "attack_id"), canary
            )
            row.question = row.question | {
                "solution": solution[1:] + solution[:1],
                "items": [item | told for item in row.question["items"]],
                "targets": [target | told for target in row.question["targets"]],
                "accepted": [f"{canary} word" for _ in row.question["accepted"]],
                "lookalikes": [canary],
                "explanation": f"{canary} reason",
                "evidence": [{"file": canary, "section": canary, "quote": f"{canary} evidence"}],
                "key": f"{canary}/x",
                "subject": canary,
                "attack_id": canary,
                "stix_id": canary,
                "difficulty": {"level": canary},
                "options": [
                    option | told | {"correct": correct}
                    for option, correct in zip(options, keys[1:] + keys[:1], strict=True)
                ],
            }
        db.session.commit()


def test_no_page_of_an_open_quiz_depends_on_what_is_right(
    app: Flask, client: FlaskClient, visitor: Visitor, rows: Rows
) -> None:
    for attempt_id, kind in enumerate([*KINDS, TYPED], start=1):
        start(visitor, 5, kinds=["attack-id" if kind is TYPED else kind])
        if kind is TYPED:
            ask_for_writing(app, attempt_id)
        quiz = [row for row in rows() if row.attempt_id == attempt_id]
        answer(visitor, quiz[0], right(quiz[0]))
        rest = [row.position for row in quiz[1:3]]
        before = open_pages(client, attempt_id, rest)
        change_keys(app, "xyzzy", attempt_id, rest)
        after = open_pages(client, attempt_id, rest)
        assert before == after, kind
        assert not [name for name, text in after.items() if "xyzzy" in text]
        changed = next(r for r in rows() if (r.attempt_id, r.position) == (attempt_id, rest[0]))
        assert "xyzzy reason" in answer(visitor, changed, right(changed)).words


def test_real_reasons_notes_and_evidence_come_only_with_the_answer(
    client: FlaskClient, visitor: Visitor, rows: Rows
) -> None:
    start(visitor, 20)
    for row in rows():
        question = row.question
        address = f"/quiz/1/{row.position}"
        page = visitor.read(address)
        choices = [*question["options"], *question["items"], *question["targets"]]
        told = [question["explanation"], *(c["note"] for c in choices if c["note"])]
        shown = question["stem"] + (question["excerpt"] or "").replace(GAP, "")
        quotes = [evidence["quote"] for evidence in question["evidence"]]
        # A short one, as a tactic's name, is an option too, or a part of the page.
        told += [quote for quote in quotes if len(quote.split()) > 4 and quote not in shown]
        told += [question["stix_id"], "/library/enterprise", "attack.mitre.org"]
        assert not [text for text in told if plain(text) in plain(page.html)], address
        feedback = plain(answer(visitor, row, wrong(row)).words)
        assert plain(question["explanation"]) in feedback, address


def plain(text: str) -> str:
    """Text as it can be compared: letters and digits alone."""
    return re.sub(r"\W+", " ", text)


# Answering -----------------------------------------------------------------------------------


def test_an_answer_is_graded_kept_and_explained(visitor: Visitor, clock: Clock, rows: Rows) -> None:
    page = start(visitor)
    row = rows()[0]
    clock.forward(seconds=12.5)
    feedback = visitor.send(page, "/quiz/1/1", chosen=right(row))
    assert re.search(r'role="status">.*?Right', feedback.html, re.DOTALL)
    assert plain(row.question["explanation"]) in plain(feedback.words)
    assert "<blockquote>" in feedback.html
    kept = rows()[0]
    assert (kept.score, kept.duration_ms) == (1.0, 12_500)
    assert kept.answered_at == clock.at
    assert set(kept.chosen or []) == set(right(row))
    assert not [form for form in feedback.forms if form.action == "/quiz/1/1"]


def test_after_an_answer_the_browser_is_led_to_its_feedback(visitor: Visitor, rows: Rows) -> None:
    form = start(visitor).form("/quiz/1/1")
    response = visitor.client.post(
        form.action, data=dict(form.fields) | {"chosen": right(rows()[0])}
    )
    assert (response.status_code, response.location) == (303, "/quiz/1/1#feedback")
    assert 'id="feedback"' in visitor.read(response.location).html


def test_the_first_answer_counts(visitor: Visitor, rows: Rows) -> None:
    page = start(visitor)
    row = rows()[0]
    visitor.send(page, "/quiz/1/1", chosen=wrong(row))
    again = visitor.send(page, "/quiz/1/1", chosen=right(row))
    assert "your first answer counts" in again.words
    assert rows()[0].chosen == wrong(row)
    assert rows()[0].score == 0


def test_an_empty_answer_says_so_and_loses_nothing(
    visitor: Visitor, clock: Clock, rows: Rows
) -> None:
    page = start(visitor, kinds=["tactic", "family"])
    clock.forward(seconds=5)
    asked_again = visitor.send(page, "/quiz/1/1")
    assert asked_again.status == 422
    assert "Choose an answer first" in asked_again.words
    assert rows()[0].score is None
    clock.forward(seconds=5)
    visitor.send(asked_again, "/quiz/1/1", chosen=right(rows()[0]))
    assert rows()[0].duration_ms == 10_000


@pytest.mark.parametrize("shown", ["", "soon", "-1", "9" * 18, "1e300"])
def test_a_made_up_time_does_no_harm(visitor: Visitor, rows: Rows, shown: str) -> None:
    page = start(visitor)
    visitor.send(page, "/quiz/1/1", chosen=right(rows()[0]), shown=shown)
    kept = rows()[0]
    assert kept.score == 1
    assert 0 <= (kept.duration_ms or 0) <= 3_600_000


def test_an_option_that_the_question_has_not_is_refused(visitor: Visitor, rows: Rows) -> None:
    page = start(visitor, kinds=["tactic"])
    assert visitor.send(page, "/quiz/1/1", chosen=["99"]).status == 400
    assert rows()[0].score is None


def test_the_places_say_in_words_how_they_stand(visitor: Visitor, rows: Rows) -> None:
    start(visitor)
    questions = rows()
    answer(visitor, questions[0], right(questions[0]))
    page = answer(visitor, questions[1], wrong(questions[1]))
    assert re.search(r"Question 1\W+right", page.words)
    assert re.search(r"Question 2\W+not right", page.words)
    assert re.search(r"Question 3\W+not answered", page.words)


def test_a_quiz_goes_on_where_it_was_left(visitor: Visitor, app: Flask, rows: Rows) -> None:
    start(visitor)
    for row in rows()[:2]:
        answer(visitor, row, right(row))
    another_browser = Visitor(app.test_client())
    home = another_browser.read("/quiz/")
    assert "2 of 5 answered" in home.words
    assert another_browser.read(home.link(href="/quiz/1")).path == "/quiz/1/3"
    assert another_browser.read("/quiz/1/result").path == "/quiz/1/3"


def test_every_place_leads_to_its_neighbours(visitor: Visitor) -> None:
    start(visitor)
    page = visitor.read("/quiz/1/3")
    assert page.link(rel="prev") == "/quiz/1/2"
    assert page.link(rel="next") == "/quiz/1/4"


# Finishing -----------------------------------------------------------------------------------


def finish_early(visitor: Visitor, rows: Rows) -> Page:
    """Answer one question right and one wrong of five, and finish."""
    start(visitor, kinds=["tactic", "description", "attack-id"])
    first, second = rows()[:2]
    answer(visitor, first, right(first))
    answer(visitor, second, wrong(second))
    return visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")


def test_finishing_early_asks_first(
    visitor: Visitor, rows: Rows, attempts: Callable[[], list[Attempt]]
) -> None:
    page = start(visitor)
    question = visitor.read(page.link(href="/quiz/1/finish"))
    assert "Finish this quiz?" in question.words
    assert attempts()[0].finished_at is None
    result = visitor.send(question, "/quiz/1/finish")
    assert result.path == "/quiz/1/result"
    assert attempts()[0].finished_at is not None


def test_the_last_answer_finishes_and_leads_to_the_result(visitor: Visitor, rows: Rows) -> None:
    start(visitor)
    for row in rows():
        page = answer(visitor, row, right(row))
    assert page.link(href="/quiz/1/result")
    assert visitor.read("/quiz/1/finish").path == "/quiz/1/result"
    assert visitor.read("/quiz/1").path == "/quiz/1/result"


def test_an_answer_after_the_end_is_not_taken(visitor: Visitor, rows: Rows) -> None:
    start(visitor)
    open_tab = visitor.read("/quiz/1/2")
    visitor.send(visitor.read("/quiz/1/finish"), "/quiz/1/finish")
    page = visitor.send(open_tab, "/quiz/1/2", chosen=right(rows()[1]))
    assert "was finished before that answer came" in page.words
    assert rows()[1].score is None
    assert not [form for form in page.forms if form.action == "/quiz/1/2"]


def test_past_quizzes_are_listed_with_their_score(visitor: Visitor, rows: Rows) -> None:
    finish_early(visitor, rows)
    page = visitor.read("/quiz/")
    assert page.link(href="/quiz/1/result")
    assert re.search(r"\b1 of [25]\b", page.words)
    assert "Continue" not in page.words


# Edges ---------------------------------------------------------------------------------------


def test_what_is_not_there_or_somebody_elses_is_not_found(
    app: Flask, client: FlaskClient, visitor: Visitor, clock: Clock
) -> None:
    start(visitor)
    with app.app_context():
        begin_writing(db.session)
        stranger = factories.learner(db.session)
        theirs = starting.start(
            db.session,
            stranger,
            app.extensions["techniques"].load().catalogue,
            setup=Setup(scope=Scope(), length=5),
            seed=1,
            token="theirs",
            now=clock() - timedelta(hours=1),
        )
        db.session.commit()
    for about in ("/quiz/99", f"/quiz/{theirs.id}"):
        for page in ("", "/1", "/finish", "/result"):
            assert client.get(about + page).status_code == 404, about + page
    assert client.get("/quiz/1/6").status_code == 404
    assert client.get("/quiz/1/0").status_code == 404


def test_an_attempt_outlives_its_technique_files(
    app: Flask, visitor: Visitor, rows: Rows, tmp_path: Path
) -> None:
    start(visitor)
    (tmp_path / "gone").mkdir()
    app.extensions["techniques"] = TechniqueFolder(tmp_path / "gone")
    assert "Continue" in visitor.read("/quiz/").words
    for row in rows():
        assert answer(visitor, row, wrong(row)).status == 200
    result = visitor.read("/quiz/1/result")
    assert result.status == 200
    assert plain(rows()[4].question["explanation"]) in plain(result.words)


def test_no_page_of_a_quiz_holds_an_inline_script_or_style(visitor: Visitor, rows: Rows) -> None:
    result = finish_early(visitor, rows)
    start(visitor)
    pages = [visitor.read(a) for a in ("/quiz/1/1", "/quiz/2/1", "/quiz/2/finish")]
    for page in [result, *pages]:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page.html), page.path
        assert not re.search(r"<script(?![^>]*\ssrc=)", page.html), page.path


@pytest.mark.parametrize("page", ["2", "finish", "result", ""])
def test_a_page_takes_a_number_of_queries_that_does_not_grow(
    visitor: Visitor, rows: Rows, count_queries: CountQueries, page: str
) -> None:
    numbers = []
    for attempt_id, length in enumerate((5, 40), start=1):
        start(visitor, length)
        first = next(row for row in rows() if row.attempt_id == attempt_id)
        answer(visitor, first, wrong(first))
        about = f"/quiz/{attempt_id}"
        if page == "result":
            visitor.send(visitor.read(f"{about}/finish"), f"{about}/finish")
        with count_queries() as queries:
            visitor.read(f"{about}/{page}" if page else "/quiz/")
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] < 12
