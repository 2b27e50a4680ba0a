"""The starter against ATT&CK's own releases: its facts are theirs, its sentences are not."""

import gzip
import json
import re
from functools import cache
from typing import Any

import pytest

from quiz.content.technique import Technique
from tests.catalogues import ATTACK_DATA, STARTER, attack, starter

RUN = 8
"""How many words in a row may not be shared: fewer are often the only way to say it."""
WORD = re.compile(r"[a-z0-9]+")
CODE = re.compile(r"`[^`]*`|</?code>|\]\([^)]*\)")
CITATION = re.compile(r"\(Citation: [^)]*\)")
ROW = re.compile(r"\| (?P<id>[MGS]\d{4}) \| (?P<name>[^|]+) \| (?P<text>(?:[^|\\\n]|\\.)+) \|")
ACTORS = {"intrusion-set", "malware", "tool"}
OF_ATTACK = {"attack-pattern", "x-mitre-analytic", "course-of-action", "relationship"}
SOME = 3
"""How many procedures a technique shows at least, where so many are documented."""


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
            by_actor = source["type"] in ACTORS
            if by_actor and live(source) and live(target) and target["type"] == "attack-pattern":
                uses[target["id"]] = uses.get(target["id"], 0) + 1
    top = sorted(uses, key=lambda key: -uses[key])[:40]
    taught = {technique.stix_id for technique in starter()}
    assert len(taught & set(top)) >= 34


def rows(technique: Technique, heading: str) -> list[tuple[str, str, str]]:
    """The ``(id, name, sentence)`` of each row of a section, read from the file itself."""
    text = (STARTER / technique.path).read_text()
    _, found, rest = text.partition(f"\n## {heading}\n\n")
    table = rest.partition("\n\n")[0].splitlines()[2:] if found else []
    read = [ROW.fullmatch(line) for line in table]
    assert all(read), f"{technique.path}: a malformed row below {heading}"
    return [(row["id"], row["name"], row["text"]) for row in read if row]


@cache
def documented(kind: str) -> dict[str, dict[str, str]]:
    """What 18.1 relates to each technique by ``kind``: ATT&CK ID to name, by STIX id."""
    objects = bundle("enterprise-attack-18.1")
    by_id = {o["id"]: o for o in objects if live(o)}
    found: dict[str, dict[str, str]] = {}
    for link in objects:
        if link["type"] != "relationship" or link["relationship_type"] != kind or not live(link):
            continue
        source, target = by_id.get(link["source_ref"]), by_id.get(link["target_ref"])
        if source and target and source["type"] in {*ACTORS, "course-of-action"}:
            attack_id = source["external_references"][0]["external_id"]
            found.setdefault(target["id"], {})[attack_id] = source["name"].strip()
    return found


def test_every_mitigation_that_release_18_1_documents_is_there_and_no_other() -> None:
    published = documented("mitigates")
    wrong = {
        str(technique.attack_id)
        for technique in starter()
        if [(id_, name) for id_, name, _ in rows(technique, "Mitigations")]
        != sorted(published.get(technique.stix_id, {}).items())
    }
    assert wrong == set()


def test_every_procedure_is_one_that_release_18_1_documents() -> None:
    wrong = {
        str(technique.attack_id): unknown
        for technique in starter()
        if (unknown := actors(technique) - documented("uses").get(technique.stix_id, {}).items())
    }
    assert wrong == {}


def test_every_technique_with_documented_procedures_shows_some() -> None:
    few = {
        str(technique.attack_id): len(actors(technique))
        for technique in starter()
        if len(actors(technique)) < min(SOME, len(documented("uses").get(technique.stix_id, {})))
    }
    assert few == {}


def test_every_use_of_a_named_actor_is_listed_so_that_nothing_documented_is_offered_as_wrong() -> (
    None
):
    ids = {o["id"]: str(_attack_id(o)) for o in bundle("enterprise-attack-18.1") if _attack_id(o)}
    ours = {str(technique.attack_id) for technique in starter()}
    named = {id_ for technique in starter() for id_, _ in actors(technique)}
    used: dict[str, set[str]] = {id_: set() for id_ in named}
    for stix_id, by in documented("uses").items():
        for actor in named & by.keys() if stix_id in ids else ():
            used[actor] |= ours & {ids[stix_id], ids[stix_id].partition(".")[0]}
    (collection,) = starter().collections
    assert {actor: set(listed) for actor, listed in collection.uses.items()} == used


def _attack_id(thing: dict[str, Any]) -> str | None:
    is_technique = thing["type"] == "attack-pattern" and live(thing)
    return thing["external_references"][0]["external_id"] if is_technique else None


def actors(technique: Technique) -> set[tuple[str, str]]:
    return {(id_, name) for id_, name, _ in rows(technique, "Procedure Examples")}


def test_a_procedure_names_its_actor_but_never_its_technique() -> None:
    for technique in starter():
        for _, name, text in rows(technique, "Procedure Examples"):
            assert words(name)[0] in words(text), (technique.attack_id, text)
            assert technique.name.lower() not in CODE.sub("", text).lower(), text


def words(text: str) -> list[str]:
    return WORD.findall(CODE.sub(" ", CITATION.sub(" ", text)).lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def test_no_sentence_of_the_starter_is_taken_from_attack() -> None:
    theirs: set[tuple[str, ...]] = set()
    for technique in (*attack().techniques, *attack().retired):
        theirs |= runs(technique.description) | runs(technique.detection)
    for name in ("enterprise-attack-17.1", "enterprise-attack-18.1"):
        for thing in bundle(name):
            if thing["type"] in OF_ATTACK:
                theirs |= runs(thing.get("description", ""))
                theirs |= runs(thing.get("x_mitre_detection", ""))

    def taken(technique: Technique) -> set[tuple[str, ...]]:
        prose = [technique.description, technique.detection]
        for heading in ("Mitigations", "Procedure Examples"):
            prose += [text for *_, text in rows(technique, heading)]
        return {run for text in prose for run in runs(text)} & theirs

    assert {str(t.attack_id): taken(t) for t in starter() if taken(t)} == {}
