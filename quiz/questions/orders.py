"""In which order techniques are met: the paths through a catalogue that a learner can choose."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.actors import documented

Stages = tuple[tuple[Technique, ...], ...]
"""Techniques in order, stage by stage: the next stage starts when the last is through."""

GROUP = "G"
"""What the ID of a group begins with; software and campaigns have other letters."""


def suggested(catalogue: Catalogue) -> Stages:
    """As the collection puts them, else one from each tactic in turn."""
    return (catalogue.learning_order,)


def by_tactic(catalogue: Catalogue) -> Stages:
    """One tactic after another, in matrix order; a technique of several comes in the first."""
    places = {
        (domain, tactic.short_name): (number, place)
        for number, domain in enumerate(catalogue.domains)
        for place, tactic in enumerate(catalogue.tactics(domain))
    }
    stages: dict[tuple[int, int], list[Technique]] = defaultdict(list)
    for technique in catalogue.learning_order:
        stages[min(places[technique.domain, name] for name in technique.tactics)].append(technique)
    return tuple(tuple(stages[place]) for place in sorted(stages))


def by_prevalence(catalogue: Catalogue) -> Stages:
    """Those that most groups are documented to use first; where it is equal, as suggested."""
    users: dict[Technique, int] = defaultdict(int)
    for (_, actor), techniques in catalogue.once(documented).items():
        for technique in techniques if actor.startswith(GROUP) else ():
            users[technique] += 1
    return (tuple(sorted(catalogue.learning_order, key=lambda t: -users.get(t, 0))),)


ORDERS: Mapping[str, Callable[[Catalogue], Stages]] = MappingProxyType(
    {"suggested": suggested, "tactic": by_tactic, "prevalence": by_prevalence}
)
"""The paths by name, as a learner's setting has it."""
