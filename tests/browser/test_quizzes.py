"""Quizzes in a real browser: keys, focus, counting, and everything again without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage


def listening(page: Page) -> Page:
    """Wait until the page's script listens to keys: it shows their switch then."""
    expect(page.locator("[data-shortcuts-switch]:not([hidden])")).to_have_count(1)
    return page


def feedback(page: Page) -> Locator:
    return page.locator("#feedback")


CHOICES = ("tactic", "description", "family", "platform", "data-source", "detection-difficulty")
TO_CHOOSE = "&".join(["answers=choose", *(f"kinds={kind}" for kind in CHOICES)])
SEVERAL = "techniques=T1574&kinds=tactic"
"""One question, which asks for all that apply."""


def start(page: Page, query: str = TO_CHOOSE, asked: int = 5) -> Page:
    """Start a quiz by the page that builds one; its scope may hold less than five questions."""
    page.goto(f"/quiz/?length=5&{query}")
    page.get_by_role("button", name="Start quiz").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Question 1 of {asked}")
    return page


def open_folds(page: Page) -> None:
    """Open all that is folded without scrolling, which would put choices under the bar."""
    for fold in page.locator("details").all():
        fold.evaluate("element => element.open = true")


def finish(page: Page) -> None:
    page.get_by_role("link", name="Finish").click()
    page.get_by_role("button", name="Finish and see the result").click()
    expect(page.get_by_role("heading", name="Every question")).to_be_visible()


def test_a_whole_quiz_by_keyboard_alone(page: Page) -> None:
    start(page)
    for position in range(1, 6):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {position} of 5")
        expect(feedback(page)).to_have_count(0)
        listening(page).keyboard.press("2")
        expect(page.locator("input[name=chosen]").nth(1)).to_be_checked()
        page.keyboard.press("Enter")
        expect(feedback(page)).to_be_focused()
        expect(feedback(page).get_by_role("status")).to_have_text(
            re.compile(r"^\s*(Right|Not right|Partly right)")
        )
        listening(page).keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By tactic")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/result$"))


def test_where_several_are_asked_for_a_key_takes_a_choice_back(page: Page) -> None:
    listening(start(page, SEVERAL, asked=1))
    boxes = page.locator("input[type=checkbox][name=chosen]")
    expect(boxes.first).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("3")
    expect(boxes.nth(0)).to_be_checked()
    expect(boxes.nth(2)).to_be_checked()
    page.keyboard.press("1")
    expect(boxes.nth(0)).not_to_be_checked()


