"""Undoing, and doing things with cards, in a real browser: keys, focus, no scripts, axe."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, update

from quiz.db.base import WRITES
from quiz.db.models import Card
from tests.browser.conftest import AssertAccessible, OpenPage
from tests.browser.test_study import listening

SCOPE = "techniques=T1059.001&techniques=T1566.001&kinds=description"


@pytest.fixture
def forget(tmp_path: Path) -> Callable[[], None]:
    """Make every card one that was forgotten eight times."""

    def forget() -> None:
        engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}", execution_options=WRITES)
        with engine.begin() as connection:
            connection.execute(update(Card).values(lapses=8))
        engine.dispose()

    return forget


def rate(page: Page, rating: str = "Good") -> Page:
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name=rating, exact=False).first.click()
    expect(page.get_by_role("status").first).to_contain_text(f"Saved: {rating}")
    return page


def more(page: Page) -> Page:
    page.locator(".card-more > summary").click()
    return page


def test_cards_are_undone_buried_suspended_and_marked_by_keys(open_page: OpenPage) -> None:
    page = listening(open_page(f"/study/?{SCOPE}"))
    front = page.url
    rate(page, "Easy")
    listening(page).keyboard.press("u")
    expect(page.get_by_role("status").first).to_contain_text("Undone: Easy. The card is new again.")
    expect(page).to_have_url(front)
    for key, words in (
        ("m", "Marked."),
        ("m", "The mark is gone."),
        ("s", "Suspended: this card is not asked any more"),
    ):
        listening(page).keyboard.press(key)
        expect(page.get_by_role("status").first).to_contain_text(words)
    page.goto(front)
    listening(page).keyboard.press("b")
    expect(page.get_by_role("status").first).to_contain_text("Buried")
    page.goto(front)
    expect(page.locator(".card-head")).to_contain_text("Suspended Buried until tomorrow")


def test_the_last_rating_is_undone_by_key_after_a_reload_and_when_all_is_done(
    open_page: OpenPage,
) -> None:
    page = open_page("/study/?techniques=T1059.001&kinds=description")
    front = page.url
    rate(page, "Easy")
    expect(page.get_by_role("heading", name="Nothing is due here")).to_be_visible()
    page.keyboard.press("u")
    expect(page).to_have_url(front)
    rate(page, "Again")
    page.reload()
    listening(page).keyboard.press("u")
    expect(page.get_by_role("status").first).to_contain_text("Undone: Again")


def test_keys_typed_into_a_note_do_nothing_else(open_page: OpenPage) -> None:
    page = listening(open_page(f"/study/?{SCOPE}"))
    front = page.url
    page.get_by_text("Write a note").click()
    page.get_by_label("Your note").fill("")
    page.keyboard.type("bus? 1 2 3 4\nsum")
    expect(page.get_by_label("Your note")).to_have_value("bus? 1 2 3 4\nsum")
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("status").first).to_contain_text("Your note is saved")
    expect(page).to_have_url(front)
    page.get_by_role("link", name="Show answer").click()
    expect(page.get_by_role("region", name="Your note")).to_contain_text("bus? 1 2 3 4 sum")


def test_the_back_button_after_undoing_does_not_rate_again(open_page: OpenPage) -> None:
    page = open_page(f"/study/?{SCOPE}")
    page.get_by_role("link", name="Show answer").click()
    expect(page.get_by_role("group", name="Answer")).to_be_focused()
    back = page.url
    page.get_by_role("button", name="Good").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Undone: Good")
    page.goto(back)
    expect(page.get_by_role("heading")).to_contain_text("You undid that rating")
    page.get_by_role("link", name="Show the card").click()
    rate(page)


def test_a_rating_undone_in_one_tab_is_undone_once_in_the_other(open_page: OpenPage) -> None:
    first = rate(open_page(f"/study/?{SCOPE}"))
    second = first.context.new_page()
    second.goto("/study/history")
    first.get_by_role("button", name="Undo", exact=True).click()
    expect(first.get_by_role("status").first).to_contain_text("Undone: Good")
    second.get_by_role("button", name="Undo").click()
    expect(second.get_by_role("status").first).to_contain_text("You had undone that before")
    expect(second.locator(".history del")).to_have_count(1)


def test_everything_can_be_done_without_scripts(open_page: OpenPage) -> None:
    page = open_page(
        f"/study/?{SCOPE}", java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    rate(page, "Easy")
    page.get_by_role("button", name="Undo", exact=True).click()
    more(page).get_by_role("button", name="Mark").click()
    expect(page.locator(".card-head")).to_contain_text("Marked")
    page.get_by_role("link", name="Show answer").click()
    more(page).get_by_role("button", name="Suspend").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("This card is asked again.")
    rate(page, "Easy")
    page.goto("/study/cards?show=marked")
    page.get_by_role("checkbox", name=re.compile("Description")).check()
    page.get_by_role("button", name="Set back to new").click()
    page.get_by_role("button", name="Set back to new").click()
    expect(page.get_by_role("status").first).to_contain_text("1 card set back to new.")
    page.goto("/study/history")
    page.get_by_role("button", name="Undo Set back to new").click()
    expect(page.get_by_role("status").first).to_contain_text("Undone: Set back to new.")


def test_all_cards_of_a_page_are_chosen_at_once(open_page: OpenPage) -> None:
    page = rate(rate(open_page(f"/study/?{SCOPE}"), "Easy"), "Easy")
    page.goto("/study/cards")
    page.get_by_label("All on this page").check()
    expect(page.locator("input[name=key]:checked")).to_have_count(2)
    page.locator("input[name=key]").first.uncheck()
    assert page.get_by_label("All on this page").evaluate("box => box.indeterminate")
    page.get_by_role("button", name="Suspend", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("1 card suspended")


def test_every_page_of_cards_is_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/study/cards")
    assert_accessible(page)
    page.goto(f"/study/?{SCOPE}")
    page.get_by_text("Write a note").click()
    page.get_by_label("Your note").fill("long words " * 20 + "x" * 120)
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".flashes")).to_contain_text("Your note is saved")
    front = page.url
    rate(page, "Easy")
    page.goto(front)
    listening(more(page)).keyboard.press("m")
    expect(page.locator(".flashes")).to_contain_text("Marked.")
    assert_accessible(more(page))  # with the message and its button
    page.get_by_role("link", name="Show answer").click()
    page.get_by_text("Edit your note").click()
    assert_accessible(more(page))
    for action in ("Suspend", "Bury until tomorrow"):
        page.goto(front)
        more(page).get_by_role("button", name=action).click()
        expect(page.locator(".flashes")).to_contain_text(re.compile("Suspended|Buried"))
    page.goto("/study/history")
    page.get_by_role("button", name="Undo").click()
    page.goto(front)
    rate(page, "Again")
    for address in (
        "/study/history",
        "/study/cards",
        front.replace("?", "/reset?"),
        front.replace("?", "/note?"),
    ):
        page.goto(address)
        assert_accessible(page)


def test_the_back_of_a_leech_is_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible, forget: Callable[[], None]
) -> None:
    page = rate(open_page("/study/?techniques=T1059.001&kinds=description"), "Again")
    front = page.url
    forget()
    page.goto(front)
    expect(page.locator(".card-head")).to_contain_text("Leech")
    page.get_by_role("link", name="Show answer").click()
    expect(page.get_by_role("region", name="Tell them apart")).to_be_visible()
    assert_accessible(page)
    page.goto("/library/enterprise-attack/T1059.001")
    expect(page.get_by_role("region", name="Tell them apart")).to_be_visible()
