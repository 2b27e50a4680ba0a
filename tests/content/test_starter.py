"""The collection that ships: what it must cover, and that its text is sound."""

import json
import re

import pytest

from quiz.content.catalogue import linked_ids
from quiz.content.difficulty import Level
from quiz.content.folder import read_folder
from quiz.content.markdown import file_name, write_technique
from quiz.content.sentences import plain
from tests.catalogues import STARTER, starter

LINK = re.compile(r"\[([^\]]+)\]\((https://attack\.mitre\.org/techniques/[^)]+)\)")


def test_it_loads_without_a_problem() -> None:
    assert read_folder(STARTER).problems == ()


def test_it_covers_every_tactic_with_enough_techniques() -> None:
    catalogue = starter()
    assert len(catalogue) >= 60
    tactics = catalogue.tactics("enterprise-attack")
    assert len(tactics) == 14
    assert all(len(catalogue.in_tactic(t.domain, t.short_name)) >= 4 for t in tactics)


def test_its_tactics_come_in_matrix_order() -> None:
    names = [t.short_name for t in starter().tactics("enterprise-attack")]
    declared = json.loads((STARTER / "collection.json").read_text())["tactics"]
    assert names == [tactic["short_name"] for tactic in declared]
    assert (names[0], names[-1]) == ("reconnaissance", "impact")


def test_it_has_families_and_every_sub_technique_has_its_parent() -> None:
    catalogue = starter()
    assert sum(len(catalogue.children(t)) >= 2 for t in catalogue) >= 6
    assert all(catalogue.parent(t) for t in catalogue if t.is_subtechnique)


def test_it_has_techniques_of_several_tactics_and_before_compromise() -> None:
    catalogue = starter()
    assert sum(len(t.tactics) > 1 for t in catalogue) >= 8
    assert sum(t.platforms == ("PRE",) for t in catalogue) >= 8


def test_it_has_every_level_of_difficulty_many_times() -> None:
    levels = [starter().difficulty(t).level for t in starter()]
    for level in (Level.EASIER, Level.MODERATE, Level.HARD, Level.VERY_HARD):
        assert levels.count(level) >= 10


def test_descriptions_and_detection_notes_have_the_right_length() -> None:
    for technique in starter():
        assert 75 <= len(plain(technique.description).split()) <= 205, technique.path
        assert 45 <= len(plain(technique.detection).split()) <= 175, technique.path


def test_every_text_links_to_a_technique_of_the_collection_by_its_name() -> None:
    catalogue = starter()
    for technique in catalogue:
        assert catalogue.links_from(technique), technique.path
        text = f"{technique.description}\n{technique.detection}"
        for name, url in LINK.findall(text):
            (target,) = linked_ids(f"[{name}]({url})")
            found = catalogue.find(str(target))
            assert found, (technique.path, target)
            assert found.name == name


def test_newcomers_meet_every_technique_in_a_set_order() -> None:
    order = json.loads((STARTER / "collection.json").read_text())["order"]
    assert sorted(order) == sorted(str(t.attack_id) for t in starter())
    assert [str(t.attack_id) for t in starter().learning_order] == order
    for attack_id in order:
        parent = attack_id.partition(".")[0]
        assert order.index(parent) <= order.index(attack_id)


@pytest.mark.parametrize("technique", starter().techniques, ids=lambda t: str(t.attack_id))
def test_a_file_is_as_the_product_would_write_it(technique) -> None:  # type: ignore[no-untyped-def]
    path = STARTER / file_name(technique)
    assert path.read_bytes() == write_technique(technique).encode()
