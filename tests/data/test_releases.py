"""ATT&CK's own releases, read whole: counted apart, and compared with ATT&CK's own files."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.markdown import read_technique, write_technique
from quiz.content.technique import Technique
from tests.catalogues import attack_bundle, attack_markdown, attack_release

RELEASES = (
    "enterprise-attack-17.1",
    "enterprise-attack-18.1",
    "ics-attack-18.1",
    "mobile-attack-17.1",
    "mobile-attack-18.1",
)
every_release = pytest.mark.parametrize("name", RELEASES)


@cache
def objects(name: str) -> dict[str, dict[str, Any]]:
    """The bundle's objects by id, read apart from the reader under test."""
    with gzip.open(attack_bundle(name)) as file:
        return {found["id"]: found for found in json.load(file)["objects"]}


def live(thing: dict[str, Any]) -> bool:
    return not thing.get("revoked") and not thing.get("x_mitre_deprecated")


def by_id(name: str) -> dict[str, Technique]:
    return {technique.attack_id: technique for technique in attack_release(name).techniques}


@every_release
def test_every_live_technique_is_there_and_no_other(name: str) -> None:
    published = [o for o in objects(name).values() if o["type"] == "attack-pattern"]
    release = attack_release(name)
    assert {t.stix_id for t in release.techniques} == {o["id"] for o in published if live(o)}
    assert set(release.collection.revoked) == {o["id"] for o in published if not live(o)}
    catalogue = Catalogue(release.techniques, [release.collection])
    assert len(catalogue) == len(release.techniques)
    assert catalogue.retired == ()


@every_release
def test_the_fields_are_the_objects_own(name: str) -> None:
    for technique in attack_release(name).techniques:
        fact = objects(name)[technique.stix_id]
        phases = [phase["phase_name"] for phase in fact["kill_chain_phases"]]
        platforms = [p for p in fact.get("x_mitre_platforms", ()) if p != "None"]
        assert (technique.name, technique.description) == (fact["name"], fact["description"])
        assert technique.tactics == tuple(dict.fromkeys(phases))
        assert technique.platforms == tuple(platforms)
        assert technique.attack_id == fact["external_references"][0]["external_id"]
        assert technique.url == fact["external_references"][0]["url"]
        assert technique.attack_version == fact["x_mitre_version"]
        assert technique.detection_difficulty == ""
        assert technique.contributors == tuple(dict.fromkeys(fact.get("x_mitre_contributors", ())))


@pytest.mark.parametrize(
    ("name", "mitigations", "procedures", "analytics", "log_sources"),
    [
        ("enterprise-attack-17.1", 1421, 15049, 0, 0),
        ("enterprise-attack-18.1", 1445, 16017, 1739, 4126),
        ("ics-attack-18.1", 331, 246, 82, 236),
        ("mobile-attack-17.1", 163, 1323, 0, 0),
        ("mobile-attack-18.1", 167, 1404, 211, 294),
    ],
)
def test_nothing_that_points_to_a_live_technique_is_lost(
    name: str, mitigations: int, procedures: int, analytics: int, log_sources: int
) -> None:
    known = objects(name)
    links: Counter[str] = Counter()
    for link in known.values():
        if link["type"] == "relationship" and live(link):
            source, target = known[link["source_ref"]], known[link["target_ref"]]
            if live(source) and live(target) and target["type"] == "attack-pattern":
                links[link["relationship_type"]] += 1
    assert (links["mitigates"], links["uses"]) == (mitigations, procedures)
    techniques = attack_release(name).techniques
    assert sum(len(t.mitigations) for t in techniques) == mitigations
    assert sum(len(t.procedures) for t in techniques) == procedures
    assert sum(len(t.analytics) for t in techniques) == analytics
    assert sum(len(a.log_sources) for t in techniques for a in t.analytics) == log_sources


@every_release
def test_actors_and_mitigations_go_by_their_ids(name: str) -> None:
    for technique in attack_release(name).techniques:
        assert all(m.id[0] == "M" and m.id[1:].isdigit() for m in technique.mitigations)
        assert all(p.id[0] in "GSC" and p.id[1:].isdigit() for p in technique.procedures)
        assert all(a.id.startswith("AN") and a.id[2:].isdigit() for a in technique.analytics)
        assert all("\n" not in p.description and p.description for p in technique.procedures)


@every_release
def test_a_written_technique_reads_back_the_same_and_without_a_remark(name: str) -> None:
    release = attack_release(name)
    for technique in release.techniques:
        known = {tactic.short_name for tactic in release.collection.tactics}
        read, problems = read_technique(
            write_technique(technique),
            path=technique.path,
            collection=release.collection,
            known_tactics=known,
        )
        assert read == technique
        assert problems == []


