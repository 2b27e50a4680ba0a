"""A sub-technique's parent, or a technique's sub-technique."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import nearest
from quiz.questions.notes import describe, gist
from quiz.questions.wording import share_stems

RARELY = 0.02
"""The weight of a technique that is never the key, beside one that is once."""


class FamilyKind(QuestionKind):
    """Ask for the parent of a sub-technique, or for a sub-technique of a parent.

    Names stand alone here: ``Parent: Name`` would be the answer.
    """

    slug = "family"
    title = "Family"
    purpose = "Know which sub-techniques belong together"
    rank = 8
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a parent or child whose name is not told by the technique's own."""
        return bool(_relatives(technique, catalogue))

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer members of other families of the same tactic."""
        key = rng.choice(_relatives(technique, catalogue))
        own = {technique, *catalogue.family(technique)}
        pool = [
            other
            for other in catalogue.in_domain(technique.domain)
            if other not in own
            and other.is_subtechnique == key.is_subtechnique
            and (other.is_subtechnique or catalogue.children(other))
            and not share_stems(other.name, [technique.name])
        ]
        keyed = catalogue.once(_keyed)
        others = nearest(
            key,
            pool,
            rng,
            label=_name,
            nearness=nearness,
            weight=lambda other: keyed.get(other, 0) + RARELY,
        )
        if not others:
            return None
        child, parent = (key, technique) if key.is_subtechnique else (technique, key)
        stem = (
            f"Which of these is a sub-technique of {parent.name}?"
            if key is child
            else f"{child.name} is a sub-technique of which technique?"
        )
        return Draft(
            stem=stem,
            choices=[
                _choice(key, catalogue, correct=True),
                *(_choice(other, catalogue, correct=False) for other in others),
            ],
            explanation=f"{child.name} ({child.attack_id}) is a sub-technique of {parent.name} "
            f"({parent.attack_id}): its ID begins with the parent's.",
            evidence=(evidence.from_identity(child), evidence.from_identity(parent)),
        )


def _relatives(technique: Technique, catalogue: Catalogue) -> list[Technique]:
    parent = catalogue.parent(technique)
    candidates: Iterable[Technique] = (parent,) if parent else catalogue.children(technique)
    return [other for other in candidates if not share_stems(other.name, [technique.name])]


def _keyed(catalogue: Catalogue) -> Mapping[Technique, float]:
    """How often each technique is the key, over one question for each card."""
    keyed: dict[Technique, float] = defaultdict(float)
    for technique in catalogue:
        relatives = _relatives(technique, catalogue)
        for relative in relatives:
            keyed[relative] += 1 / len(relatives)
    return keyed


def _name(technique: Technique) -> str:
    return technique.name


def _choice(technique: Technique, catalogue: Catalogue, *, correct: bool) -> Choice:
    parent = catalogue.parent(technique)
    note = (
        f"{technique.attack_id} is a sub-technique of {parent.name}."
        if parent
        else describe(technique, catalogue)
    )
    note = f"{note} {gist(technique)}".strip()
    return Choice(text=technique.name, correct=correct, note=note, technique=technique)
