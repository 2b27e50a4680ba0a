"""Groups, software and campaigns, and the techniques that ATT&CK documents for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Procedure, Technique

NOUNS = {"G": "the group", "S": "the software", "C": "the campaign"}


def documented(catalogue: Catalogue) -> Mapping[tuple[str, str], frozenset[Technique]]:
    """The techniques documented for each actor, by domain and the actor's ID."""
    found: dict[tuple[str, str], set[Technique]] = defaultdict(set)
    for technique in catalogue:
        for procedure in technique.procedures:
            found[technique.domain, procedure.id].add(technique)
    for collection in catalogue.collections:
        for actor, ids in collection.uses.items():
            used = (catalogue.find(attack_id, collection.domain) for attack_id in ids)
            found[collection.domain, actor].update(technique for technique in used if technique)
    return {actor: frozenset(techniques) for actor, techniques in found.items()}


def perhaps_used(technique: Technique, actor_id: str, catalogue: Catalogue) -> frozenset[Technique]:
    """The techniques that the actor may use as well: those documented, with their families.

    Whoever uses a sub-technique uses its parent, so no member of a documented
    family is certainly wrong.
    """
    return catalogue.once(_families)[technique.domain, actor_id]


def sample(procedures: Sequence[Procedure], most: int) -> list[Procedure]:
    """Take so many of a technique's procedures at most, always the same ones."""
    return Random(0).sample(procedures, min(most, len(procedures)))  # noqa: S311


def named(actor_id: str, name: str) -> str:
    """Name an actor with what it is, going by its ID: *the group APT29*."""
    return f"{NOUNS.get(actor_id[:1], '')} {name}".strip()


def _families(catalogue: Catalogue) -> Mapping[tuple[str, str], frozenset[Technique]]:
    return {
        actor: techniques.union(*(catalogue.family(t) for t in techniques))
        for actor, techniques in catalogue.once(documented).items()
    }
