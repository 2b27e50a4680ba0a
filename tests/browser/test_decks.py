"""Decks, paths and custom study in a real browser: by keyboard, without scripts, for everyone."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage

START = "/study/custom/start?which=all&days=7&most=10&order=random&tactics=impact&deck=this"


def make(page: Page, name: str, *, days: int = 0, listed: str = "") -> None:
    page.goto("/decks/new?tactics=impact" if not listed else "/decks/new")
    page.get_by_label("Name", exact=True).fill(name)
    if listed:
        page.get_by_label("Techniques by ID").fill(listed)
    if days:
        until = datetime.now(UTC).date() + timedelta(days=days)
        page.get_by_label("Know it by").fill(until.isoformat())
    page.get_by_role("button", name="Save deck").click()


def listening(page: Page) -> Page:
    """Wait until the page's script listens to keys: it shows their switch then."""
    expect(page.locator("[data-shortcuts-switch]:not([hidden])")).to_have_count(1)
    return page


@pytest.mark.parametrize("width", [1280, 320])
def test_a_deck_with_a_day_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page("/decks/", java_script_enabled=False, viewport={"width": width, "height": 640})
    page.get_by_role("link", name="New deck").click()
    page.get_by_label("Name", exact=True).fill("Onboarding")
    page.get_by_label("Techniques by ID").fill("T1059\nT4242")
    page.get_by_role("button", name="Save deck").click()
    expect(page.get_by_text("Not a technique here: T4242.")).to_be_visible()
    page.get_by_label("Techniques by ID").fill("T1059")
    page.get_by_label("Know it by").fill(
        (datetime.now(UTC).date() + timedelta(days=60)).isoformat()
    )
    page.get_by_role("button", name="Save deck").click()
    expect(page.get_by_text("On course")).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("Only the deck goes, with its path.")).to_be_visible()
    page.get_by_role("button", name="Delete deck").click()
    expect(page.get_by_role("status")).to_contain_text("Deck deleted.")


def test_a_round_of_custom_study_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(START)
    for place in range(1, 11):
        expect(listening(page).get_by_text(f"{place} of 10").first).to_be_visible()
        expect(page.locator("#answer")).to_have_count(0)
        page.keyboard.press("Space")
        expect(page.get_by_role("group", name="Answer")).to_be_focused()
        listening(page).keyboard.press("23"[place % 2] if place < 10 else "1")
    expect(page.get_by_role("heading", name="You knew 9 of 10")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_text("10 of 10").first).to_be_visible()


def test_the_back_button_and_a_second_tab_keep_their_place(open_page: OpenPage) -> None:
    first = open_page(START)
    second = first.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        page.get_by_role("link", name="Show answer").click()
        page.get_by_role("button", name="Did not").click()
        expect(page.get_by_text("2 of 10").first).to_be_visible()
    assert first.url == second.url
    first.go_back()
    expect(first.get_by_text("1 of 10").first).to_be_visible()


def test_every_page_of_decks_and_custom_study_is_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/decks/")
    assert_accessible(page)
    make(page, "Soon", days=9)
    for fold in page.locator("details").all():
        fold.evaluate("element => element.open = true")
    assert_accessible(page)
    make(page, "A list", listed="T1059, T1003.001", days=80)
    page.goto("/decks/")
    assert_accessible(page)
    make(page, "A list", listed="T4242")
    expect(page.get_by_text("Not a technique here")).to_be_visible()
    assert_accessible(page)
    page.goto("/decks/1/delete")
    assert_accessible(page)
    page.goto("/study/custom/start?which=forgotten&days=7&most=20&order=random&deck=")
    expect(page.get_by_text("you forgot nothing")).to_be_visible()
    assert_accessible(page)
    page.goto(START + "&kinds=tactic")
    assert_accessible(page)
    page.get_by_role("link", name="Show answer").click()
    assert_accessible(page)
    while page.get_by_role("button", name="Did not").count():
        page.get_by_role("button", name="Did not").click()
        if page.get_by_role("link", name="Show answer").count():
            page.get_by_role("link", name="Show answer").click()
    assert_accessible(page)
    page.goto("/")
    assert_accessible(page)
