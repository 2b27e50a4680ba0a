"""Building, linking and saving quizzes, as someone without scripts does."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Mode, Setup
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor


def link_on(page: Page) -> str:
    """The link that a page offers, without its host."""
    found = re.search(r'id="link"[^>]*value="([^"]+)"', page.html)
    assert found
    parts = urlsplit(found[1].replace("&amp;", "&"))
    return f"{parts.path}?{parts.query}"


def last_setup(app: Flask) -> Setup:
    with app.app_context():
        return Setup.from_query(db.session.scalars(select(Attempt.scope)).all()[-1])


def test_an_exam_is_built_with_all_that_it_has(app: Flask, visitor: Visitor) -> None:
    visitor.send(
        visitor.read("/quiz/"),
        "/quiz/",
        mode="exam",
        length="-1",
        number="7",
        minutes="25",
        pass_mark="70",
        order="shuffled",
        nearness="sibling",
        answers="choose",
    )
    setup = last_setup(app)
    assert (setup.mode, setup.length, setup.minutes, setup.pass_mark) == (Mode.EXAM, 7, 25, 70)
    assert setup.shuffled
    assert "nearness=sibling" in setup.query


def test_what_another_mode_has_no_use_for_does_not_count(app: Flask, visitor: Visitor) -> None:
    fields = {"minutes": "soon", "pass_mark": "900", "kinds": ["tactic"], "number": "x"}
    visitor.send(visitor.read("/quiz/"), "/quiz/", mode="mapping", length=5, **fields)
    assert last_setup(app) == Setup(mode=Mode.MAPPING, length=5)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("number", "201", "Give a whole number from 1 to 200."),
        ("minutes", "soon", "Give 1 to 480 minutes, or leave it empty"),
        ("pass_mark", "101", "Give a whole number from 1 to 100."),
        ("seed", "-1", "Give a whole number from 0 to 4294967295, or leave it empty."),
        ("mode", "riddle", "Choose one of these."),
    ],
)
def test_a_wrong_value_says_beside_it_what_to_do_and_all_is_kept(
    visitor: Visitor, name: str, value: str, remedy: str
) -> None:
    fields = {"mode": "exam", "length": "-1", "number": "7", "tactics": ["impact"], name: value}
    page = visitor.send(visitor.read("/quiz/"), "/quiz/", **fields)
    assert page.status == 422
    assert page.words.count(remedy) == 1
    kept = page.form("/quiz/").fields
    assert ("tactics", "impact") in kept
    if name != "mode":
        assert (name, value) in kept


def test_an_exam_without_an_end_is_refused_in_words(visitor: Visitor) -> None:
    page = visitor.send(visitor.read("/quiz/"), "/quiz/", mode="exam", length="0")
    assert page.status == 422
    assert "An exam has an end: choose how many questions it asks." in page.words


def test_a_preview_compares_what_there_is_with_what_is_wanted(visitor: Visitor) -> None:
    builder = visitor.read("/quiz/?techniques=T1059.001&kinds=tactic")
    page = visitor.send(builder, "/quiz/", preview="1", length="10")
    assert "It asks the only one there is, though you chose 10." in page.words
    assert re.search(r'<input type="(radio|checkbox)" disabled>', page.html)
    assert ("techniques", "T1059.001") in page.form("/quiz/").fields
    part = visitor.client.get("/quiz/preview?length=0").text
    assert "It goes on until you stop, or until all about" in part


def test_a_link_opens_the_same_quiz_for_everyone(app: Flask, visitor: Visitor) -> None:
    link = link_on(visitor.read("/quiz/?mode=exam&tactics=discovery&minutes=30&length=5"))
    ready = visitor.read(link)
    for words in ("Exam · Discovery", "30 min", "80% of the points", "same questions", "Discovery"):
        assert words in ready.words
    for _ in range(2):
        ready = visitor.read(link)
        visitor.send(ready, "/quiz/open")
    with app.app_context():
        rows = db.session.scalars(select(AttemptQuestion).order_by(AttemptQuestion.id)).all()
        assert [row.question for row in rows[:5]] == [row.question for row in rows[5:]]


@pytest.mark.parametrize(("exam_time", "said"), [(150, "45 min for you"), (0, "None for you")])
def test_the_page_of_a_link_tells_ones_own_time(
    app: Flask, visitor: Visitor, exam_time: int, said: str
) -> None:
    visitor.read("/quiz/")
    with app.app_context():
        begin_writing(db.session)
        db.session.scalars(select(Learner)).one().exam_time = exam_time
        db.session.commit()
    assert said in visitor.read("/quiz/open?mode=exam&minutes=30&seed=1").words


def test_what_a_link_says_and_cannot_be_is_named(visitor: Visitor) -> None:
    for page in ("/quiz/open", "/quiz/"):
        words = visitor.read(f"{page}?length=999&seed=x&techniques=T9999").words
        assert "the number of questions “999”, the seed “x”" in words
        assert "Not taught here, perhaps of another release: T9999" in words


def test_the_quiz_of_a_link_that_asks_nothing_is_not_offered(visitor: Visitor) -> None:
    page = visitor.read("/quiz/open?tactics=withdrawn&seed=1")
    assert "No card fits all of this" in page.words
    assert not [form for form in page.forms if form.action == "/quiz/open"]


def test_a_seed_can_be_taken_over_from_the_link(visitor: Visitor) -> None:
    page = visitor.send(visitor.read("/quiz/?tactics=impact"), "/quiz/", fix="123456789")
    fields = page.form("/quiz/").fields
    assert {("seed", "123456789"), ("tactics", "impact")} <= set(fields)
    assert ("for_me", "1") not in fields
    assert link_on(page) == "/quiz/open?tactics=impact&seed=123456789"


def test_pairs_of_a_contrast_drill_can_be_taken_out(visitor: Visitor) -> None:
    assert "the pairs that you mixed up so far" in visitor.read("/quiz/?mode=contrast").words
    page = visitor.read("/quiz/?mode=contrast&pairs=T1059.001~T1059.003")
    assert ("pairs", "T1059.001~T1059.003") in page.form("/quiz/").fields
    assert "PowerShell (T1059.001) and" in page.words
    assert "Asks about 1 pair" in page.words


def test_a_quiz_is_saved_started_renamed_and_deleted(app: Flask, visitor: Visitor) -> None:
    builder = visitor.read("/quiz/?mode=exam&length=20&minutes=30")
    page = visitor.send(builder, "/quiz/", keep="1", name="Final exam")
    assert "Exam · 20 questions · 30 min" in page.words
    again = visitor.send(page, "/quiz/", keep="1", name="Final exam", minutes="45")
    assert again.status == 422
    assert "You have a quiz named “Final exam” already" in again.words
    assert ("minutes", "45") in again.form("/quiz/").fields
    saved = visitor.read(page.link(href="/quiz/saved/1"))
    assert link_on(saved).startswith("/quiz/open?mode=exam&length=20&seed=")
    visitor.send(saved, "/quiz/open")
    assert last_setup(app) == Setup(mode=Mode.EXAM, length=20, minutes=30)
    assert visitor.send(saved, "/quiz/saved/1/rename", name=" ").status == 422
    assert "Oral" in visitor.send(saved, "/quiz/saved/1/rename", name="Oral").words
    gone = visitor.send(saved, "/quiz/saved/1/delete")
    assert "None yet. Build a quiz" in gone.words
    assert visitor.read("/quiz/saved/1").status == 404


def test_exams_are_listed_with_their_time_and_their_verdict(visitor: Visitor, clock: Clock) -> None:
    ready = visitor.read("/quiz/open?mode=exam&length=2&minutes=30&pass_mark=60&seed=1")
    visitor.send(ready, "/quiz/open")
    clock.forward(minutes=10)
    assert "20 min left" in visitor.read("/quiz/").words
    clock.forward(minutes=30)
    words = visitor.read("/quiz/").words
    assert "Not passed (60% needed; time was up)" in words
    assert "min left" not in words
