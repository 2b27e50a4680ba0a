"""Building a quiz in a real browser: what shows when, previews, links, names."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage

LINK = "/quiz/open?mode=exam&length=5&minutes=30&seed=7&tactics=discovery"


def open_folds(page: Page) -> None:
    for fold in page.locator("main details").all():
        fold.evaluate("element => element.open = true")


def test_one_press_starts_a_sensible_quiz(open_page: OpenPage) -> None:
    page = open_page("/quiz/")
    page.get_by_role("button", name="Start quiz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Question 1 of 10")


def test_what_one_mode_alone_has_shows_there(open_page: OpenPage) -> None:
    page = open_page("/quiz/?length=0")
    exam, kinds = page.locator("#exam > summary"), page.locator("#kinds > summary")
    expect(exam).to_be_hidden()
    page.get_by_role("radio", name="Exam").check()
    expect(exam).to_be_visible()
    expect(page.get_by_role("radio", name="Until I stop")).to_be_disabled()
    expect(page.get_by_role("radio", name="10", exact=True)).to_be_checked()
    page.get_by_role("radio", name="Mapping drill").check()
    expect(exam).to_be_hidden()
    expect(kinds).to_be_hidden()
    expect(page.get_by_role("radio", name="Until I stop")).to_be_enabled()
    page.get_by_role("radio", name="Contrast drill").check()
    expect(page.get_by_text("the pairs that you mixed up so far")).to_be_visible()


def test_folds_the_count_and_the_link_follow_the_choices(open_page: OpenPage) -> None:
    page = open_page("/quiz/")
    page.get_by_role("radio", name="Exam").check()
    page.locator("#exam > summary").click()
    page.get_by_label("Time limit, in minutes").fill("45")
    page.get_by_label("Time limit, in minutes").press("Tab")
    expect(page.locator("#exam > summary")).to_contain_text("45 min, 80% to pass")
    page.locator("#scope > summary").click()
    page.get_by_role("checkbox", name="Exfiltration").check()
    expect(page.locator("#scope > summary")).to_contain_text("Exfiltration")
    expect(page.locator("[data-link]")).to_have_value(
        re.compile(r"/quiz/open\?tactics=exfiltration&mode=exam&seed=\d+&minutes=45$")
    )


def test_a_preview_comes_without_leaving_and_says_when_it_is_old(open_page: OpenPage) -> None:
    page = open_page("/quiz/?length=40")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".sample")).to_have_count(3)
    expect(page.locator("#preview")).to_contain_text("It asks 40 of about")
    expect(page).to_have_url(re.compile(r"\?length=40$"))
    page.get_by_role("radio", name="20", exact=True).check()
    expect(page.get_by_text("You have changed the choices since")).to_be_visible()
    page.get_by_role("button", name="Preview again").click()
    expect(page.locator("#preview")).to_contain_text("It asks 20 of about")


def test_enter_in_the_name_saves(open_page: OpenPage) -> None:
    page = open_page("/quiz/?length=20")
    page.get_by_label("Name").fill("Monday")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("link", name="Monday")).to_be_visible()
    page.get_by_role("button", name="Start Monday").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question 1 of 20")


def test_a_copied_link_is_said_so(open_page: OpenPage) -> None:
    page = open_page("/quiz/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-copied]")).to_have_text("Copied.")


def test_building_linking_and_saving_are_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/quiz/?mode=contrast&pairs=T1059.001~T1059.003&preview=1")
    open_folds(page)
    assert_accessible(page)
    page.get_by_role("radio", name="Exam").check()
    page.get_by_label("Seed").fill("x")
    page.get_by_label("Pass mark").fill("0")
    page.get_by_role("button", name="Start quiz").click()
    expect(page.get_by_role("alert")).to_contain_text("look again at")
    assert_accessible(page)
    page.goto("/quiz/?length=7")
    page.get_by_label("Name").fill("Monday")
    page.get_by_role("button", name="Save this quiz").click()
    page.goto("/quiz/saved/1")
    open_folds(page)
    assert_accessible(page)
    page.goto(LINK)
    open_folds(page)
    assert_accessible(page)
    page.get_by_role("button", name="Start", exact=True).click()
    page.goto("/quiz/")
    expect(page.get_by_text("30 min left")).to_be_visible()
    assert_accessible(page)