def test_enter_with_nothing_chosen_says_what_is_missing(page: Page) -> None:
    # A 422 is a page like any other here, but the browser's console calls it an error.
    page.route(
        re.compile(r"/quiz/\d+/\d+$"),
        lambda route: (
            route.fulfill(response=route.fetch(max_redirects=0), status=200)
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    listening(start(page, SEVERAL, asked=1)).keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose an answer first")
    expect(page.get_by_role("button", name="Answer")).to_be_visible()


def test_the_keys_can_be_switched_off(page: Page) -> None:
    listening(start(page)).keyboard.press("?")
    page.get_by_role("checkbox", name="Use single keys on this device").uncheck()
    page.reload()
    listening(page).keyboard.press("1")
    expect(page.locator("input[name=chosen]:checked")).to_have_count(0)


def test_cards_are_counted_while_choosing(open_page: OpenPage) -> None:
    page = open_page("/quiz/")
    count = page.locator("form[data-builder]").get_by_role("status")
    everything = count.inner_text()
    page.locator("#scope > summary").click()
    page.get_by_role("checkbox", name="Exfiltration").check()
    expect(count).not_to_have_text(everything)
    expect(count).to_have_text(re.compile(r"\d+ cards"))
    page.get_by_role("checkbox", name="Exfiltration").uncheck()
    expect(count).to_have_text(everything)


def test_a_technique_can_be_taken_out_of_the_scope(open_page: OpenPage) -> None:
    page = open_page("/quiz/?techniques=T1059.001&techniques=T1566.001&length=5")
    page.get_by_role("checkbox", name="PowerShell").uncheck()
    page.get_by_role("button", name="Start quiz").click()
    finish(page)
    expect(page.get_by_text("T1566.001").first).to_be_visible()
    expect(page.locator(".eyebrow").first).not_to_contain_text("PowerShell")


def test_the_back_button_leads_to_what_was_answered(page: Page) -> None:
    start(page)
    page.locator("input[name=chosen]").first.check()
    page.get_by_role("button", name="Answer").click()
    expect(feedback(page)).to_be_focused()
    first = page.url.partition("#")[0]
    page.locator("#next").click()
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(re.escape(first)))
    expect(feedback(page)).to_be_visible()
    expect(page.get_by_role("button", name="Answer")).to_have_count(0)


def test_answering_in_two_tabs_counts_once(page: Page) -> None:
    start(page)
    second = page.context.new_page()
    second.goto(page.url)
    page.locator("input[name=chosen]").first.check()
    page.get_by_role("button", name="Answer").click()
    expect(feedback(page)).to_be_visible()
    second.locator("input[name=chosen]").last.check()
    second.get_by_role("button", name="Answer").click()
    expect(second.get_by_text("your first answer counts")).to_be_visible()


def test_two_clicks_on_start_are_one_quiz(open_page: OpenPage) -> None:
    page = open_page("/quiz/?length=5")
    page.get_by_role("button", name="Start quiz").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 1 of 5")
    page.goto("/quiz/")
    expect(page.get_by_text("0 of 5 answered")).to_have_count(1)


@pytest.mark.parametrize("width", [1280, 320])
def test_a_quiz_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page(
        f"/quiz/?length=5&{TO_CHOOSE}",
        java_script_enabled=False,
        viewport={"width": width, "height": 640},
    )
    page.locator("#scope > summary").click()
    page.get_by_role("checkbox", name="Discovery").check()
    page.get_by_role("button", name="Count").click()
    expect(page.locator("#scope > summary")).to_contain_text("Discovery")
    page.get_by_role("button", name="Start quiz").click()
    for _ in range(4):
        page.locator("input[name=chosen]").first.check()
        page.get_by_role("button", name="Answer").click()
        expect(feedback(page).get_by_role("status")).to_be_visible()
        page.locator("#next").click()
    page.get_by_role("link", name="Finish").click()
    page.get_by_role("link", name="Keep answering").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 5 of 5")
    finish(page)
    page.get_by_role("link", name="Quiz", exact=True).click()
    expect(page.get_by_role("heading", name="Past quizzes")).to_be_visible()


def test_every_page_of_a_quiz_is_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/quiz/?techniques=T1059.001&difficulties=hard")
    assert_accessible(page)
    start(page, "answers=choose&kinds=description&kinds=tactic&kinds=data-source")
    open_folds(page)
    assert_accessible(page)
    page.locator("input[name=chosen]").first.check()
    page.get_by_role("button", name="Answer").click()
    expect(feedback(page)).to_be_focused()
    assert_accessible(page)
    page.get_by_role("link", name="Finish").click()
    assert_accessible(page)
    page.get_by_role("button", name="Finish and see the result").click()
    open_folds(page)
    assert_accessible(page)
    start(page)
    page.goto("/quiz/")
    open_folds(page)
    assert_accessible(page)


@pytest.mark.parametrize("address", ["/quiz/", "/quiz/1/1", "/quiz/1/result"])
def test_every_target_is_large_enough(open_page: OpenPage, address: str) -> None:
    page = start(open_page("/quiz/", viewport={"width": 320, "height": 640}))
    if address.endswith("result"):
        finish(page)
    page.goto(address)
    open_folds(page)
    for control in page.locator("main :is(label:has(input), button, summary, nav a, .btn)").all():
        box = control.bounding_box()
        if box and control.is_visible():
            assert min(box["width"], box["height"]) >= 24, control
