"""The flagged questions, as whoever runs the instance reads and deals with them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quiz.content.catalogue import Catalogue
from quiz.content.folder import TechniqueFolder
from quiz.db.base import begin_writing, db
from quiz.services import flags, study, switches
from quiz.services.deck import Flashcards
from quiz.services.flags import Reason
from quiz.web.admin.views import PAGE_SIZE
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON
from tests.web.visitor import Page, Visitor

FlagCards = Callable[..., list[str]]


@pytest.fixture
def starter(app: Flask) -> Catalogue:
    found: Catalogue = app.extensions["techniques"].load().catalogue
    return found


@pytest.fixture
def flag(app: Flask, starter: Catalogue) -> FlagCards:
    """Have a new learner flag some of the starter's cards."""

    def flag(number: int = 1, reason: Reason = Reason.WRONG, note: str = "") -> list[str]:
        deck = starter.once(Flashcards)
        cards = list(deck.cards.values())
        keys = list({card.technique: card.key for card in cards if deck.can_ask(card)}.values())
        with app.app_context():
            begin_writing(db.session)
            who = factories.learner(db.session)
            for key in keys[:number]:
                flags.flag_card(
                    db.session, who, starter, key, 1, reason=reason, note=note, now=NOON
                )
            db.session.commit()
        return keys[:number]

    return flag


def switched_off(app: Flask) -> frozenset[str]:
    with app.app_context():
        return switches.switched_off(db.session)


def forms(page: Page) -> list[str]:
    return [f.action.rpartition("/")[2] for f in page.forms if f.action.startswith("/admin/")]


def test_with_nothing_flagged_the_page_says_so(visitor: Visitor) -> None:
    for show in ("", "?show=all", "?show=off", "?show=nonsense", "?page=0", "?page=x"):
        page = visitor.read(f"/admin/flags{show}")
        assert page.status == 200
        assert not forms(page)
    assert "Nobody has flagged a question." in visitor.read("/admin/flags").words
    assert "Nothing is switched off" in visitor.read("/admin/flags?show=off").words


def test_it_is_linked_from_every_page_and_from_below_an_answer(visitor: Visitor) -> None:
    assert visitor.read("/").link(href="/admin/flags")
    front = visitor.read("/study/")
    back = visitor.read(front.link(id="reveal"))
    links = [sum(a.get("href") == "/admin/flags" for a in page.links) for page in (front, back)]
    assert links == [1, 2]


def test_a_flagged_question_is_shown_as_it_was_with_key_reason_and_evidence(
    app: Flask, visitor: Visitor, flag: FlagCards, starter: Catalogue
) -> None:
    (key,) = flag(note="<b>Both</b> fit.")
    flag(reason=Reason.UNCLEAR)
    with app.app_context():
        begin_writing(db.session)
        who = factories.learner(db.session)
        question = study.question_at(db.session, who, starter, key, 1)
    page = visitor.read("/admin/flags")
    assert "flagged by 2 learners" in page.words
    assert "Wrong" in page.words
    assert "Unclear" in page.words
    assert "<b>Both</b> fit." in page.words
    assert "<b>Both" not in page.html
    for text in (question.stem, *question.answer, question.explanation, key):
        assert text in page.words
    for evidence in question.evidence:
        assert evidence.quote.split("`")[0] in page.words
    for option in question.options:
        assert option.text in page.words
    assert forms(page) == ["off", "dismiss"]


def test_switching_off_and_on_again(app: Flask, visitor: Visitor, flag: FlagCards) -> None:
    (key,) = flag()
    page = visitor.read("/admin/flags")
    assert "No one is asked this any more. Past results stay." in page.words
    after = visitor.send(page, "/off")
    assert "Switched off. No one is asked this any more; past results stay." in after.words
    assert "Every flag has been dealt with." in after.words
    assert switched_off(app) == {key}
    everything = visitor.read("/admin/flags?show=all")
    assert forms(everything) == ["on"]
    off = visitor.read("/admin/flags?show=off")
    assert "by Local learner" in off.words
    assert "Wrong; since" in off.words
    back = visitor.send(off, "/on")
    assert "Switched on." in back.words
    assert back.path == "/admin/flags?show=off"
    assert switched_off(app) == frozenset()
    assert forms(visitor.read("/admin/flags?show=all")) == ["off"]


