"""What an imported release adds to the pages: its sections, its names in the search, its terms."""

from pathlib import Path

import pytest

from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from tests.bundles import HOUSE, bundle, rich_house, write
from tests.catalogues import attack_release
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor

WEDGE = "/library/enterprise-attack/T9001"
DESIGNATION = "© 2031 The MITRE Corporation. This work is reproduced and distributed"


@pytest.fixture
def rich(make_app: MakeApp, tmp_path: Path) -> Visitor:
    """Someone who uses an imported release with everything that points to a technique."""
    source = write(tmp_path / "house-7.1.json", bundle(rich_house()))
    import_release(read_release(source), tmp_path / "techniques")
    return Visitor(make_app(TECHNIQUES_DIR=tmp_path / "techniques").test_client())


def test_a_technique_shows_its_analytics_with_their_log_sources(rich: Visitor) -> None:
    words = rich.read(WEDGE).words
    assert "Analytics Windows AN0001 Watch the doors on Windows." in words
    assert "Linux AN0002" in words
    assert "Door State Hardware:DoorController state=open|ajar" in words
    assert "Find Wedges" not in words


def test_a_technique_shows_its_mitigations_as_the_markdown_that_they_are(rich: Visitor) -> None:
    page = rich.read(WEDGE)
    assert "Door Closers M9001 (opens in a new tab) Fit them: outside" in page.words
    assert "<li>outside</li>" in page.html
    assert not [link for link in page.links if "javascript" in link["href"]]
    assert page.link(href="https://attack.mitre.org/mitigations/M9001")


def test_a_long_list_of_procedures_is_folded(rich: Visitor) -> None:
    page = rich.read(WEDGE)
    assert "Procedure examples 12" in page.words
    before, after = page.html.split("<summary>7 more</summary>")
    assert "Group 5 used" in before
    assert "Group 6 used" in after
    assert "<code>a|b</code>" in before
    assert "&lt;b&gt;more&lt;/b&gt;" in before
    assert page.link(href="https://attack.mitre.org/groups/G9001")


def test_a_technique_without_them_shows_no_such_sections(rich: Visitor) -> None:
    words = rich.read("/library/enterprise-attack/T9001.001").words
    assert not any(word in words for word in ("Analytics", "Mitigations", "Procedure examples"))


@pytest.mark.parametrize("query", ["G9003", "group 3", "door closers", "DoorController", "ajar"])
def test_groups_mitigations_and_log_sources_are_searched_by_name(rich: Visitor, query: str) -> None:
    page = rich.read(f"/library/?q={query}")
    found = [a["href"] for a in page.links if a.get("class") == "technique-row-name"]
    assert found == [WEDGE]


@pytest.mark.parametrize("address", ["/", "/library/", WEDGE, "/quiz/", "/progress/", "/study/"])
def test_every_page_names_the_copyright_and_leads_to_the_licence(
    rich: Visitor, address: str
) -> None:
    page = rich.read(address)
    assert f"House ATT&amp;CK 7.1: {DESIGNATION}" in page.html
    assert page.link(href="/library/licenses")


def test_the_licence_is_shown_whole(rich: Visitor) -> None:
    page = rich.read("/library/licenses")
    assert page.status == 200
    assert "House ATT&CK 7.1" in page.words
    assert "Copyright 2029-2031, The MITRE Corporation." in page.words
    assert "hereby grants you a non-exclusive, royalty-free license" in page.words
    assert "FITNESS FOR A PARTICULAR PURPOSE." in page.words


def test_the_starter_has_its_own_licence(visitor: Visitor) -> None:
    page = visitor.read("/library/licenses")
    assert "Starter collection 18.1" in page.words
    assert "Apache-2.0" in page.words


def test_a_collection_that_names_no_licence_is_said_to(make_app: MakeApp, tmp_path: Path) -> None:
    release = read_release(write(tmp_path / "house-7.json", bundle(HOUSE)))
    folder = import_release(release, tmp_path / "techniques").folder
    (folder / "collection.json").unlink()
    visitor = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "techniques").test_client())
    page = visitor.read("/library/licenses")
    assert "enterprise-attack It names no license." in page.words
    assert "/library/licenses" not in [link["href"] for link in page.links]


def test_every_technique_of_a_real_release_has_its_page(make_app: MakeApp, tmp_path: Path) -> None:
    release = attack_release("ics-attack-18.1")
    import_release(release, tmp_path / "techniques")
    visitor = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "techniques").test_client())
    for technique in release.techniques:
        page = visitor.read(f"/library/ics-attack/{technique.attack_id}")
        assert page.status == 200
        assert all(analytic.id in page.words for analytic in technique.analytics)
