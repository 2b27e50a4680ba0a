"""Which technique serves a tactic."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Tactic, Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import Allowed, Weights, fair_weights, linked, nearest
from quiz.questions.notes import technique_choice
from quiz.questions.wording import listing, share_stems


class TechniqueForTacticKind(QuestionKind):
    """Ask which technique serves a tactic."""

    slug = "technique-for-tactic"
    title = "Technique for a tactic"
    purpose = "Pick the technique that reaches an adversary's goal"
    rank = 4
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a tactic that the technique's name does not say."""
        return bool(_askable(technique, catalogue))

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer techniques without the tactic that share a platform."""
        tactic = rng.choice(_askable(technique, catalogue))
        others = nearest(
            technique,
            catalogue,
            rng,
            allowed=_may_stand(technique, tactic, catalogue),
            label=catalogue.display_name,
            nearness=Nearness.FAR,  # none of the others serves the tactic
            linked=linked(technique, catalogue) if nearness >= Nearness.LINKED else (),
            weights=catalogue.once(_weights),
        )
        if not others:
            return None
        name = catalogue.display_name(technique)
        return Draft(
            stem=f"Which of these techniques serves {tactic.name}?",
            choices=[
                technique_choice(technique, catalogue, correct=True),
                *(_wrong(other, tactic, catalogue) for other in others),
            ],
            explanation=f"{name} serves {listing(catalogue.tactic_names(technique))}; "
            f"none of the others is listed under {tactic.name}.",
            evidence=(
                evidence.from_field(technique, "tactics"),
                *(evidence.from_field(other, "tactics") for other in others),
            ),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """The technique, and all the tactics that it may be asked about."""
        tactics = listing(catalogue.tactic_names(technique))
        return (f"{catalogue.display_name(technique)} serves {tactics}",)


def _may_stand(technique: Technique, tactic: Tactic, catalogue: Catalogue) -> Allowed:
    """Allow techniques without the tactic, in name too, that share a platform."""
    family = set(catalogue.family(technique))
    return lambda other: (
        tactic.short_name not in other.tactics
        and other not in family
        and _share_platform(other, technique)
        and not share_stems(catalogue.display_name(other), [tactic.name])
    )


def _weights(catalogue: Catalogue) -> Weights:
    asked = (
        (1 / len(tactics), t, _may_stand(t, tactic, catalogue))
        for t in catalogue
        for tactics in [_askable(t, catalogue)]
        for tactic in tactics
    )
    return fair_weights(asked, catalogue)


def _share_platform(one: Technique, other: Technique) -> bool:
    """Tell whether two techniques have a platform in common; some domains name none at all."""
    return one.platforms == other.platforms or not set(one.platforms).isdisjoint(other.platforms)


def _wrong(other: Technique, tactic: Tactic, catalogue: Catalogue) -> Choice:
    note = f"Not listed under {tactic.name}."
    return technique_choice(other, catalogue, correct=False, note=note)


def _askable(technique: Technique, catalogue: Catalogue) -> list[Tactic]:
    name = catalogue.display_name(technique)
    return [
        tactic
        for tactic in catalogue.tactics(technique.domain)
        if tactic.short_name in technique.tactics and not share_stems(name, [tactic.name])
    ]
