"""Studying in a real browser: keys, focus, and everything again without scripts."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage


def listening(page: Page) -> Page:
    """Wait until the page's script listens to keys: it shows their switch then."""
    expect(page.locator("[data-shortcuts-switch]:not([hidden])")).to_have_count(1)
    return page


def test_a_session_by_keyboard_alone(page: Page) -> None:
    page.get_by_role("link", name="Start with 10 cards").click()
    listening(page)
    expect(page.locator("#answer")).to_have_count(0)
    page.keyboard.press("Space")
    answer = page.get_by_role("group", name="Answer")
    expect(answer).to_be_focused()
    listening(page).keyboard.press("3")
    expect(page.get_by_role("status")).to_contain_text("Saved: Good. Back in 10 min.")
    expect(page.get_by_text("1 done")).to_be_visible()
    listening(page).keyboard.press("Enter")
    expect(answer).to_be_focused()
    listening(page).keyboard.press("4")
    expect(page.get_by_role("status")).to_contain_text("Saved: Easy.")


def test_the_four_ratings_follow_the_answer_in_order(open_page: OpenPage) -> None:
    page = open_page("/study/?kinds=description")
    page.get_by_role("link", name="Show answer").click()
    expect(page.get_by_role("group", name="Answer")).to_be_focused()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('[name=rating]')?.value"))
    assert [rating for rating in reached if rating] == ["1", "2", "3", "4"]


def test_keys_are_listed_under_the_question_mark_and_can_be_switched_off(
    open_page: OpenPage,
) -> None:
    page = listening(open_page("/study/"))
    page.keyboard.press("?")
    switch = page.get_by_role("checkbox", name="Use single keys on this device")
    expect(switch).to_be_visible()
    switch.uncheck()
    page.reload()
    listening(page).locator("body").press("Space")
    page.keyboard.press("?")
    expect(page.locator("#answer")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_be_hidden()


def test_a_focused_control_keeps_its_own_keys(open_page: OpenPage) -> None:
    page = listening(open_page("/study/"))
    page.locator("[data-shortcuts] summary").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-shortcuts]")).to_have_attribute("open", "")
    expect(page.locator("#answer")).to_have_count(0)


def test_rating_in_two_tabs_counts_once(open_page: OpenPage) -> None:
    first = open_page("/study/")
    first.get_by_role("link", name="Show answer").click()
    expect(first.get_by_role("group", name="Answer")).to_be_focused()
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_role("button", name="Good").click()
    expect(first.get_by_role("status")).to_contain_text("Saved: Good")
    second.get_by_role("button", name="Again").click()
    expect(second.get_by_role("status")).to_contain_text("already rated that card Good")


def test_the_back_button_does_not_rate_again(open_page: OpenPage) -> None:
    page = open_page("/study/")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_role("status")).to_contain_text("Saved: Good")
    page.go_back()
    again = page.get_by_role("button", name="Again")
    if again.count():  # the browser kept the page as it was
        again.click()
        expect(page.get_by_role("status")).to_contain_text("already rated that card Good")
    else:
        expect(page.get_by_role("heading")).to_contain_text("already rated this card")
    page.goto("/study/")
    expect(page.get_by_text("1 done")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_a_session_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": width, "height": 640})
    page.get_by_role("link", name="Start with 10 cards").click()
    for left in range(9, -1, -1):
        page.get_by_role("link", name="Show answer").click()
        page.get_by_role("button", name="Easy").click()
        expect(page.get_by_role("status")).to_contain_text("Saved: Easy")
        if left:
            expect(page.get_by_text(f"{left} left")).to_be_visible()
    expect(page.get_by_role("heading", name="Done for now")).to_be_visible()
    page.get_by_role("link", name="Today").last.click()
    expect(page.get_by_role("heading", name="All done for now")).to_be_visible()


def test_every_page_of_studying_is_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    for kind in ("description", "related", "harder-to-detect"):
        page = listening(open_page(f"/study/?kinds={kind}"))
        page.keyboard.press("?")
        assert_accessible(page)
        page.get_by_role("link", name="Show answer").click()
        expect(page.locator("#answer")).to_be_focused()
        for fold in page.locator("details").all():
            fold.evaluate("element => element.open = true")
        assert_accessible(page)
    back = page.url
    page.get_by_role("button", name="Good").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Good.")
    assert_accessible(page)
    page.goto(back)
    expect(page.get_by_role("heading")).to_contain_text("already rated this card")
    assert_accessible(page)
    page.goto("/study/?techniques=T0000")
    assert_accessible(page)
