"""Getting a release in a real browser: progress, result, without scripts, axe."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AssertAccessible, OpenPage
from tests.bundles import write
from tests.catalogues import STARTER
from tests.repository import Repository

HERE = "/admin/releases"


@pytest.fixture(autouse=True)
def from_the_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of collections of its own, and a repository on this machine."""
    shutil.copytree(STARTER, tmp_path / "techniques" / "starter")
    monkeypatch.setenv("QUIZ_TECHNIQUES_DIR", str(tmp_path / "techniques"))
    monkeypatch.setenv("QUIZ_ATTACK_URL", repository.address)


@pytest.fixture
def page(from_the_repository: None, open_page: OpenPage) -> Page:
    return open_page(HERE)


def stall(repository: Repository) -> None:
    repository.publish("7.1")
    repository.answers["/enterprise-attack/enterprise-attack-7.1.json"] = repository.stall


def test_a_release_is_fetched_by_keyboard_alone_and_its_result_comes_by_itself(
    page: Page, repository: Repository
) -> None:
    repository.publish("7.1")
    page.get_by_label("Release", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("House ATT&CK 7.1 is there: 2 techniques.")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("Teaching 2 techniques")


def test_while_it_comes_its_progress_is_shown_and_then_why_it_failed(
    page: Page, repository: Repository
) -> None:
    stall(repository)
    page.get_by_role("button", name="Fetch and import").click()
    expect(page.get_by_role("heading", name="Importing the newest Enterprise")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("button", name="Fetch and import")).to_be_disabled()
    repository.over.set()
    expect(page.get_by_text("Nothing changed.")).to_be_visible()
    expect(page.get_by_role("button", name="Fetch and import")).to_be_enabled()


def test_a_file_is_sent_and_the_result_looked_for_without_scripts(
    open_page: OpenPage, repository: Repository, tmp_path: Path
) -> None:
    page = open_page(HERE, java_script_enabled=False)
    page.get_by_label("STIX bundle").set_input_files(write(tmp_path / "house-7.3.json.gz"))
    page.get_by_role("button", name="Import", exact=True).click()
    stalled = page.get_by_role("link", name="Look how far it is")
    for _ in range(50):
        if not stalled.is_visible():
            break
        stalled.click()
    expect(page.get_by_text("House ATT&CK 7.3 is there: 2 techniques.")).to_be_visible()


def test_the_page_is_accessible_in_each_of_its_states(
    page: Page, repository: Repository, assert_accessible: AssertAccessible
) -> None:
    assert_accessible(page)
    stall(repository)
    page.get_by_label("Release", exact=True).fill("7.1")
    page.get_by_role("button", name="Fetch and import").click()
    expect(page.get_by_role("heading", name="Importing Enterprise 7.1")).to_be_visible()
    assert_accessible(page)
    repository.over.set()
    expect(page.get_by_text("Last import:")).to_be_visible()
    assert_accessible(page)
