"""An organisation's own techniques live in a folder of their own beside the releases."""

import json
from pathlib import Path

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.folder import TechniqueFolder
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from quiz.content.technique import Collection, Tactic
from quiz.questions.kinds import KINDS
from tests.bundle_pair import SEVEN
from tests.bundles import bundle, write
from tests.content.test_documented_format import block

DOMAIN = "enterprise-attack"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with an imported release, and the documented example beside it."""
    root = tmp_path / "techniques"
    import_release(read_release(write(tmp_path / "house-7.json", bundle(SEVEN))), root)
    own = root / "acme"
    own.mkdir()
    (own / "badge.md").write_text(
        block("markdown").replace("initial-access", "physical-access"), encoding="utf-8"
    )
    tactics = [
        {"short_name": "arrival", "name": "Coming"},
        {"short_name": "physical-access", "name": "Physical Access"},
    ]
    about = {"name": "acme", "title": "ACME techniques", "release": "1", "tactics": tactics}
    (own / "collection.json").write_text(json.dumps(about), encoding="utf-8")
    return root


def test_they_are_taught_beside_the_release_with_their_own_ids_and_tactics(root: Path) -> None:
    loaded = TechniqueFolder(root).load()
    assert [str(problem) for problem in loaded.problems] == []
    assert [c.label for c in loaded.collections] == ["ACME techniques 1", "House ATT&CK 7"]
    badge = loaded.catalogue.find("ACME-12")
    assert badge is not None
    assert not badge.from_mitre
    assert loaded.catalogue.tactic_names(badge) == ("Physical Access",)


def test_an_own_tactic_stands_behind_the_one_that_it_is_declared_behind(root: Path) -> None:
    catalogue = TechniqueFolder(root).load().catalogue
    names = [tactic.name for tactic in catalogue.tactics(DOMAIN)]
    assert names == ["Leaving", "Arrival", "Physical Access", "Staying", "Hiding"]


def test_an_own_tactic_without_one_before_it_comes_first() -> None:
    def collection(name: str, *short_names: str) -> Collection:
        tactics = tuple(Tactic(domain=DOMAIN, short_name=s, name=s) for s in short_names)
        return Collection(name=name, folder=Path(name), domain=DOMAIN, tactics=tactics)

    own, release = (
        collection("acme", "scouting", "b", "after-b", "again"),
        collection("z", *"abcde"),
    )
    order = Catalogue([], [own, release])._declared[DOMAIN]
    assert list(order) == ["scouting", "a", "b", "after-b", "again", "c", "d", "e"]


def test_the_order_of_the_matrix_is_asked_of_the_release_though_another_comes_first(
    root: Path,
) -> None:
    catalogue = TechniqueFolder(root).load().catalogue
    asked = [t for t in catalogue if KINDS["tactic-order"].applies(t, catalogue)]
    assert {t.collection for t in asked} == {DOMAIN}


def test_a_file_with_an_id_of_the_releases_is_an_error_that_names_both(root: Path) -> None:
    path = root / "acme" / "wedge.md"
    text = block("markdown").replace("initial-access", "arrival")
    text = text.replace("ACME-12", "T9001").replace("7a0e7c0a", "7a0e7c0b")
    path.write_text(text, encoding="utf-8")
    [problem] = TechniqueFolder(root).load().problems
    assert problem.severity == "error"
    assert "Door_Wedge" in problem.file
    assert f"the same ID, T9001, as in {path}" in problem.message


def test_a_copy_of_a_releases_file_is_an_error_that_names_both(root: Path) -> None:
    original = next((root / DOMAIN).glob("*Rubber_Wedge.md"))
    copy = root / "acme" / "wedge.md"
    copy.write_bytes(original.read_bytes())
    problems = TechniqueFolder(root).load().problems
    assert any(
        problem.file == str(original) and f"the same id as in {copy}" in problem.message
        for problem in problems
    )


def test_another_release_leaves_them_alone(root: Path, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in (root / "acme").iterdir()}
    import_release(read_release(write(tmp_path / "house-8.json", bundle(SEVEN))), root)
    assert {p.name: p.read_bytes() for p in (root / "acme").iterdir()} == before
    assert "ACME-12" in [t.attack_id for t in TechniqueFolder(root).load().catalogue]