def test_dismissing_leaves_the_question_as_it_is(
    app: Flask, visitor: Visitor, flag: FlagCards
) -> None:
    flag()
    after = visitor.send(visitor.read("/admin/flags"), "/dismiss")
    assert "Dismissed. The question is asked as before." in after.words
    assert not forms(after)
    assert switched_off(app) == frozenset()
    assert "Dismissed" in visitor.read("/admin/flags?show=all").words


def test_a_button_pressed_twice_says_that_it_was_done(visitor: Visitor, flag: FlagCards) -> None:
    flag()
    page = visitor.read("/admin/flags")
    visitor.send(page, "/off")
    assert "It was switched off before." in visitor.send(page, "/off").words
    assert "nothing left to dismiss" in visitor.send(page, "/dismiss").words
    off = visitor.read("/admin/flags?show=off")
    visitor.send(off, "/on")
    assert "It was not switched off." in visitor.send(off, "/on").words


def test_a_long_list_comes_in_pages(visitor: Visitor, flag: FlagCards) -> None:
    flag(PAGE_SIZE + 3)
    first = visitor.read("/admin/flags")
    assert "Page 1 of 2" in first.words
    assert len(forms(first)) == 2 * PAGE_SIZE
    second = visitor.read(first.link(rel="next"))
    assert len(forms(second)) == 2 * 3
    assert visitor.read(second.link(rel="prev")).words.endswith(first.words[-40:])
    assert "Page 2 of 2" in visitor.read("/admin/flags?page=99").words


def test_a_question_whose_technique_is_gone_can_still_be_read(
    app: Flask, visitor: Visitor, flag: FlagCards, tmp_path: Path
) -> None:
    flag()
    visitor.send(visitor.read("/admin/flags"), "/off")
    (tmp_path / "empty").mkdir()
    app.extensions["techniques"] = TechniqueFolder(tmp_path / "empty")
    for show in ("all", "off"):
        page = visitor.read(f"/admin/flags?show={show}")
        assert page.status == 200
        assert "no longer in the collection" in page.words


def test_what_cannot_be_switched_off_is_refused(visitor: Visitor, app: Flask) -> None:
    token = dict(visitor.read("/").form("/account/theme").fields)["csrf_token"]
    client = visitor.client
    data = {"csrf_token": token, "show": "https://elsewhere.example"}
    assert client.post("/admin/flags/a/tactic/off", data=data).status_code == 422
    response = client.post("/admin/flags/a/tactic/on", data=data)
    assert (response.status_code, response.location) == (303, "/admin/flags?show=open")
    assert client.post("/admin/flags/a/tactic/off").status_code == 400
    assert client.get("/admin/flags/a/tactic/off").status_code == 405
    assert switched_off(app) == frozenset()


def test_only_who_runs_the_instance_gets_in(
    app: Flask, client: FlaskClient, visitor: Visitor
) -> None:
    token = dict(visitor.read("/").form("/account/theme").fields)["csrf_token"]
    app.config["MODE"] = "team"
    assert client.get("/admin/flags").status_code == 403
    for action in ("off", "on", "dismiss"):
        data = {"csrf_token": token}
        assert client.post(f"/admin/flags/a/tactic/{action}", data=data).status_code == 403
    assert "/admin/flags" not in client.get("/").text


@pytest.mark.parametrize("show", ["open", "all", "off"])
def test_the_number_of_queries_does_not_grow_with_the_list(
    visitor: Visitor, flag: FlagCards, count_queries: CountQueries, show: str
) -> None:
    def queries_of_page() -> int:
        with count_queries() as queries:
            visitor.read(f"/admin/flags?show={show}")
        return len(queries)

    visitor.read("/")  # makes the learner
    flag(1)
    if show == "off":
        visitor.send(visitor.read("/admin/flags"), "/off")
    few = queries_of_page()
    flag(9, Reason.UNCLEAR)
    assert queries_of_page() == few <= 9
