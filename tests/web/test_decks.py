"""The pages of decks: made from a form, a list or a search; changed, walked and deleted."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.content.search import search
from quiz.db.base import begin_writing, db
from quiz.db.models import Learner, SavedDeck
from quiz.questions.scope import Scope
from quiz.services import decks, learners
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor


def saved(app: Flask) -> list[SavedDeck]:
    with app.app_context():
        return list(db.session.scalars(select(SavedDeck).order_by(SavedDeck.id)))


def make(visitor: Visitor, **fields: object) -> Page:
    return visitor.send(visitor.read("/decks/new"), "/decks/new", **fields)


def test_a_deck_is_made_from_a_pasted_list(visitor: Visitor, app: Flask) -> None:
    page = make(visitor, name="Mine", listed="T1059 Interpreter\nt1003.001, T1059")
    assert "Saved: Mine." in page.words
    assert page.path.startswith("/decks/")
    (deck,) = saved(app)
    assert Scope.from_query(deck.scope).techniques == ("T1059", "T1003.001")
    index = visitor.read("/decks/")
    assert "Mine" in index.words
    assert "Known now0%" in index.words.replace(" 0%", "0%")


def test_a_deck_is_studied_under_its_name(visitor: Visitor) -> None:
    page = make(visitor, name="Mine", listed="T1059, T1003, T1566.001, T1547.001, T1021.001")
    study = next(a["href"] for a in page.links if a["href"].startswith("/study/?"))
    front = visitor.read(study)
    assert "Practicing Mine 0 done" in front.words
    assert "Practicing Mine 0 done" in visitor.read(front.link(id="reveal")).words
    shorter = visitor.read(study.rpartition("&")[0])
    assert re.search(r"Practicing [^)]+\), [^)]+\), [^)]+\) and 1 more 0 done", shorter.words)


def test_techniques_that_are_none_are_named_and_nothing_is_lost(visitor: Visitor) -> None:
    page = make(visitor, name="Mine", listed="T1059, T4242, what is this")
    assert page.status == 422
    assert "Not a technique here: T4242, what is this. Correct or remove it." in page.words
    assert "T1059, T4242, what is this" in page.html
    assert 'value="Mine"' in page.html


def test_each_error_is_beside_its_field(visitor: Visitor, clock: Clock) -> None:
    make(visitor, name="Mine", listed="T1059")
    page = make(visitor, name="mine", listed="T1059")
    assert "You have a deck called “mine” already." in page.words
    page = make(visitor, name="", listed="T1059", until="2026-03-11", target="90")
    assert "Give the deck a name." in page.words
    page = make(visitor, name="Other", listed="T1059", until="2026-03-11", target="90")
    assert "Choose a day after today." in page.words
    page = make(visitor, name="Other", listed="T1059", until="2026-04-11", target="20")
    assert "Choose a share from 50 to 99 percent." in page.words
    page = make(visitor, name="Other", listed="T1059", until="soon", target="90")
    assert page.status == 422


def test_a_search_of_the_library_is_saved_with_what_it_found(visitor: Visitor, app: Flask) -> None:
    found = visitor.read("/library/?q=scheduled+task")
    form = visitor.read(next(a["href"] for a in found.links if "/decks/new" in a["href"]))
    assert 'value="scheduled task"' in form.html
    listed = re.search(r"<textarea[^>]*>([^<]*)</textarea>", form.html)
    assert listed is not None
    visitor.send(form, "/decks/new", listed=listed[1])
    (deck,) = saved(app)
    assert deck.name == "scheduled task"
    hits = search(app.extensions["techniques"].load().catalogue, "scheduled task")
    techniques = Scope.from_query(deck.scope).techniques
    assert set(techniques) == {str(technique.attack_id) for technique in hits}
    assert "T1053.005" in techniques


def test_filters_of_the_library_are_saved_as_a_scope(visitor: Visitor, app: Flask) -> None:
    found = visitor.read("/library/?tactics=persistence&platforms=Linux")
    form = visitor.read(next(a["href"] for a in found.links if "/decks/new" in a["href"]))
    visitor.send(form, "/decks/new")
    (deck,) = saved(app)
    assert Scope.from_query(deck.scope) == Scope(tactics=("persistence",), platforms=("Linux",))
    assert deck.name == "Persistence, Linux"


def test_a_deck_leads_to_studying_and_to_a_quiz_of_its_scope(visitor: Visitor) -> None:
    page = make(visitor, name="Mine", tactics="persistence")
    assert any(a["href"] == "/study/?tactics=persistence" for a in page.links)
    assert any(a["href"] == "/quiz/?tactics=persistence" for a in page.links)


def test_a_deck_is_renamed_and_its_scope_changed(visitor: Visitor, app: Flask) -> None:
    page = make(visitor, name="Mine", tactics="persistence")
    edit = visitor.read(f"{page.path}/edit")
    page = visitor.send(edit, "/edit", name="Theirs", tactics="impact")
    assert "Saved: Theirs." in page.words
    (deck,) = saved(app)
    assert (deck.name, deck.scope) == ("Theirs", "tactics=impact")


def test_deleting_asks_first_and_says_what_stays(visitor: Visitor, app: Flask) -> None:
    page = make(visitor, name="Mine", tactics="persistence")
    question = visitor.read(f"{page.path}/delete")
    assert "Only the deck goes." in question.words
    assert len(saved(app)) == 1
    done = visitor.send(question, "/delete")
    assert "Deck deleted. What you know of its cards is kept." in done.words
    assert saved(app) == []
    again = visitor.send(question, "/delete")
    assert "deleted already" in again.words
    assert visitor.read(page.path).status == 404


def test_a_path_shows_what_each_day_takes_and_today_names_it(
    visitor: Visitor, clock: Clock
) -> None:
    page = make(visitor, name="Onboarding", tactics="persistence", until="2026-05-30", target="90")
    assert "90% by Sat 30 May 2026" in page.words
    assert "On course" in page.words
    assert "a day, on average" in page.words
    assert "The days as a table" in page.words
    visitor.read("/study/")
    started = visitor.send(visitor.read("/quiz/"), "/quiz/", start="1", length="5")
    assert started.status == 200
    today = visitor.read("/")
    assert "Your paths" in today.words
    assert "Onboarding" in today.words
    assert "today On course" in today.words
    clock.forward(days=40)
    late = visitor.read(page.path)
    assert "Behind" in late.words
    assert "You can still make it" in late.words
    clock.forward(days=41)
    over = visitor.read(page.path)
    assert "Its day has come" in over.words
    assert "Give it another day" in over.words


def test_a_path_that_cannot_be_reached_says_what_would_do_it(visitor: Visitor) -> None:
    page = make(visitor, name="Soon", tactics="persistence", until="2026-03-20", target="90")
    assert "Cannot be reached" in page.words
    assert "A later day:" in page.words


def test_techniques_that_left_the_catalogue_are_named(visitor: Visitor, app: Flask) -> None:
    page = make(visitor, name="Mine", listed="T1059")
    with app.app_context():
        begin_writing(db.session)
        deck = db.session.scalars(select(SavedDeck)).one()
        deck.scope += "&techniques=T9999"
        db.session.commit()
    assert "No longer in the catalogue, so not asked about: T9999." in visitor.read(page.path).words
    assert "No longer in the catalogue: T9999" in visitor.read("/decks/").words


def test_a_deck_of_someone_else_is_not_there(
    client: FlaskClient, app: Flask, visitor: Visitor, clock: Clock
) -> None:
    visitor.read("/")
    with app.app_context():
        begin_writing(db.session)
        other = Learner(name="Other", created_at=clock())
        db.session.add(other)
        db.session.flush()
        catalogue = app.extensions["techniques"].load().catalogue
        theirs = decks.make(
            db.session,
            other,
            catalogue,
            name="Theirs",
            scope=Scope(tactics=("impact",)),
            goal=decks.Goal(
                until=learners.study_day(other, clock()) + timedelta(days=30), target=0.9
            ),
            now=clock(),
        ).id
        db.session.commit()
    for address in ("", "/edit", "/delete"):
        assert client.get(f"/decks/{theirs}{address}").status_code == 404
    own = make(visitor, name="Mine", tactics="impact")
    token = dict(visitor.read(f"{own.path}/edit").form("/edit").fields)["csrf_token"]
    fields = {"csrf_token": token, "name": "x", "target": "90"}
    assert client.post(f"/decks/{theirs}/edit", data=fields).status_code == 404
    client.post(f"/decks/{theirs}/delete", data=fields)
    assert [deck.name for deck in saved(app)] == ["Theirs", "Mine"]
    assert "Theirs" not in visitor.read("/decks/").words
    assert "Theirs" not in visitor.read("/").words


def test_the_list_costs_the_same_number_of_queries_for_one_deck_and_for_five(
    visitor: Visitor, count_queries: CountQueries
) -> None:
    make(visitor, name="One", tactics="persistence", until="2026-05-30", target="90")
    with count_queries() as few:
        visitor.read("/decks/")
    for name in ("Two", "Three", "Four", "Five"):
        make(visitor, name=name, tactics="impact", until="2026-05-30", target="90")
    with count_queries() as many:
        visitor.read("/decks/")
    # Whether a day's plan was made before is the only difference.
    assert abs(len(many) - len(few)) <= 2
