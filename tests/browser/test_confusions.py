"""Confusions in a real browser: axe in every width and theme, keyboard, phone, without scripts."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage

PHONE = {"width": 390, "height": 844}


MIXED_UP = (
    ("T1059.001", "T1059.003"),
    ("T1059.003", "T1059.001"),
    ("T1059.001", "T1059.005"),
    ("T1078.004", "T1078"),
)


def confuse_some(page: Page) -> None:
    """Take techniques for others by typing the ID of another than the one described."""
    for technique, other in MIXED_UP:
        page.goto(f"/quiz/?techniques={technique}&kinds=description&answers=type")
        page.get_by_role("button", name="Start quiz").click()
        page.get_by_label("Your answer").fill(other)
        page.get_by_role("button", name="Answer").click()
        expect(page.locator("#feedback")).to_be_visible()
    page.goto("/progress/confusions")
    expect(page.get_by_role("heading", name="As a matrix")).to_be_visible()


def test_the_page_is_accessible_to_a_newcomer_and_later(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.goto("/progress/confusions")
    expect(page.get_by_role("heading", name="Nothing confused yet")).to_be_visible()
    assert_accessible(page)
    confuse_some(page)
    expect(page.get_by_role("columnheader", name="Taken for")).to_be_visible()
    page.get_by_text("What tells them apart").first.click()
    assert_accessible(page)


def test_what_tells_two_apart_is_reached_by_keyboard_without_scripts(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    confuse_some(page)
    fold = page.get_by_text("What tells them apart").first
    traits = page.locator(".apart").first
    expect(traits).to_be_hidden()
    fold.focus()
    page.keyboard.press("Enter")
    expect(traits).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Drill this pair").first.click()
    expect(page).to_have_url(re.compile(r"/quiz/\?mode=contrast&pairs=T1059\.00\d~T1059\.00\d$"))


def test_a_phone_shows_each_pair_whole_and_still_as_a_table(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    confuse_some(page)
    table = page.get_by_role("table", name="Pairs")
    expect(table.get_by_role("rowheader").first).to_be_visible()
    width = table.evaluate("table => table.getBoundingClientRect().right")
    assert width <= PHONE["width"]
    for cell in table.get_by_role("cell").all():
        box = cell.bounding_box()
        assert box
        assert box["x"] + box["width"] <= PHONE["width"]
