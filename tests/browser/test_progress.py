"""Progress in a real browser: the matrix on a desk and on a phone, by keyboard, axe, print."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage

PHONE = {"width": 390, "height": 844}


def learn_one(page: Page) -> None:
    page.goto("/study/")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Easy").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Easy.")
    page.goto("/progress/")


def test_it_is_accessible_to_a_newcomer_and_later(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.goto("/progress/")
    expect(page.get_by_role("heading", name="Nothing to measure yet")).to_be_visible()
    assert_accessible(page)
    learn_one(page)
    page.get_by_text("Figures", exact=True).click()
    page.locator(".cells summary").first.click()
    assert_accessible(page)


def test_an_unfolded_tactic_is_accessible_on_a_phone(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/progress/", viewport=PHONE)
    page.get_by_label("Show the techniques of Execution").check()
    assert_accessible(page)


def test_the_matrix_scrolls_by_keyboard_within_itself(open_page: OpenPage) -> None:
    page = open_page("/progress/")
    region = page.get_by_role("region", name="Enterprise matrix").last
    region.focus()
    expect(region).to_be_focused()
    first = region.get_by_role("heading", name="Reconnaissance")
    expect(first).to_be_in_viewport()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(first).not_to_be_in_viewport()
    assert page.evaluate("scrollX") == 0


def test_the_names_of_tactics_stay_in_sight(open_page: OpenPage) -> None:
    page = open_page("/progress/")
    page.locator(".matrix-scroll").evaluate("region => region.scrollTo(0, 200)")
    region = page.locator(".matrix-scroll").bounding_box()
    head = page.locator(".tactic-head").first.bounding_box()
    assert region
    assert head
    assert abs(head["y"] - region["y"]) <= 2


def test_sub_techniques_unfold_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/progress/")
    fold = page.locator(".cells details", has=page.get_by_text("4 sub-techniques")).first
    child = fold.get_by_role("link", name="PowerShell")
    expect(child).to_be_hidden()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(child).to_be_visible()
    child.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("PowerShell")


def test_a_learned_technique_is_told_apart_without_colour(page: Page) -> None:
    learn_one(page)
    cell = page.locator(".matrix .cell-strong").first
    expect(cell.get_by_text("Strong")).to_be_visible()
    disc = cell.locator("svg").bounding_box()
    assert disc
    assert disc["width"] > 8
    assert page.locator("#strong").evaluate("symbol => symbol.childElementCount") == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_tactics_unfold_one_by_one(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/progress/", viewport=PHONE, has_touch=True, java_script_enabled=scripts)
    tactic = page.locator(".tactic", has=page.get_by_role("heading", name="Execution"))
    cells = tactic.locator(".cells")
    expect(tactic).to_contain_text("of 14 met")
    expect(cells).to_be_hidden()
    tactic.get_by_label("Show the techniques of Execution").tap()
    expect(cells).to_be_visible()
    expect(page.locator(".cells:visible")).to_have_count(1)
    tactic.get_by_label("Show the techniques of Execution").press("Space")
    expect(cells).to_be_hidden()


def test_on_a_phone_nothing_is_cut_off(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    learn_one(page)
    table = page.get_by_role("region", name="By tactic").last
    assert table.evaluate("region => region.scrollWidth - region.clientWidth") <= 0


def test_in_print_every_technique_is_there(open_page: OpenPage) -> None:
    page = open_page("/progress/", viewport=PHONE)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="PowerShell").first).to_be_visible()
    hidden = page.locator(".cell a").evaluate_all(
        "links => links.filter(link => !link.checkVisibility()).length"
    )
    assert hidden == 0
