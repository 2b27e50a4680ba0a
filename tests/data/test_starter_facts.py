"""The starter against ATT&CK's own releases: its facts are theirs, its sentences are not."""

import gzip
import json
import re
from functools import cache
from typing import Any

import pytest

from quiz.content.technique import Technique
from tests.catalogues import ATTACK_DATA, attack, starter

RUN = 8
"""How many words in a row may not be shared: fewer are often the only way to say it."""
WORD = re.compile(r"[a-z0-9]+")
CODE = re.compile(r"`[^`]*`|</?code>|\]\([^)]*\)")


@cache
def bundle(name: str) -> tuple[dict[str, Any], ...]:
    path = ATTACK_DATA / "stix" / f"{name}.json.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there; set ATTACK_DATA to compare with ATT&CK's releases")
    with gzip.open(path) as file:
        return tuple(json.load(file)["objects"])


def live(thing: dict[str, Any]) -> bool:
    return not thing.get("revoked") and not thing.get("x_mitre_deprecated")


def test_names_tactics_and_platforms_are_those_of_release_18_1() -> None:
    published = {o["id"]: o for o in bundle("enterprise-attack-18.1") if live(o)}
    for technique in starter():
        fact = published[technique.stix_id]
        assert technique.name == fact["name"]
        assert set(technique.tactics) == {p["phase_name"] for p in fact["kill_chain_phases"]}
        assert set(technique.platforms) == set(fact["x_mitre_platforms"])
        assert technique.url in {r.get("url") for r in fact["external_references"]}


def test_the_most_documented_techniques_are_there() -> None:
    objects = bundle("enterprise-attack-18.1")
    by_id = {o["id"]: o for o in objects}
    uses: dict[str, int] = {}
    for link in objects:
        if link["type"] == "relationship" and link["relationship_type"] == "uses" and live(link):
            source, target = by_id[link["source_ref"]], by_id[link["target_ref"]]
            by_actor = source["type"] in {"intrusion-set", "malware", "tool"}
            if by_actor and live(source) and live(target) and target["type"] == "attack-pattern":
                uses[target["id"]] = uses.get(target["id"], 0) + 1
    top = sorted(uses, key=lambda key: -uses[key])[:40]
    taught = {technique.stix_id for technique in starter()}
    assert len(taught & set(top)) >= 34


def words(text: str) -> list[str]:
    return WORD.findall(CODE.sub(" ", text).lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def test_no_sentence_of_the_starter_is_taken_from_attack() -> None:
    theirs: set[tuple[str, ...]] = set()
    for technique in (*attack().techniques, *attack().retired):
        theirs |= runs(technique.description) | runs(technique.detection)
    for name in ("enterprise-attack-17.1", "enterprise-attack-18.1"):
        for thing in bundle(name):
            if thing["type"] in {"attack-pattern", "x-mitre-analytic", "course-of-action"} or (
                thing["type"] == "relationship" and thing["relationship_type"] != "uses"
            ):
                theirs |= runs(thing.get("description", ""))
                theirs |= runs(thing.get("x_mitre_detection", ""))

    def taken(technique: Technique) -> set[tuple[str, ...]]:
        return (runs(technique.description) | runs(technique.detection)) & theirs

    assert {str(t.attack_id): taken(t) for t in starter() if taken(t)} == {}
