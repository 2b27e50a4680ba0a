"""The first page, the theme and the ground of every page in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage

LIGHT, DARK = "rgb(244, 245, 242)", "rgb(14, 20, 22)"


def test_the_first_visit_and_the_next_are_accessible(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    assert_accessible(page)
    page.get_by_role("link", name="Start with 10 cards").click()
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Again").click()
    page.get_by_role("link", name="Today", exact=True).click()
    expect(page.get_by_role("heading", name="Recently missed")).to_be_visible()
    assert_accessible(page)


def test_an_error_page_is_accessible_and_leads_back(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/static/css/tokens.css")
    # A 404 is a page like any other here, but the browser's console calls it an error.
    page.route("**/nowhere", lambda route: route.fulfill(response=route.fetch(), status=200))
    page.goto("/nowhere")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Go to Today").click()
    expect(page.get_by_role("heading", name="Learn ATT&CK so that it sticks")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_theme_follows_the_system_until_one_is_chosen(
    open_page: OpenPage, scripts: bool
) -> None:
    page = open_page(color_scheme="dark", java_script_enabled=scripts)
    paint = page.locator("body")
    expect(paint).to_have_css("background-color", DARK)
    page.get_by_role("button", name="Light").click()
    expect(paint).to_have_css("background-color", LIGHT)
    expect(page.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "true")
    page.goto("/study/")
    expect(paint).to_have_css("background-color", LIGHT)
    page.get_by_role("button", name="Auto").click()
    expect(paint).to_have_css("background-color", DARK)


def test_the_browsers_time_zone_is_told_once(open_page: OpenPage) -> None:
    page = open_page("/static/css/tokens.css")
    with page.expect_response("**/account/time-zone") as told:
        page.goto("/")
    assert told.value.status == 204
    told_again = []
    page.on("request", lambda request: told_again.append(request.method == "POST"))
    page.reload()
    expect(page.locator("script[data-saved='Asia/Tokyo']")).to_have_count(1)
    page.get_by_role("link", name="Library", exact=True).click()
    assert not any(told_again)


def test_on_a_journey_switching_is_offered_and_a_no_is_kept(
    open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    home = open_page("/static/css/tokens.css", timezone_id="Europe/Berlin")
    with home.expect_response("**/account/time-zone"):
        home.goto("/")
    home.reload()
    offer = "Are you staying for a while?"
    expect(home.get_by_text(offer)).to_be_hidden()
    # Paris has another name and the same clock.
    expect(open_page(timezone_id="Europe/Paris").get_by_text(offer)).to_be_hidden()
    away = open_page(timezone_id="Asia/Tokyo")
    expect(away.get_by_text("This device is on the time of Asia/Tokyo")).to_be_visible()
    assert_accessible(away)
    away.get_by_role("button", name="Keep it as it is").click()
    away.goto("/library/")
    expect(away.get_by_text(offer)).to_be_hidden()
    other = open_page("/library/", timezone_id="America/New_York")
    other.get_by_role("button", name="Switch to America/New York").click()
    expect(other.get_by_text("Your study days follow America/New York now.")).to_be_visible()
    expect(other).to_have_url(re.compile("/library/"))


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_on_a_phone_the_tabs_are_at_the_bottom_and_hide_nothing(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    tabs = page.get_by_role("navigation", name="Main").bounding_box()
    assert tabs is not None
    assert tabs["y"] + tabs["height"] == 844
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator(".site-footer p").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= tabs["y"]


def test_every_target_is_large_enough(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 320, "height": 640})
    for control in page.locator("nav a, button, .btn").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, control
