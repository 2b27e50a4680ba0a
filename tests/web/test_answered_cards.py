"""Cards that are answered on the page, as someone without scripts meets them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import Card, Learner, Review
from quiz.questions.base import Question
from quiz.services import learners, study
from tests.answering import right_answer, wrong_answer
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor

SCOPE = "techniques=T1059.001&techniques=T1566.001&kinds=description"

Asked = Callable[[Page], Question]


@pytest.fixture
def answering(app: Flask, visitor: Visitor) -> Callable[..., None]:
    """Have cards answered, or two buttons, as the settings do."""

    def choose(**wanted: object) -> None:
        visitor.read("/study/")  # so that there is a learner
        with app.app_context():
            begin_writing(db.session)
            learner = db.session.scalars(select(Learner)).one()
            for name, value in wanted.items():
                setattr(learner, name, value)
            db.session.commit()

    return choose


@pytest.fixture
def asked(app: Flask, clock: Clock) -> Asked:
    """What a page asks, with its key."""

    def find(page: Page) -> Question:
        key = page.path.partition("?")[0].removeprefix("/study/")
        with app.app_context():
            catalogue = app.extensions["techniques"].load().catalogue
            learner = learners.local_learner(db.session, now=clock())
            served = study.card(db.session, learner, catalogue, key, now=clock())
            assert served is not None
            return served.question

    return find


def reviews(app: Flask) -> list[tuple[int, bool]]:
    """The ratings in the log, each with whether it was undone."""
    with app.app_context():
        rows = db.session.scalars(select(Review).order_by(Review.id))
        return [(row.rating, row.undone_at is not None) for row in rows]


def test_a_right_answer_is_good_and_may_have_been_easy(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    question = asked(front)
    assert question.explanation not in front.words
    result = visitor.send(front, "/answer", chosen=right_answer(question))
    assert "Right" in result.words
    assert "Good: back in 10 min." in result.words
    assert question.explanation in result.words
    assert [b["value"] for b in result.form("/result").buttons] == ["2", "4"]
    easy = visitor.send(result, "/result", rating=4)
    assert "Easy: back in" in easy.words
    assert reviews(app) == [(3, True), (4, False)]
    assert "sequence=2" in easy.path


def test_a_wrong_answer_is_again_and_never_hard(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    result = visitor.send(front, "/answer", chosen=wrong_answer(asked(front)))
    assert "Not right" in result.words
    assert "Again: back in 1 min." in result.words
    assert "Tell them apart" in result.words
    assert not [form for form in result.forms if "/result" in form.action]
    assert reviews(app) == [(1, False)]


def test_an_answer_sent_twice_and_a_reload_are_one_review(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    question = asked(front)
    first = visitor.send(front, "/answer", chosen=right_answer(question))
    again = visitor.send(front, "/answer", chosen=wrong_answer(question))
    assert "You had already answered that card: your first answer counts." in again.words
    assert again.path == first.path
    assert "Right" in visitor.read(first.path).words
    assert reviews(app) == [(3, False)]


def test_not_to_know_shows_the_answer_and_is_again(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="type")
    front = visitor.read("/study/?kinds=attack-id")
    question = asked(front)
    result = visitor.send(front, "/answer", unknown="1")
    assert "You did not know it." in result.words
    assert question.explanation in result.words
    assert question.stem in result.words
    assert reviews(app) == [(1, False)]


def test_an_empty_answer_is_asked_for_again_and_saves_nothing(
    app: Flask, visitor: Visitor, answering: Callable[..., None]
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    page = visitor.send(front, "/answer")
    assert "Choose an answer first. Nothing was saved." in page.words
    assert page.path == front.path
    assert reviews(app) == []


def test_a_note_comes_with_the_answer_and_is_written_there(
    visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    front = visitor.send(front, "/note", note="Mind the encoded argument")
    assert "Mind the encoded argument" not in front.words
    result = visitor.send(front, "/answer", chosen=right_answer(asked(front)))
    assert "Your note Mind the encoded argument" in result.words
    edited = visitor.send(result, "/note", note="And the parent process")
    assert edited.path == result.path
    assert "Your note And the parent process" in edited.words


def test_a_card_is_marked_and_put_aside_from_its_result(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    result = visitor.send(front, "/answer", chosen=right_answer(asked(front)))
    marked = visitor.send(result, "/hand", action="mark")
    assert marked.path == result.path
    assert "Description Marked" in marked.words
    history = next(link["href"] for link in marked.links if "/history?" in link["href"])
    assert result.path in [link["href"] for link in visitor.read(history).links]
    after = visitor.send(marked, "/hand", action="suspend")
    assert "Suspended: this card is not asked any more until you lift that. Undo" in after.words
    assert not after.path.startswith(result.path.partition("?")[0])
    assert reviews(app) == [(3, False)]


def test_a_leech_that_is_answered_is_told_and_shown_with_its_look_alike(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked, clock: Clock
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    result = visitor.send(front, "/answer", chosen=right_answer(asked(front)))
    visitor.send(result, "/result", rating=4)
    with app.app_context():
        begin_writing(db.session)
        db.session.scalars(select(Card)).one().lapses = 7
        db.session.commit()
    clock.forward(days=20)
    front = visitor.read(f"/study/?{SCOPE}")
    result = visitor.send(front, "/answer", unknown="1")
    assert "You have forgotten this card 8 times, so it is tagged as a leech" in result.words
    assert "Description Leech" in result.words
    assert "Tell them apart" in result.words


def test_one_card_can_be_turned_instead(
    app: Flask, visitor: Visitor, answering: Callable[..., None], asked: Asked
) -> None:
    answering(answering="choose")
    front = visitor.read(f"/study/?{SCOPE}")
    back = visitor.read(front.link(**{"data-key-action": "reveal"}))
    assert asked(front).explanation in back.words
    visitor.send(back, "/rating", rating=2)
    assert reviews(app) == [(2, False)]


def test_with_two_buttons_forgot_is_again_and_knew_is_good(
    app: Flask, visitor: Visitor, answering: Callable[..., None]
) -> None:
    answering(two_buttons=True)
    back = visitor.read(visitor.read("/study/").link(id="reveal"))
    buttons = back.form("/rating").buttons
    assert [button["value"] for button in buttons] == ["1", "3"]
    assert "Forgot" in back.words
    assert "Knew it" in back.words
    page = visitor.send(back, "/rating", rating=3)
    assert "Saved: Knew it." in page.words
    assert reviews(app) == [(3, False)]
