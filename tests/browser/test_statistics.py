"""Statistics in a real browser: axe in every width and theme, keyboard, print, without scripts."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage

PHONE = {"width": 390, "height": 844}


def learn_one(page: Page) -> None:
    page.goto("/study/")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Easy").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Easy.")


def test_both_pages_are_accessible_to_a_newcomer_and_later(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.goto("/progress/statistics")
    assert_accessible(page)
    learn_one(page)
    page.goto("/progress/statistics")
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    assert_accessible(page)
    page.get_by_role("link", name="By tactic and kind").click()
    assert_accessible(page)


def test_a_picture_and_its_figures_are_reached_by_keyboard_without_scripts(
    open_page: OpenPage,
) -> None:
    page = open_page(java_script_enabled=False)
    learn_one(page)
    page.goto("/progress/statistics")
    expect(page.get_by_role("img", name="Reviews by week and rating.")).to_be_visible()
    fold = page.get_by_text("Figures: Reviews by week")
    table = page.get_by_role("region", name="Reviews by week: figures").get_by_role("table")
    expect(table).to_be_hidden()
    fold.focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    expect(table.get_by_role("columnheader", name="Again")).to_be_visible()
    page.get_by_label("Time").select_option("Last 30 days")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Reviews by day")).to_be_visible()


def test_a_phone_starts_the_calendar_at_today(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    learn_one(page)
    page.goto("/progress/statistics")
    calendar = page.get_by_role("region", name="Reviews of a year, day by day")
    squares = calendar.locator("td[title]")
    squares.last.scroll_into_view_if_needed()
    box, last = calendar.bounding_box(), squares.last.bounding_box()
    assert box
    assert last
    assert box["x"] <= last["x"] <= box["x"] + box["width"]
    assert calendar.evaluate("region => region.scrollWidth > region.clientWidth")


def test_print_has_the_pictures_and_what_was_unfolded(open_page: OpenPage) -> None:
    page = open_page()
    learn_one(page)
    page.goto("/progress/statistics")
    page.get_by_text("Figures: Minutes by week").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name="Reviews by week and rating.")).to_be_visible()
    expect(page.get_by_role("img", name="Minutes spent by week.")).to_be_visible()
    expect(page.locator("table.figures:visible")).to_have_count(1)
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_bars_have_their_color_in_both_themes(open_page: OpenPage) -> None:
    colors = set()
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        learn_one(page)
        page.goto("/progress/statistics")
        bar = page.locator(".chart-plot rect.chart-easy").first
        colors.add(bar.evaluate("bar => getComputedStyle(bar).fill"))
    assert len(colors) == 2
    assert not colors & {"rgb(0, 0, 0)", "none"}
