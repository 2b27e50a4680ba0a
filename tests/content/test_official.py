"""The names of releases, their index, and the digests that are published for them."""

import json
from pathlib import Path

import pytest

from quiz.content.download import CannotFetch
from quiz.content.official import (
    Official,
    exact,
    is_newer,
    parse,
    published_sha256,
    read_index,
)

INDEX = {"enterprise-attack": ("9.0", "10.0", "18.0", "18.1"), "ics-attack": ("18.0",)}


def official(number: str, domain: str = "enterprise-attack") -> Official:
    return Official(domain=domain, number=number)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("18.1", official("18.1")),
        ("v18.1", official("18.1")),
        (" 18 ", official("18")),
        ("newest", official("newest")),
        ("mobile-attack-18.1", official("18.1", "mobile-attack")),
        ("ics-attack-newest", official("newest", "ics-attack")),
        ("", None),
        ("18.1.json", None),
        ("../18.1", None),
        ("pre-attack-8.2", None),
        ("latest", None),
    ],
)
def test_a_release_is_named_by_number_or_as_the_newest(name: str, meant: Official | None) -> None:
    assert parse(name) == meant


def test_a_domain_in_the_name_wins_over_the_one_given() -> None:
    assert parse("18.1", domain="ics-attack") == official("18.1", "ics-attack")
    assert parse("mobile-attack-18.1", domain="ics-attack") == official("18.1", "mobile-attack")


def test_its_address_is_laid_out_as_in_mitres_repository() -> None:
    address = official("18.1", "ics-attack").address("https://mirror.invalid/attack")
    assert address == "https://mirror.invalid/attack/ics-attack/ics-attack-18.1.json"


def test_the_index_gives_every_number_in_order(tmp_path: Path) -> None:
    versions = [
        {"url": f"https://mitre.invalid/ics-attack/ics-attack-{number}.json"}
        for number in ("18.0", "9.0", "9.0", "11.0-beta", "10.1")
    ]
    path = tmp_path / "index.json"
    path.write_text(json.dumps({"collections": [{"versions": versions}]}))
    assert read_index(path) == {"ics-attack": ("9.0", "10.1", "18.0")}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "[1", "{}", '{"collections": [1]}', '{"collections": [{"versions": [{"url": 1}]}]}'],
)
def test_what_is_no_index_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "index.json"
    path.write_text(text)
    with pytest.raises(CannotFetch, match="the index of releases is not one"):
        read_index(path)


def test_newest_and_a_bare_number_mean_the_last_that_fits() -> None:
    assert exact(official("newest"), INDEX) == official("18.1")
    assert exact(official("18"), INDEX) == official("18.1")
    assert exact(official("9"), INDEX) == official("9.0")
    assert exact(official("newest", "ics-attack"), INDEX) == official("18.0", "ics-attack")


def test_a_release_that_does_not_exist_is_said_with_the_newest_that_does() -> None:
    with pytest.raises(CannotFetch, match=r"no release 1 of enterprise-attack; the newest is 18.1"):
        exact(official("1"), INDEX)
    with pytest.raises(CannotFetch, match="its index names none at all"):
        exact(official("newest", "mobile-attack"), INDEX)


def test_numbers_are_compared_as_numbers() -> None:
    assert is_newer("10.0", than="9.0")
    assert is_newer("18.1", than="18.0")
    assert not is_newer("18.1", than="18.1")
    assert not is_newer("9.0", than="10.0")
    assert not is_newer("20.0", than="2024-04-19")  # a bundle without a number


def test_published_digests_are_read_without_importing_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert published_sha256(official("18.1")) == ""
    package = tmp_path / "mitreattack"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert published_sha256(official("18.1")) == ""
    table = package / "release_info.py"
    table.write_text('import pandas\nSTIX20 = {}\nSTIX21 = {"enterprise": {"18.1": "abc"}}\n')
    assert published_sha256(official("18.1")) == "abc"
    assert published_sha256(official("18.2")) == ""
    assert published_sha256(official("18.1", "ics-attack")) == ""
    table.write_text("STIX21 = elsewhere()\n")
    assert published_sha256(official("18.1")) == ""