@pytest.mark.parametrize(
    ("name", "first", "last", "count"),
    [
        ("enterprise-attack-18.1", "reconnaissance", "impact", 14),
        ("ics-attack-18.1", "initial-access", "impact", 12),
        ("mobile-attack-17.1", "initial-access", "impact", 12),
    ],
)
def test_tactics_come_in_matrix_order(name: str, first: str, last: str, count: int) -> None:
    tactics = attack_release(name).collection.tactics
    assert (tactics[0].short_name, tactics[-1].short_name, len(tactics)) == (first, last, count)
    assert {tactic.domain for tactic in tactics} == {name.rpartition("-")[0]}
    assert all(tactic.name and tactic.description for tactic in tactics)


def test_tactics_of_equal_short_name_are_kept_apart_by_domain() -> None:
    releases = [attack_release(name) for name in ("enterprise-attack-18.1", "ics-attack-18.1")]
    techniques = [technique for release in releases for technique in release.techniques]
    catalogue = Catalogue(techniques, [release.collection for release in releases])
    ours = catalogue.tactic("ics-attack", "initial-access")
    assert ours.description != catalogue.tactic("enterprise-attack", "initial-access").description
    assert len(catalogue.in_tactic("ics-attack", "initial-access")) == 12


@every_release
def test_a_release_says_what_it_is_and_whose(name: str) -> None:
    collection = attack_release(name).collection
    assert (collection.name, collection.release) == tuple(name.rsplit("-", 1))
    assert collection.label.endswith(f"ATT&CK {collection.release}")
    assert collection.copyright.startswith("© 2025 The MITRE Corporation. This work is reproduced")
    assert collection.copyright in collection.licence
    assert "non-exclusive, royalty-free license to use ATT&CK®" in collection.licence
    assert "Copyright 2015-2025, The MITRE Corporation." in collection.licence


def test_a_revoked_technique_points_to_its_successor() -> None:
    for name in RELEASES:
        revoked = attack_release(name).collection.revoked
        techniques = {t.stix_id for t in attack_release(name).techniques}
        assert {successor for successor in revoked.values() if successor} <= techniques
        deprecated = {i for i in revoked if objects(name)[i].get("x_mitre_deprecated")}
        assert {i for i in revoked if not revoked[i]} >= deprecated


def test_detection_without_a_text_of_its_own_is_what_its_data_components_say() -> None:
    technique = by_id("enterprise-attack-17.1")["T1648"]
    assert objects("enterprise-attack-17.1")[technique.stix_id]["x_mitre_detection"] == ""
    said = {
        link["description"].strip()
        for link in objects("enterprise-attack-17.1").values()
        if link.get("relationship_type") == "detects" and link["target_ref"] == technique.stix_id
    }
    assert set(technique.detection.split("\n\n")) >= {
        line for t in said for line in t.split("\n\n")
    }


def test_data_sources_are_spelled_as_in_attacks_own_files() -> None:
    mobile = attack_release("mobile-attack-17.1").techniques
    spelled = {source for technique in mobile for source in technique.data_sources}
    assert len(spelled) == 17
    assert all(source.count(": ") == 1 for source in spelled)


def test_from_release_18_on_data_sources_are_the_components_behind_the_log_sources() -> None:
    technique = by_id("enterprise-attack-18.1")["T1059.001"]
    assert technique.detection == ""
    assert technique.detection_section == "Analytics"
    components = {s.component for a in technique.analytics for s in a.log_sources}
    assert set(technique.data_sources) == components
    assert "Process Creation" in components


def test_no_name_of_a_detection_strategy_is_written() -> None:
    strategies = {
        found["name"]
        for found in objects("enterprise-attack-18.1").values()
        if found["type"] == "x-mitre-detection-strategy"
    }
    for technique in attack_release("enterprise-attack-18.1").techniques:
        text = write_technique(technique)
        assert not any(name in text for name in strategies)


def test_a_technique_that_did_not_change_is_written_as_attacks_own_file() -> None:
    files = {path.name.partition("_")[0]: path for path in attack_markdown().glob("*.md")}
    same = 0
    for technique in attack_release("enterprise-attack-17.1").techniques:
        if technique.stix_id in files:
            bare = replace(technique, mitigations=(), procedures=(), attack_version="")
            text = files[technique.stix_id].read_text(encoding="utf-8")
            same += write_technique(bare) == text
    assert same == 222
