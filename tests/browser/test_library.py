"""The library in a real browser: filters, the back button, the keyboard, axe."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage
from tests.catalogues import STARTER

POWERSHELL = "/library/enterprise-attack/T1059.001"


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the starter with a file that cannot be read; ask for it before the server."""
    folder = shutil.copytree(STARTER, tmp_path / "techniques" / "starter")
    (folder / "bad.md").write_text("no front matter", encoding="utf-8")
    monkeypatch.setenv("QUIZ_TECHNIQUES_DIR", str(folder.parent))
    return folder


def test_a_technique_is_found_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/library/")
    page.get_by_label("Search").focus()
    page.keyboard.type("lsass")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("technique")
    first = page.locator(".technique-row-name").first
    expect(first).to_contain_text("LSASS Memory")
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "OS Credential Dumping: LSASS Memory"
    )


def test_the_back_button_returns_to_the_same_results(open_page: OpenPage) -> None:
    page = open_page("/library/")
    page.get_by_label("Tactic").select_option("Persistence")
    page.get_by_role("button", name="Show").click()
    found = page.locator(".results-head").inner_text()
    page.locator(".technique-row-name").nth(2).click()
    page.go_back()
    expect(page.get_by_label("Tactic")).to_have_value("persistence")
    assert page.locator(".results-head").inner_text() == found
    page.go_back()
    expect(page.get_by_label("Tactic")).to_have_value("")


def test_filters_work_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/library/", java_script_enabled=False)
    page.get_by_label("Difficulty").select_option("Very hard")
    page.get_by_role("button", name="Show").click()
    levels = page.locator(".technique-row .level-very-hard")
    expect(levels).to_have_count(page.locator("li.technique-row").count())
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_role("link", name="Next")).to_be_visible()


def test_a_technique_can_be_practised_and_quizzed_from_its_page(open_page: OpenPage) -> None:
    page = open_page(POWERSHELL)
    page.get_by_role("button", name="Practice").click()
    expect(page.get_by_role("link", name="Show answer")).to_be_visible()
    page.goto(POWERSHELL)
    page.get_by_role("button", name="Quiz me on it").click()
    expect(page.get_by_role("button", name="Answer")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    ["/library/", "/library/?q=xyzzy&tactics=impact", POWERSHELL, "/library/problems"],
)
def test_the_library_is_accessible(
    open_page: OpenPage, assert_accessible: AssertAccessible, address: str
) -> None:
    assert_accessible(open_page(address))


def test_an_unfolded_technique_that_was_studied_is_accessible(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    page.goto("/study/?techniques=T1059.001")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Good").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Good.")
    page.goto(POWERSHELL)
    expect(page.get_by_role("table")).to_contain_text("not met yet")
    page.get_by_text("External references").click()
    assert_accessible(page)


def test_the_list_of_problems_is_accessible(
    damaged: Path, open_page: OpenPage, assert_accessible: AssertAccessible
) -> None:
    page = open_page("/library/")
    page.get_by_role("link", name="See what is wrong").click()
    expect(page.get_by_text("bad.md:1")).to_be_visible()
    assert_accessible(page)
