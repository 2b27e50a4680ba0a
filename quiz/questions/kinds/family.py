"""A sub-technique's parent, or a technique's sub-technique."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import Allowed, Weights, fair_weights, nearest
from quiz.questions.notes import describe, gist
from quiz.questions.wording import share_letters, share_stems

MOST_OFTEN = 5
"""Of how many sub-techniques' questions their parent may be the key."""


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
        """Need a parent or child whose name is not told; of a large family ask a few alone."""
        return technique in catalogue.once(_asked)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer members of other families of the same tactic."""
        key = rng.choice(_relatives(technique, catalogue))
        others = nearest(
            key,
            catalogue,
            rng,
            allowed=_may_stand(technique, key, catalogue),
            label=_name,
            nearness=nearness,
            weights=catalogue.once(_weights),
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

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """Its parent, or all its sub-techniques."""
        parent = catalogue.parent(technique)
        relatives = (parent,) if parent else catalogue.children(technique)
        return tuple(other.name for other in relatives)


def _asked(catalogue: Catalogue) -> frozenset[Technique]:
    """The techniques to ask about: of a large family, whose head would be the key, a few."""
    keyed: Counter[Technique] = Counter()
    asked = set()
    for technique in sorted(catalogue, key=lambda t: Random(t.stix_id).random()):  # noqa: S311
        relatives = _relatives(technique, catalogue)
        parent = catalogue.parent(technique)
        if relatives and not (parent and keyed[parent] == MOST_OFTEN):
            asked.add(technique)
            if parent:
                keyed[parent] += 1
    return frozenset(asked)


def _relatives(technique: Technique, catalogue: Catalogue) -> list[Technique]:
    parent = catalogue.parent(technique)
    candidates: Iterable[Technique] = (parent,) if parent else catalogue.children(technique)
    return [other for other in candidates if not _tell(other, technique)]


def _tell(one: Technique, other: Technique) -> bool:
    return share_stems(one.name, [other.name]) or share_letters(one.name, [other.name])


def _may_stand(technique: Technique, key: Technique, catalogue: Catalogue) -> Allowed:
    """Allow parents, or sub-techniques, of other families whose names do not tell either.

    Names stand alone, so a parent of a namesake, or a namesake of a child, would be true too.
    """
    own = {technique, *catalogue.family(technique)}
    true = (
        catalogue.once(_parents)[technique.domain, technique.name]
        if key is catalogue.parent(technique)
        else {child.name for child in catalogue.children(technique)}
    )
    return lambda other: (
        other not in own
        and other.is_subtechnique == key.is_subtechnique
        and (other.is_subtechnique or bool(catalogue.children(other)))
        and other.name not in true
        and not _tell(other, technique)
    )


def _parents(catalogue: Catalogue) -> Mapping[tuple[str, str], set[str]]:
    """The names of the parents of each sub-technique's name, of which some have several."""
    parents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for technique in catalogue:
        if parent := catalogue.parent(technique):
            parents[technique.domain, technique.name].add(parent.name)
    return parents


def _weights(catalogue: Catalogue) -> Weights:
    asked = (
        (1 / len(relatives), key, _may_stand(technique, key, catalogue))
        for technique in catalogue
        if technique in catalogue.once(_asked)
        for relatives in [_relatives(technique, catalogue)]
        for key in relatives
    )
    return fair_weights(asked, catalogue)


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
