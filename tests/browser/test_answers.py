"""Ordering, matching and typing in a real browser: keys, buttons, and all of it without scripts."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from quiz.db.base import WRITES, configure_engine
from quiz.db.models import AttemptQuestion
from quiz.questions.base import Question
from tests.answering import typed
from tests.browser.conftest import AssertAccessible, OpenPage
from tests.browser.test_quizzes import feedback, finish, listening, start

SLIP = "Comand and Scripting Interpreter: Powershel"
ACCEPTED = ("Command and Scripting Interpreter: PowerShell", "T1059.001")

StartTyping = Callable[[Page], Page]


@pytest.fixture
def first_question(live_server: str, tmp_path: Path) -> Callable[[], Question]:
    """The first question of the last quiz, with its key."""

    def read() -> Question:
        engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}")
        with Session(engine) as session:
            ordered = select(AttemptQuestion).order_by(
                AttemptQuestion.attempt_id.desc(), AttemptQuestion.position
            )
            question = Question.from_dict(session.scalars(ordered).all()[0].question)
        engine.dispose()
        return question

    return read


@pytest.fixture
def start_typing(live_server: str, tmp_path: Path) -> StartTyping:
    """Start a quiz whose questions are all to be answered in writing."""

    def begin(page: Page) -> Page:
        start(page, "kinds=attack-id")
        engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}")
        configure_engine(engine)
        with Session(engine.execution_options(**WRITES)) as session:
            for row in session.scalars(select(AttemptQuestion)):
                row.question = typed(Question.from_dict(row.question), *ACCEPTED).to_dict()
            session.commit()
        engine.dispose()
        page.reload()
        return page

    return begin


def order_of(page: Page) -> list[str]:
    return page.locator(".order-item label").all_inner_texts()


def place_all(page: Page, places: list[str]) -> None:
    for select_, place in zip(page.locator(".order-place").all(), places, strict=True):
        select_.select_option(place)


def send(page: Page) -> Locator:
    page.get_by_role("button", name="Answer").click()
    expect(feedback(page).get_by_role("status")).to_be_visible()
    return feedback(page)


# Ordering


def test_a_row_moves_by_its_buttons_and_says_where_it_is(page: Page) -> None:
    listening(start(page, "kinds=tactic-order"))
    first, second, *rest = order_of(page)
    expect(page.locator(".order-place").first).to_be_hidden()
    down = page.get_by_role("button", name=f"Move down {first}")
    down.click()
    assert order_of(page) == [second, first, *rest]
    said = page.locator("[data-said]")
    expect(said).to_have_text(f"{first}: now 2 of {len(rest) + 2}")
    expect(down).to_be_focused()
    page.get_by_role("button", name=f"Move up {first}").click()
    assert order_of(page) == [first, second, *rest]
    page.keyboard.press("Enter")
    expect(said).to_have_text(f"{first} is first already")


def test_an_order_is_put_right_by_keyboard_alone(
    page: Page, first_question: Callable[[], Question]
) -> None:
    listening(start(page, "kinds=tactic-order"))
    right = list(first_question().answer)
    for place, text in enumerate(right):
        button = page.get_by_role("button", name=f"Move up {text}")
        button.focus()
        for _ in range(order_of(page).index(text) - place):
            page.keyboard.press("Enter")
            expect(button).to_be_focused()
    assert order_of(page) == right
    page.get_by_role("button", name="Answer").focus()
    page.keyboard.press("Enter")
    expect(feedback(page)).to_be_focused()
    expect(feedback(page).get_by_role("status")).to_have_text(re.compile(r"^\s*Right"))


def test_enter_sends_no_order_that_nobody_has_touched(page: Page) -> None:
    listening(start(page, "kinds=tactic-order")).keyboard.press("Enter")
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    page.locator("[data-move=down]").first.click()
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    expect(feedback(page)).to_be_focused()


@pytest.mark.parametrize("width", [1280, 320])
def test_an_order_without_scripts(
    open_page: OpenPage, first_question: Callable[[], Question], width: int
) -> None:
    size = {"width": width, "height": 640}
    page = start(
        open_page("/quiz/", java_script_enabled=False, viewport=size), "kinds=tactic-order"
    )
    expect(page.locator("[data-move]").first).to_be_hidden()
    page.get_by_role("button", name="Answer").click()  # the browser says what is missing
    expect(feedback(page)).to_have_count(0)
    question = first_question()
    places = [str(question.solution.index(item.id) + 1) for item in question.items]
    place_all(page, places)
    expect(send(page).get_by_role("status")).to_have_text(re.compile(r"^\s*Right"))


# Matching


@pytest.mark.parametrize("scripts", [True, False])
def test_a_match_is_made_by_keyboard(
    open_page: OpenPage, first_question: Callable[[], Question], scripts: bool
) -> None:
    page = start(open_page("/quiz/", java_script_enabled=scripts), "kinds=match")
    question = first_question()
    targets = {target.id: target.text for target in question.targets}
    for item, right in zip(question.items, question.solution, strict=True):
        choice = page.get_by_label(item.text, exact=True)
        choice.focus()
        page.keyboard.type(targets[right], delay=5)
        expect(choice).to_have_value(right)
    expect(feedback(page)).to_have_count(0)  # nothing is sent by choosing
    expect(send(page).get_by_role("status")).to_have_text(re.compile(r"^\s*Right"))


def test_a_match_half_wrong_says_which_half(
    page: Page, first_question: Callable[[], Question]
) -> None:
    start(page, "kinds=match")
    solution = list(first_question().solution)
    given = [solution[1], solution[0], *solution[2:]]
    for choice, target in zip(page.locator("main select").all(), given, strict=True):
        choice.select_option(target)
    said = send(page)
    expect(said.get_by_role("status")).to_contain_text("Partly right: 50%")
    expect(said.get_by_text("· right")).to_have_count(2)
    expect(said.get_by_text("· not right")).to_have_count(2)


# Typing


def test_digits_and_enter_belong_to_the_text_that_is_typed(
    page: Page, start_typing: StartTyping
) -> None:
    listening(start_typing(page))
    page.get_by_label("Your answer").click()
    page.keyboard.type("t1059 001?")
    expect(page.get_by_label("Your answer")).to_have_value("t1059 001?")
    page.keyboard.press("Enter")
    expect(feedback(page)).to_be_focused()
    expect(feedback(page).get_by_role("status")).to_have_text(re.compile(r"^\s*Right"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_slip_is_counted_and_taken_back(
    open_page: OpenPage, start_typing: StartTyping, scripts: bool
) -> None:
    page = start_typing(open_page("/quiz/", java_script_enabled=scripts))
    page.get_by_label("Your answer").fill(SLIP)
    expect(send(page).get_by_role("status")).to_contain_text("Nearly")
    page.get_by_role("button", name="Count it as right").click()
    expect(feedback(page).get_by_role("status")).to_have_text(re.compile(r"^\s*Right"))
    expect(feedback(page)).to_contain_text(SLIP)
    page.get_by_role("button", name="Take that back").click()
    expect(feedback(page).get_by_role("status")).to_contain_text("Nearly")
    finish(page)
    expect(page.get_by_text(SLIP)).to_be_visible()


# All of them


def ask_order(page: Page) -> Page:
    return listening(start(page, "kinds=tactic-order"))


def ask_match(page: Page) -> Page:
    start(page, "kinds=match")
    for choice in page.locator("main select").all():
        choice.select_option(index=1)
    return page


@pytest.mark.parametrize("way", ["order", "match", "text"])
def test_every_way_of_answering_is_accessible(
    open_page: OpenPage,
    assert_accessible: AssertAccessible,
    start_typing: StartTyping,
    way: str,
) -> None:
    page = open_page("/quiz/")
    {"order": ask_order, "match": ask_match, "text": start_typing}[way](page)
    if way == "text":
        page.get_by_label("Your answer").fill(SLIP)
    assert_accessible(page)
    send(page)
    assert_accessible(page)
    for control in page.locator("main :is(button, .btn, select, input)").all():
        box = control.bounding_box()
        if box and control.is_visible():
            assert min(box["width"], box["height"]) >= 24, control
    finish(page)
    assert_accessible(page)


def test_an_order_without_scripts_is_accessible(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.route("**/order.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    start(page, "kinds=tactic-order")
    expect(page.locator(".order-place").first).to_be_visible()
    assert_accessible(page)
