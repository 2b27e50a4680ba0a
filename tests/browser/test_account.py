"""Settings and the learner's data in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage


def test_settings_are_accessible_as_they_are_and_with_errors_and_a_warning(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.goto("/account/settings")
    assert_accessible(page)
    page.get_by_label("Desired retention, in percent").fill("97")
    page.get_by_label("New cards a day").fill("many")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing was saved: 1 field below")).to_be_visible()
    expect(page.get_by_label("New cards a day")).to_have_value("many")
    assert_accessible(page)


def test_settings_are_saved_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/account/settings", java_script_enabled=False)
    page.get_by_label("Desired retention, in percent").fill("97")
    page.get_by_label("Choose the answer; right counts").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("At 97% you have about 4.5 times as many reviews")).to_be_visible()
    expect(page.get_by_label("Choose the answer; right counts")).to_be_checked()


def test_everything_goes_out_and_comes_back(
    page: Page, assert_accessible: AssertAccessible, tmp_path: Path
) -> None:
    page.goto("/study/")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Good").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Good.")
    page.goto("/account/data")
    assert_accessible(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download everything").click()
    kept = tmp_path / started.value.suggested_filename
    started.value.save_as(kept)
    page.get_by_label("File that Tradecraft has made").set_input_files(kept)
    page.get_by_role("button", name="Read it back").click()
    expect(page.get_by_text("You have progress here already")).to_be_visible()
    page.get_by_label("File that Tradecraft has made").set_input_files(kept)
    page.get_by_label("Take the place of what is here").check()
    page.get_by_role("button", name="Read it back").click()
    expect(page.get_by_text("Read back: 1 card with 1 review.")).to_be_visible()
