"""What ``techniques/README.md`` shows must be true: its examples are read as they stand."""

import json
import re
from pathlib import Path

from quiz.content.folder import TechniqueFolder
from tests.catalogues import ROOT

README = (ROOT / "techniques" / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_the_example_file_loads_in_a_folder_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "badge-cloning.md").write_text(block("markdown"), encoding="utf-8")
    loaded = TechniqueFolder(tmp_path).load()
    assert [str(problem) for problem in loaded.problems] == []
    (technique,) = loaded.catalogue
    assert technique.attack_id == "ACME-12"
    assert loaded.catalogue.tactic_names(technique) == ("Initial Access",)


def test_the_example_collection_declares_its_own_tactics(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    about = json.loads(block("json"))
    about["revoked"] = {}
    (folder / "collection.json").write_text(json.dumps(about), encoding="utf-8")
    text = block("markdown").replace("initial-access", "physical-access")
    (folder / "badge-cloning.md").write_text(text, encoding="utf-8")
    loaded = TechniqueFolder(tmp_path).load()
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.collections[0].label == "ACME techniques 2026-11"
    assert loaded.catalogue.tactic_names(loaded.catalogue.techniques[0]) == ("Physical Access",)
