"""Flagging a question in a real browser, and dealing with flags: nothing is lost on the way."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage


def start_quiz(page: Page, *kinds: str) -> Page:
    page.goto("/quiz/?length=5" + "".join(f"&kinds={kind}" for kind in kinds))
    page.get_by_role("button", name="Start quiz").click()
    expect(page.get_by_role("heading", name="Question 1 of 5")).to_be_visible()
    return page


def flag_of(page: Page) -> Locator:
    return page.locator("[data-flag]")


def opened(page: Page) -> Locator:
    page.get_by_text("Something wrong with this question?").click()
    return flag_of(page)


def test_a_half_given_answer_stays_while_its_question_is_flagged(page: Page) -> None:
    start_quiz(page, "platform")
    address = page.url
    page.locator("input[name=chosen]").nth(0).check()
    page.locator("input[name=chosen]").nth(2).check()
    chosen = page.locator("input[name=chosen]:checked")
    values = "inputs => inputs.map((input) => input.value)"
    before = chosen.evaluate_all(values)
    assert before in (["1", "3"], ["3"])  # as many as the question lets one choose
    opened(page).get_by_label("In your words, if you like").fill("Which of the two?")
    page.get_by_role("button", name="Unclear").click()
    expect(flag_of(page).get_by_role("status")).to_have_text("Thank you: noted.")
    expect(page.get_by_role("button", name="Unclear")).to_be_hidden()
    assert page.url == address
    assert chosen.evaluate_all(values) == before
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("group", name="Your answer")).to_be_focused()
    expect(page.get_by_text("1 answered")).to_be_visible()


def test_flagging_by_keyboard_alone_leaves_focus_where_it_was(page: Page) -> None:
    start_quiz(page)
    summary = flag_of(page).locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Why, 1 and 2?")
    expect(flag_of(page).get_by_role("textbox")).to_have_value("Why, 1 and 2?")
    expect(page.locator("input[name=chosen]:checked")).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Unclear")).to_be_focused()
    page.keyboard.press("Enter")
    expect(flag_of(page).get_by_role("status")).to_have_text("Thank you: noted.")
    expect(summary).to_be_focused()


def test_flagging_a_flashcard_rates_nothing(open_page: OpenPage) -> None:
    page = open_page("/study/")
    page.get_by_role("link", name="Show answer").click()
    page.locator("#answer").wait_for()
    opened(page)
    page.get_by_role("button", name="Too easy").click()
    expect(flag_of(page).get_by_role("status")).to_have_text("Thank you: noted.")
    expect(page.get_by_text("0 done")).to_be_visible()
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved: Good")
    expect(page.get_by_text("1 done")).to_be_visible()


def test_two_tabs_that_say_the_same_are_one_flag(page: Page) -> None:
    start_quiz(page)
    second = page.context.new_page()
    second.goto(page.url)
    for tab, words in ((page, "Thank you: noted."), (second, "You had said so before")):
        opened(tab)
        tab.get_by_role("button", name="It is wrong").click()
        expect(flag_of(tab).get_by_role("status")).to_contain_text(words)
    page.goto("/quiz/1/finish")  # until then the list would tell the key
    page.get_by_role("button", name="see the result").click()
    expect(page).to_have_url(re.compile(r"/result$"))
    page.goto("/admin/flags")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_text("flagged by 1 learner")).to_be_visible()


def test_a_flag_that_cannot_be_saved_says_so_and_keeps_what_was_written(
    browser: Browser, live_server: str
) -> None:
    # A page of its own: the browser reports the refusal as an error, which it is not here.
    page = browser.new_page(base_url=live_server)
    start_quiz(page)
    page.context.clear_cookies()  # the form's token is no longer ours
    opened(page).get_by_role("textbox").fill("Which of the two?")
    with page.expect_response("**/flag/quiz/**") as answer:
        page.get_by_role("button", name="Unclear").click()
    assert answer.value.status == 400
    expect(flag_of(page).get_by_role("status")).to_contain_text("That could not be saved.")
    expect(flag_of(page).get_by_role("textbox")).to_have_value("Which of the two?")
    expect(page.get_by_role("button", name="Unclear")).to_be_visible()
    page.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_flagging_and_dealing_with_it_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": width, "height": 640})
    start_quiz(page, "platform")
    page.locator("input[name=chosen]").nth(1).check()
    opened(page).get_by_role("textbox").fill("Which of the two?")
    page.get_by_role("button", name="Gives itself away").click()
    expect(page.get_by_role("status").first).to_contain_text("Thank you: noted.")
    expect(page.locator("input[name=chosen]").nth(1)).to_be_checked()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("1 answered")).to_be_visible()
    page.get_by_role("link", name="Flagged questions").click()
    expect(page.get_by_text("Which of the two?")).to_be_visible()
    page.get_by_text("As it was shown, with its key, reason and evidence").click()
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status").first).to_contain_text("No one is asked this any more")
    page.get_by_role("link", name="Switched off 1").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("status").first).to_contain_text("It is asked again")


def test_a_flag_and_the_list_of_flags_are_accessible(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.goto("/admin/flags")
    assert_accessible(page)
    start_quiz(page)
    opened(page)
    assert_accessible(page)
    page.get_by_role("button", name="It is wrong").click()
    expect(flag_of(page).get_by_role("status")).to_have_text("Thank you: noted.")
    assert_accessible(page)
    page.goto("/study/?kinds=harder-to-detect")
    page.get_by_role("link", name="Show answer").click()
    page.locator("#answer").wait_for()
    opened(page).get_by_role("textbox").fill("A note of some length, to be read as it was written.")
    page.get_by_role("button", name="Unclear").click()
    expect(flag_of(page).get_by_role("status")).to_have_text("Thank you: noted.")
    page.goto("/admin/flags")
    for fold in page.locator("article details").all():
        fold.evaluate("element => element.open = true")
    assert_accessible(page)
    page.get_by_role("button", name="Switch off").first.click()
    page.goto("/admin/flags?show=all")
    assert_accessible(page)
    page.goto("/admin/flags?show=off")
    assert_accessible(page)
