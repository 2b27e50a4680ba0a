"""Techniques to stand beside the right one: near as asked, and certainly wrong."""

from collections.abc import Iterator
from random import Random

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.base import Nearness
from quiz.questions.distractors import beside, is_stranger, linked, nearest
from quiz.questions.wording import nearly_same
from tests.catalogues import attack


def drawn(nearness: Nearness) -> Iterator[tuple[Technique, tuple[Technique, ...]]]:
    """The first set that each of a hundred of ATT&CK's techniques gets."""
    catalogue = attack()
    for technique in Random(3).sample(catalogue.techniques, 100):
        others = next(
            beside(technique, catalogue, Random(technique.stix_id), nearness, weights={}), None
        )
        assert others, technique.name
        yield technique, others


def shares_tactic(a: Technique, b: Technique) -> bool:
    return not set(a.tactics).isdisjoint(b.tactics)


def parent_name(technique: Technique, catalogue: Catalogue) -> str:
    return str(technique.attack_id.parent or technique.attack_id)


@pytest.mark.parametrize("nearness", [Nearness.FAR, Nearness.NEAR, Nearness.LINKED])
def test_strangers_stand_beside_a_technique_and_none_of_its_family(nearness: Nearness) -> None:
    catalogue = attack()
    for technique, others in drawn(nearness):
        heads = [parent_name(t, catalogue) for t in (technique, *others)]
        assert len(others) == 3
        assert len(set(heads)) == 4


def test_far_options_serve_other_tactics_and_near_ones_the_same() -> None:
    far = [shares_tactic(key, other) for key, others in drawn(Nearness.FAR) for other in others]
    near = [shares_tactic(key, other) for key, others in drawn(Nearness.NEAR) for other in others]
    assert sum(far) / len(far) < 0.05
    assert sum(near) / len(near) > 0.9


def test_linked_options_are_those_that_a_text_ties_to_the_key() -> None:
    catalogue = attack()
    tied = [
        (set(linked(key, catalogue)), set(others))
        for key, others in drawn(Nearness.LINKED)
        if linked(key, catalogue)
    ]
    assert len(tied) > 40
    assert sum(bool(links & others) for links, others in tied) > 0.6 * len(tied)


def test_siblings_stand_among_siblings_alone_and_beside_no_parent() -> None:
    catalogue = attack()
    among_siblings = 0
    for technique, others in drawn(Nearness.SIBLING):
        own = [other for other in others if other in catalogue.siblings(technique)]
        assert len(own) in (0, len(others))
        assert catalogue.parent(technique) not in others
        assert not set(catalogue.children(technique)) & set(others)
        among_siblings += bool(own)
    assert among_siblings > 30


def test_a_rung_that_cannot_be_filled_gives_way_to_the_one_below() -> None:
    catalogue = attack()
    alone = next(t for t in catalogue if not catalogue.family(t))
    sets = list(beside(alone, catalogue, Random(1), Nearness.SIBLING, weights={}))
    assert sets
    assert all(len(others) == 3 for others in sets)


def test_nobody_excluded_is_offered() -> None:
    catalogue = attack()
    key = catalogue.techniques[40]
    first = next(beside(key, catalogue, Random(1), Nearness.NEAR, weights={}))
    again = next(beside(key, catalogue, Random(1), Nearness.NEAR, weights={}, excluded=first))
    assert not set(first) & set(again)


def test_options_that_must_stand_apart_share_no_word() -> None:
    catalogue = attack()
    for key in catalogue.techniques[:40]:
        others = nearest(
            key,
            catalogue,
            Random(2),
            allowed=is_stranger(key, catalogue),
            label=catalogue.display_name,
            nearness=Nearness.NEAR,
            weights={},
            apart=True,
        )
        assert others
        names = [catalogue.display_name(t) for t in (key, *others)]
        words = [word for name in names for word in set(name.lower().split())]
        telling = [word for word in words if word not in {"or", "and", "of", "the", "over", "to"}]
        assert len(set(telling)) >= len(telling) - 1, names
        assert not any(nearly_same(a, b) for a in names for b in names if a != b)
