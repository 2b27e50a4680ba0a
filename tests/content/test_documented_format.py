"""What ``techniques/README.md`` shows must be true: its examples are read as they stand."""

import json
import re
from pathlib import Path

from quiz.content import bundle
from quiz.content.folder import TechniqueFolder
from quiz.content.markdown import MAX_BYTES
from tests.catalogues import ROOT

README = (ROOT / "techniques" / "README.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    found = list(re.finditer(rf"```{language}\n(.*?)```", README, re.DOTALL))
    return found[number][1]


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


def test_the_example_sections_read_as_what_releases_add(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    text = block("markdown").replace("## External", f"{block('markdown', 1)}\n## External")
    (folder / "badge-cloning.md").write_text(text, encoding="utf-8")
    loaded = TechniqueFolder(tmp_path).load()
    assert [str(problem) for problem in loaded.problems] == []
    (technique,) = loaded.catalogue
    assert technique.sections == ()
    [mitigation], [procedure], [analytic] = (
        technique.mitigations,
        technique.procedures,
        technique.analytics,
    )
    assert mitigation.description.endswith(":\n\n- first for visitors\n- then for staff")
    assert "`reader | writer`" in procedure.description
    assert (analytic.id, analytic.platforms) == ("ACME-AN3", ("Windows",))
    assert analytic.log_sources[0].component == "Door Access"


def test_the_limits_are_those_that_are_documented() -> None:
    assert f"{bundle.MAX_COMPRESSED // bundle.MIB} MiB compressed" in README
    assert f"{bundle.MAX_BYTES // bundle.MIB} MiB of JSON" in README
    assert f"{bundle.MAX_VALUES:,} values" in README
    assert f"{MAX_BYTES // bundle.MIB} MiB for each technique's file" in README
