"""A learner meets a new release: nothing is lost, what changed says so."""

from pathlib import Path

import pytest
from flask import Flask

from tests.bundle_pair import KEY, publish
from tests.web.conftest import Clock, MakeApp
from tests.web.visitor import Page, Visitor


@pytest.fixture
def techniques(tmp_path: Path) -> Path:
    return tmp_path / "techniques"


@pytest.fixture
def app(make_app: MakeApp, tmp_path: Path, techniques: Path) -> Flask:
    publish(techniques, tmp_path, 7)
    return make_app(TECHNIQUES_DIR=techniques)


def turn(visitor: Visitor) -> Page:
    front = visitor.read(f"/study/{KEY}")
    return visitor.read(front.link(id="reveal"))


def test_before_there_is_another_release_the_page_says_so(visitor: Visitor) -> None:
    page = visitor.read("/library/releases")
    assert "Nothing has changed yet" in page.words


def test_a_changed_card_comes_back_with_both_answers_and_is_like_any_other_once_rated(
    visitor: Visitor, techniques: Path, tmp_path: Path, clock: Clock
) -> None:
    visitor.send(turn(visitor), "/rating", rating="4")
    publish(techniques, tmp_path, 8)
    clock.forward(days=1)
    front = visitor.read("/study/?techniques=T9001")
    assert front.path.startswith(f"/study/{KEY}")
    assert "Changed in release 8" in front.words
    assert "Before" not in front.words
    back = visitor.read(front.link(id="reveal"))
    assert "Before Leaving Arrival Now Staying" in back.words
    assert "<del>Leaving</del>" in back.html
    assert "<ins>Staying</ins>" in back.html
    visitor.send(back, "/rating", rating="3")
    again = visitor.read(f"/study/{KEY}")
    assert "Changed in release" not in again.words


def test_a_changed_card_that_is_answered_shows_both_answers_with_the_result(
    visitor: Visitor, techniques: Path, tmp_path: Path, clock: Clock
) -> None:
    settings = visitor.read("/account/settings")
    visitor.send(turn(visitor), "/rating", rating="4")
    visitor.send(settings, "/account/settings", answering="choose")
    publish(techniques, tmp_path, 8)
    clock.forward(days=1)
    front = visitor.read("/study/?techniques=T9001")
    assert "Changed in release 8" in front.words
    assert "Before" not in front.words
    result = visitor.send(front, "/answer", unknown="1")
    assert "Before Leaving Arrival Now Staying" in result.words
    assert "Before Leaving" in visitor.read(result.path).words


def test_the_page_says_what_changed_and_what_that_means_for_the_learner(
    visitor: Visitor, techniques: Path, tmp_path: Path
) -> None:
    visitor.send(turn(visitor), "/rating", rating="4")
    publish(techniques, tmp_path, 8)
    page = visitor.read("/library/releases")
    assert "House ATT&CK 8 Compared with House ATT&CK 7" in page.words
    assert "1 card of yours has another answer now" in page.words
    assert "Moved to other tactics 1 Door Wedge T9001 Staying; was Leaving, Arrival" in page.words
    assert "Staying; was Leaving, Arrival" in page.words
    assert page.link(href="/library/enterprise-attack/T9001")


def test_every_page_leads_to_what_changed(visitor: Visitor) -> None:
    assert visitor.read("/").link(href="/library/releases")


def test_a_release_is_noticed_by_whichever_page_comes_first(
    visitor: Visitor, techniques: Path, tmp_path: Path, clock: Clock
) -> None:
    visitor.send(turn(visitor), "/rating", rating="4")
    publish(techniques, tmp_path, 8)
    clock.forward(days=1)
    today = visitor.read("/").words
    assert "to review1" in today
    assert "A new release changed the answer to 1 card of yours. It comes back" in today
