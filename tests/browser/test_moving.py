"""A new release in a real browser: by keyboard, without scripts, in narrow windows, for axe."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AssertAccessible, OpenPage
from tests.bundle_pair import KEY, publish


@pytest.fixture
def techniques(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds release 7; ask for it before the server."""
    folder = tmp_path / "techniques"
    publish(folder, tmp_path, 7)
    monkeypatch.setenv("QUIZ_TECHNIQUES_DIR", str(folder))
    return folder


def test_a_card_that_a_release_changed_is_studied_by_keyboard_without_scripts(
    techniques: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"/study/{KEY}", java_script_enabled=False)
    page.get_by_role("link", name="Show answer").press("Enter")
    page.get_by_role("button", name="Easy").press("Enter")
    expect(page.locator(".flashes")).to_contain_text("Saved: Easy.")
    publish(techniques, tmp_path, 8)
    page.goto("/")
    expect(page.get_by_text("A new release changed the answer to 1 card of yours")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="What changed").press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("House ATT&CK 8")
    page.goto(f"/study/{KEY}")
    expect(page.get_by_text("Changed in release 8")).to_be_visible()
    expect(page.get_by_text("Before", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Show answer").press("Enter")
    changed = page.get_by_role("region", name="Changed answer")
    expect(changed.get_by_role("definition").first).to_contain_text("Leaving")
    expect(changed.get_by_role("definition").last).to_have_text("Staying")
    page.get_by_role("button", name="Good").press("Enter")
    expect(page.locator(".flashes")).to_contain_text("Saved: Good.")
    page.goto(f"/study/{KEY}")
    expect(page.get_by_text("Changed in release 8")).to_have_count(0)


def test_the_pages_are_accessible(
    techniques: Path, open_page: OpenPage, assert_accessible: AssertAccessible, tmp_path: Path
) -> None:
    page = open_page(f"/study/{KEY}")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Easy").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Easy.")
    publish(techniques, tmp_path, 8)
    page.goto(f"/study/{KEY}")
    page.get_by_role("link", name="Show answer").click()
    expect(page.locator("#answer")).to_be_focused()
    assert_accessible(page)
    page.goto("/library/releases")
    for fold in page.locator("details").all():
        fold.evaluate("fold => fold.open = true")
    assert_accessible(page)
