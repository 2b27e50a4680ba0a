"""A paper and its answers as files on a disk, in a real browser and on paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import AssertAccessible
from tests.exported import of_each_way, written


@pytest.mark.parametrize("slug", ["paper", "answers"])
def test_a_saved_file_reads_well_and_prints(
    slug: str, browser: Browser, assert_accessible: AssertAccessible, tmp_path: Path
) -> None:
    file = tmp_path / f"{slug}.html"
    file.write_text(written(slug, of_each_way()), encoding="utf-8")
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("console", lambda said: complaints.append(said.text))
    page.on("request", lambda request: complaints.extend(_elsewhere(request.url)))
    page.goto(file.as_uri())
    assert page.locator("section.question").count() == len(of_each_way())
    # Its style came with it.
    assert page.locator("main").evaluate("e => getComputedStyle(e).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert_accessible(page)
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 15
    page.close()
    assert complaints == []


def _elsewhere(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [url]
