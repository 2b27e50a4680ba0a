"""An exam in a real browser: saved as it is given, in tabs, offline, against the clock."""

import re

from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.conftest import AssertAccessible, Clock, OpenPage

EXAM = "mode=exam&length=3&minutes=10&answers=choose&kinds=platform&kinds=data-source"
TYPED = "mode=exam&length=2&answers=type&kinds=attack-id"


def start(page: Page, query: str = EXAM, asked: int = 3) -> Page:
    """Start the quiz of a link."""
    page.goto(f"/quiz/open?{query}")
    page.get_by_role("button", name="Start").click()
    return at(page, 1, asked)


def at(page: Page, position: int, asked: int = 3) -> Page:
    """Wait until a question is shown, and its scripts have run."""
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {position} of {asked}")
    expect(page.locator("[data-shortcuts-switch]:not([hidden])")).to_have_count(1)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    return page


def choices(page: Page) -> Locator:
    return page.locator("input[name=chosen]")


def state(page: Page) -> Locator:
    return page.locator("[data-save-state]")


def saved(page: Page) -> Page:
    """Wait until the page says that what is given is saved."""
    expect(state(page)).to_have_text(re.compile(r"^\s*Saved \d\d:\d\d"))
    return page


def look_at_the_clock(page: Page) -> None:
    """Have the page ask for the time, as it does when one comes back to it."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_whole_exam_by_keyboard_alone(page: Page) -> None:
    start(page)
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Flag for later")).to_have_attribute(
        "aria-pressed", "true"
    )
    for position in (1, 2, 3):
        at(page, position)
        page.keyboard.press("2")
        saved(page)
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review your answers")
    expect(page.get_by_role("heading", name="3 answered, 1 flagged")).to_be_visible()
    page.go_back()
    at(page, 3).keyboard.press("p")
    at(page, 2).keyboard.press("n")
    at(page, 3).keyboard.press("Enter")
    hand_in = page.get_by_role("button", name="Hand in and see the result")
    expect(hand_in).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if hand_in.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/result$"))


def test_what_is_given_is_saved_at_once_and_there_on_another_device(
    page: Page, open_page: OpenPage
) -> None:
    start(page)
    choices(page).nth(0).check()
    expect(saved(page).locator("[aria-current=page]")).to_have_text(re.compile("answered"))
    page.get_by_label("Guess").check()
    page.get_by_role("link", name="Next").click()  # at once: what is not saved yet goes first
    at(page, 2)
    other = open_page(page.url.replace("/2", "/1"))
    expect(choices(other).nth(0)).to_be_checked()
    expect(other.get_by_label("Guess")).to_be_checked()
    expect(other.get_by_text("All questions: 1 answered, 2 not answered")).to_be_visible()
    other.get_by_role("button", name="Clear my answer").click()
    expect(state(other)).to_have_text(re.compile("Not answered yet"))
    page.go_back()
    expect(choices(at(page, 1)).nth(0)).not_to_be_checked()


def test_what_is_typed_is_saved_after_a_pause_and_with_the_page_that_is_left(page: Page) -> None:
    start(page, TYPED, asked=2)
    page.get_by_label("Your answer").press_sequentially("T1")
    saved(page)
    page.get_by_label("Your answer").press_sequentially("059")
    page.evaluate("location.assign('/')")  # as by a bookmark: no link of the page
    expect(page).to_have_title(re.compile("Today"))
    page.goto("/quiz/1/1")
    expect(page.get_by_label("Your answer")).to_have_value("T1059")


def test_an_order_is_saved_as_it_is_moved_and_comes_back_so(page: Page) -> None:
    start(page, "mode=exam&length=1&kinds=tactic-order", asked=1)
    names = page.locator(".order-item label")
    before = names.all_inner_texts()
    page.get_by_role("button", name=f"Move down {before[0]}").click()
    saved(page)
    page.reload()
    expect(names).to_have_text([before[1], before[0], *before[2:]])


def test_another_tab_is_not_overwritten_unawares(page: Page) -> None:
    start(page)
    second = page.context.new_page()
    second.goto(page.url)
    choices(at(second, 1)).nth(0).check()
    saved(second)
    choices(page).nth(1).check()
    expect(page.get_by_text("answered in another tab or on another device")).to_be_visible()
    page.get_by_role("button", name="Keep the answer on this page").click()
    saved(page)
    choices(second).nth(2).check()
    second.get_by_role("link", name="Show the other answer").click()
    expect(choices(saved(second)).nth(1)).to_be_checked()
    page.get_by_role("link", name="Review and hand in").click()
    page.get_by_role("button", name="Hand in and see the result").click()
    expect(page).to_have_url(re.compile(r"/result$"))
    choices(second).nth(0).check()
    expect(second.get_by_text("This quiz was finished before that answer came.")).to_be_visible()


def test_offline_it_says_so_tries_again_and_warns_who_leaves(page: Page) -> None:
    start(page)
    page.context.set_offline(True)
    choices(page).nth(1).check()
    expect(state(page)).to_have_text(re.compile("Not saved yet: no connection. Trying again"))
    warnings: list[str] = []

    def stay(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert warnings == ["beforeunload"]
    page.context.set_offline(False)
    saved(page).reload()
    expect(choices(at(page, 1)).nth(1)).to_be_checked()


def test_before_the_time_is_up_one_can_have_more_and_then_it_is_handed_in(
    page: Page, clock: Clock
) -> None:
    clock.stop()
    start(page)
    expect(page.get_by_role("timer")).to_have_text("10 min left")
    page.get_by_role("button", name="Hide the time").click()
    expect(page.get_by_role("timer")).to_have_text("Time hidden")
    choices(page).nth(1).check()
    saved(page)
    clock.forward(minutes=5, seconds=1)
    look_at_the_clock(page)
    expect(page.get_by_role("status").filter(has_text="5 minutes left.")).to_be_visible()
    clock.forward(minutes=4, seconds=39)
    look_at_the_clock(page)
    warning = page.get_by_role("alertdialog", name="20 seconds left")
    expect(warning.get_by_role("button", name="I need more time")).to_be_focused()
    page.keyboard.press("3")  # what lies behind is not to be reached
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(choices(page).nth(1)).to_be_checked()
    expect(page.get_by_text("You have more time now, until")).to_be_visible()
    clock.forward(minutes=6)
    look_at_the_clock(page)
    expect(page).to_have_url(re.compile(r"/result$"))
    expect(page.get_by_text("What you had saved by then was handed in")).to_be_visible()


def test_the_last_answer_is_saved_before_the_time_is_up(page: Page, clock: Clock) -> None:
    clock.stop()
    start(page, TYPED + "&minutes=10", asked=2)
    clock.forward(minutes=9, seconds=59.9)
    page.get_by_label("Your answer").press_sequentially("T1059")
    look_at_the_clock(page)
    expect(page.get_by_text("Time is up. What is saved is handed in.")).to_be_visible()
    saved(page)
    clock.forward(seconds=10)
    expect(page).to_have_url(re.compile(r"/result$"))
    expect(page.locator(".typed-review").first).to_contain_text("T1059")


def test_an_exam_without_scripts(open_page: OpenPage) -> None:
    page = open_page(
        f"/quiz/open?{EXAM}",
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
    )
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text(re.compile(r"Until \d\d:\d\d"))).to_be_visible()
    choices(page).first.check()
    page.get_by_role("button", name="Flag for later").click()
    expect(choices(page).first).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page)
    page.get_by_role("button", name="I need more time").click()
    expect(page.get_by_text("You have more time now")).to_be_visible()
    for _ in range(3):
        page.get_by_role("button", name=re.compile("Save and")).click()
    expect(
        page.get_by_role("heading", name="1 answered, 1 flagged, 2 not answered")
    ).to_be_visible()
    page.get_by_role("link", name="Question 1 Answered").click()
    page.get_by_role("button", name="Clear my answer").click()
    expect(page.get_by_text("Not answered yet")).to_be_visible()
    page.get_by_role("link", name="Review and hand in").click()
    page.get_by_role("button", name="Hand in and see the result").click()
    expect(page).to_have_url(re.compile(r"/result$"))


def test_every_state_of_an_exam_is_accessible(
    page: Page, clock: Clock, assert_accessible: AssertAccessible
) -> None:
    clock.stop()
    start(page)
    choices(page).nth(0).check()
    page.get_by_label("Fairly").check()
    page.get_by_role("button", name="Flag for later").click()
    expect(page.get_by_text("Flagged", exact=True)).to_be_visible()
    saved(page).evaluate("scrollTo(0, 0)")  # no choice is half under the bar
    assert_accessible(page)
    second = page.context.new_page()
    second.goto(page.url)
    choices(at(second, 1)).nth(1).check()
    saved(second).close()
    choices(page).nth(2).check()
    expect(page.get_by_text("answered in another tab or on another device")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert_accessible(page)
    page.get_by_role("link", name="Show the other answer").click()
    saved(page).get_by_role("link", name="Review and hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review your answers")
    assert_accessible(page)
    clock.forward(minutes=9, seconds=40)
    look_at_the_clock(page)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    assert_accessible(page)
