"""A technique's ID from its name, or its name from the ID."""

from dataclasses import replace
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.balance import WRONG
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.wording import nearly_same, spellings

NEIGHBOURS = 8
"""How many of the nearest IDs are drawn from."""


class AttackIdKind(QuestionKind):
    """Ask for the ID of a technique, or for the technique of an ID."""

    slug = "attack-id"
    title = "ID"
    purpose = "Read and write ATT&CK IDs without looking them up"
    rank = 10
    identifies = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need enough other techniques of the same shape."""
        return len(catalogue.once(_neighbours)[technique.stix_id]) >= WRONG

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer siblings where there are enough, else neighbouring IDs: one shape throughout."""
        near = nearness is not Nearness.FAR
        pool = [
            other
            for other in catalogue.once(_neighbours if near else _around_all)[technique.stix_id]
            if not nearly_same(other.name, technique.name)
        ]
        others: list[Technique] = []
        for other in rng.sample(pool, len(pool)):
            if len(others) < WRONG and not any(nearly_same(other.name, t.name) for t in others):
                others.append(other)
        if len(others) < WRONG:
            return None
        by_name = bool(rng.getrandbits(1))
        choices = [
            _choice(t, catalogue, by_name=by_name, correct=t is technique)
            for t in (technique, *others)
        ]
        return replace(_frame(technique, catalogue, by_name=by_name), choices=choices)

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """Its ID and name."""
        return (f"{technique.attack_id} is {catalogue.display_name(technique)}",)

    def ask_typed(self, technique: Technique, catalogue: Catalogue, rng: Random) -> Draft | None:
        """Have the ID typed, or the name."""
        by_name = bool(rng.getrandbits(1))
        accepted = (str(technique.attack_id),) if by_name else spellings(technique, catalogue)
        return replace(_frame(technique, catalogue, by_name=by_name), accepted=accepted)


def _frame(technique: Technique, catalogue: Catalogue, *, by_name: bool) -> Draft:
    """Make the question without what is answered."""
    name, attack_id = catalogue.display_name(technique), technique.attack_id
    return Draft(
        stem=f"What is the ID of {name}?" if by_name else f"Which technique is {attack_id}?",
        explanation=f"{attack_id} is {name}.",
        evidence=(evidence.from_identity(technique),),
    )


def _neighbours(catalogue: Catalogue) -> dict[str, tuple[Technique, ...]]:
    """Siblings only, or no family member at all, so that a shared parent tells nothing."""
    around = catalogue.once(_around_all)
    siblings = {technique.stix_id: catalogue.siblings(technique) for technique in catalogue}
    return {
        stix_id: own if len(own) >= WRONG else around[stix_id] for stix_id, own in siblings.items()
    }


def _around_all(catalogue: Catalogue) -> dict[str, tuple[Technique, ...]]:
    around: dict[str, tuple[Technique, ...]] = {}
    for domain in catalogue.domains:
        for is_sub in (True, False):
            row = [t for t in catalogue.in_domain(domain) if t.is_subtechnique == is_sub]
            around |= {technique.stix_id: _around(i, row) for i, technique in enumerate(row)}
    return around


def _around(place: int, row: list[Technique]) -> tuple[Technique, ...]:
    """The techniques with the nearest IDs, one of each family but the technique's own."""
    span = range(max(0, place - NEIGHBOURS), min(len(row), place + NEIGHBOURS + 1))
    heads = {_head(row[place]): row[place]}
    for other in sorted(span, key=lambda other: abs(other - place)):
        heads.setdefault(_head(row[other]), row[other])
    return tuple(heads.values())[1:]


def _head(technique: Technique) -> str:
    return technique.attack_id.parent or technique.attack_id


def _choice(technique: Technique, catalogue: Catalogue, *, by_name: bool, correct: bool) -> Choice:
    name = catalogue.display_name(technique)
    return Choice(
        text=str(technique.attack_id) if by_name else name,
        correct=correct,
        note=f"{technique.attack_id} is {name}.",
        technique=technique,
    )
