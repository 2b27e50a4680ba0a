"""Burying, suspending, marking, notes and setting back, on a card's pages."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import Card, Review
from tests.web.conftest import Clock
from tests.web.test_undo import rate, reveal
from tests.web.visitor import Page, Visitor

TECHNIQUE = "/library/enterprise-attack/T1059.001"
SCOPE = "techniques=T1059.001&kinds=description"


def front_of(visitor: Visitor, scope: str = SCOPE) -> Page:
    return visitor.read(f"/study/?{scope}")


def card(app: Flask) -> Card:
    with app.app_context():
        return db.session.scalars(select(Card)).one()


def test_a_card_is_suspended_and_the_message_takes_it_back(app: Flask, visitor: Visitor) -> None:
    front = front_of(visitor)
    after = visitor.send(front, "/hand", action="suspend")
    assert "Suspended: this card is not asked any more until you lift that. Undo" in after.words
    assert card(app).suspended_at is not None
    again = visitor.send(after, "page=front", action="unsuspend")
    assert again.path == front.path
    assert "This card is asked again." in again.words
    assert card(app).suspended_at is None


def test_a_card_is_buried_until_the_next_study_day(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    front = front_of(visitor)
    visitor.send(front, "/hand", action="bury")
    until = card(app).buried_until
    assert until is not None
    assert (until - clock()).total_seconds() == 16 * 3600  # four in the morning
    page = visitor.read(front.path)
    assert "Buried until tomorrow" in page.words
    page = visitor.send(page, "/hand", action="unbury")
    assert "This card can be asked today after all." in page.words
    assert card(app).buried_until is None


def test_a_card_is_marked_on_its_back_which_stays_open(app: Flask, visitor: Visitor) -> None:
    back = reveal(visitor, front_of(visitor))
    page = visitor.send(back, "/hand", action="mark")
    assert "/answer" in page.path
    assert "Marked. Undo" in page.words
    assert page.form("/rating")
    assert '<span class="tag tag-mark">' in page.html
    assert "Take the mark off" in page.words
    assert card(app).marked_at is not None


@pytest.mark.parametrize("action", ["reset", "", "explode"])
def test_an_action_that_is_none_is_refused(app: Flask, visitor: Visitor, action: str) -> None:
    assert visitor.send(front_of(visitor), "/hand", action=action).status == 422
    with app.app_context():
        assert db.session.scalars(select(Card)).all() == []


def test_a_note_is_written_on_the_front_and_shown_on_the_back_alone(
    app: Flask, visitor: Visitor
) -> None:
    text = "<b>PowerShell</b> & friends\r\nsecond line"
    page = visitor.send(front_of(visitor), "/note", note=text)
    assert "Your note is saved: it comes with the answer." in page.words
    assert "You have a note on this card: it comes with the answer." in page.words
    assert "friends" not in page.html
    back = reveal(visitor, page)
    assert "&lt;b&gt;PowerShell&lt;/b&gt; &amp; friends\nsecond line" in back.html
    page = visitor.send(back, "/note", note="")
    assert "There is no note." in page.words
    assert "/answer" in page.path
    assert card(app).note is None


def test_a_note_that_is_too_long_comes_back_with_what_was_typed(
    app: Flask, visitor: Visitor
) -> None:
    back = reveal(visitor, front_of(visitor))
    page = visitor.send(back, "/note", note="x" * 2003 + "the end")
    assert page.status == 422
    assert "at most 2,000 characters; this one has 10 too many" in page.words
    assert "x" * 2003 + "the end" in page.html
    page = visitor.send(page, "/note", note="short")
    assert "/answer" in page.path  # back where it was written
    assert card(app).note == "short"


def test_a_note_changed_in_another_tab_shows_both(app: Flask, visitor: Visitor) -> None:
    back = reveal(visitor, front_of(visitor))
    visitor.send(back, "/note", note="from the first tab")
    page = visitor.send(back, "/note", note="from the second tab")
    assert page.status == 422
    assert "This note was changed elsewhere since you began to edit it." in page.words
    assert "from the first tab" in page.words
    assert "from the second tab</textarea>" in page.html
    visitor.send(page, "/note", note="from both")
    assert card(app).note == "from both"


def test_setting_back_asks_first_and_can_be_undone(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    front = front_of(visitor)
    rate(visitor, front, 4)
    clock.forward(days=20)
    page = front_of(visitor)
    confirm = visitor.read(next(a["href"] for a in page.links if "/reset" in a["href"]))
    assert "Set this card back to new?" in confirm.words
    assert "PowerShell" not in confirm.words
    assert card(app).reviews == 1
    done = visitor.send(confirm, "/reset")
    assert "Set back to new. Its reviews stay in the history, and count no more." in done.words
    assert (card(app).state, card(app).reviews) == ("new", 0)
    assert "That card is new already" in visitor.send(confirm, "/reset").words
    undone = visitor.send(done, "/undo")
    assert "Undone: Set back to new." in undone.words
    assert (card(app).state, card(app).reviews) == ("review", 1)


def test_a_back_from_before_the_card_was_set_back_says_so(visitor: Visitor) -> None:
    rate(visitor, front_of(visitor), 1)
    back = reveal(visitor, front_of(visitor))
    visitor.send(visitor.read(f"{back.path.partition('/answer')[0]}/reset?page=back"), "/reset")
    assert "This card was set back to new" in visitor.read(back.path).words
    stale = visitor.send(back, "/rating", rating=3)
    assert stale.status == 409


def leech(app: Flask, taken_for: str = "") -> None:
    with app.app_context():
        row = db.session.scalars(select(Card)).one()
        begin_writing(db.session)
        row.lapses = 8
        for review in db.session.scalars(select(Review)):
            review.taken_for = taken_for or None
        db.session.commit()


def test_a_leech_is_shown_with_what_it_is_confused_with(app: Flask, visitor: Visitor) -> None:
    rate(visitor, front_of(visitor), 1)
    leech(app)
    front = front_of(visitor)
    assert "Leech" in front.words
    assert "Tell them apart" not in front.words
    back = reveal(visitor, front)
    assert "Tell them apart What you take it for is not known yet." in back.words
    assert re.search(r"is its nearest sibling", back.words)
    technique = visitor.read(TECHNIQUE)
    assert "Tell them apart" in technique.words
    other = app.extensions["techniques"].load().catalogue.find("T1566.001")
    leech(app, other.stix_id)
    back = reveal(visitor, front_of(visitor))
    assert "You took PowerShell for Spearphishing Attachment once" in back.words
    practice = visitor.send(back, "/study/queue")
    assert "techniques=T1059.001&techniques=T1566.001" in practice.path


def test_the_eighth_lapse_is_told_with_the_rating(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    rate(visitor, front_of(visitor), 4)
    with app.app_context():
        begin_writing(db.session)
        db.session.scalars(select(Card)).one().lapses = 7
        db.session.commit()
    clock.forward(days=20)
    page = rate(visitor, front_of(visitor), 1)
    assert "You have forgotten this card 8 times, so it is tagged as a leech" in page.words


def test_notes_and_tags_are_on_the_techniques_page(app: Flask, visitor: Visitor) -> None:
    page = visitor.send(front_of(visitor), "/note", note="Mind the\nencoded argument")
    page = visitor.send(page, "/hand", action="mark")
    assert "Your note on “Description”" in visitor.read(TECHNIQUE).words  # though not met yet
    rate(visitor, page)
    technique = visitor.read(TECHNIQUE)
    assert "Your note on “Description” Mind the encoded argument" in technique.words
    assert "Description · learning Marked" in technique.words
    edit = visitor.read(next(a["href"] for a in technique.links if a["href"].endswith("technique")))
    assert "Mind the\nencoded argument</textarea>" in edit.html
    assert visitor.send(edit, "/note", note="else").path == technique.path
