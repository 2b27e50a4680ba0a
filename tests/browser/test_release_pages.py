"""The pages of an imported release in a real browser: folds, narrow windows, axe."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from tests.browser.conftest import AssertAccessible, OpenPage
from tests.bundles import bundle, rich_house, write

WEDGE = "/library/enterprise-attack/T9001"


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An imported release; ask for it before the server."""
    source = write(tmp_path / "house-7.1.json", bundle(rich_house()))
    import_release(read_release(source), tmp_path / "techniques")
    monkeypatch.setenv("QUIZ_TECHNIQUES_DIR", str(tmp_path / "techniques"))


def test_the_rest_of_a_long_list_unfolds_by_keyboard_without_scripts(
    imported: None, open_page: OpenPage
) -> None:
    page = open_page(WEDGE, java_script_enabled=False)
    expect(page.get_by_text("Group 12 used")).to_be_hidden()
    page.get_by_text("7 more").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Group 12 used")).to_be_visible()


def test_the_licence_is_one_step_from_every_page(imported: None, open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("link", name="License of House ATT&CK 7.1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Licenses")


@pytest.mark.parametrize("address", [WEDGE, "/library/licenses"])
def test_the_pages_are_accessible(
    imported: None, open_page: OpenPage, assert_accessible: AssertAccessible, address: str
) -> None:
    page = open_page(address)
    for fold in page.locator("details").all():
        fold.evaluate("fold => fold.open = true")
    assert_accessible(page)
