"""Which technique an excerpt describes."""

from collections.abc import Iterable
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence, excerpts
from quiz.questions.base import Draft, Nearness, QuestionKind
from quiz.questions.distractors import Weights, beside, fair_weights, is_stranger
from quiz.questions.notes import technique_choice
from quiz.questions.rivals import beside_rival
from quiz.questions.wording import spellings


class DescriptionKind(QuestionKind):
    """Ask which technique an excerpt of a description is about."""

    slug = "description"
    title = "Description"
    purpose = "Recognize a technique by what it does"
    rank = 2
    identifies = True
    contrasts = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a description long enough to quote."""
        return len(technique.description.split()) >= excerpts.MIN_WORDS

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer look-alikes of which the excerpt is certainly not true."""
        around = beside(technique, catalogue, rng, nearness, weights=catalogue.once(_weights))
        return _ask(technique, catalogue, rng, around)

    def ask_beside(
        self, technique: Technique, rival: Technique, catalogue: Catalogue, rng: Random
    ) -> Draft | None:
        """Offer the rival and others, the excerpt being certainly not true of any."""
        weights = catalogue.once(_weights)
        around = beside_rival(technique, rival, catalogue, rng, weights=weights)
        return _ask(technique, catalogue, rng, around)

    def ask_typed(self, technique: Technique, catalogue: Catalogue, rng: Random) -> Draft | None:
        """Show an excerpt that is true of nobody else in the family."""
        family = catalogue.family(technique)
        excerpt = excerpts.choose(
            technique, technique.description, (technique,), catalogue, rng, apart_from=family
        )
        if not excerpt:
            return None
        return Draft(
            stem="Which technique does this excerpt describe? Give its name or its ID.",
            excerpt=excerpt.text,
            accepted=(*spellings(technique, catalogue), str(technique.attack_id)),
            explanation=_explanation(technique, catalogue),
            evidence=(evidence.from_text(technique, "Description", excerpt.source),),
        )


def _ask(
    technique: Technique,
    catalogue: Catalogue,
    rng: Random,
    around: Iterable[tuple[Technique, ...]],
) -> Draft | None:
    text = technique.description
    for others in around:
        options = (technique, *others)
        if excerpt := excerpts.choose(technique, text, options, catalogue, rng):
            return Draft(
                stem="Which technique does this excerpt describe?",
                excerpt=excerpt.text,
                choices=[
                    technique_choice(technique, catalogue, correct=True),
                    *(technique_choice(other, catalogue, correct=False) for other in others),
                ],
                explanation=_explanation(technique, catalogue),
                evidence=(evidence.from_text(technique, "Description", excerpt.source),),
            )
    return None


def _explanation(technique: Technique, catalogue: Catalogue) -> str:
    name = catalogue.display_name(technique)
    return f"The excerpt comes from the description of {name} ({technique.attack_id})."


def _weights(catalogue: Catalogue) -> Weights:
    asked = (t for t in catalogue if DescriptionKind().applies(t, catalogue))
    return fair_weights(((1, t, is_stranger(t, catalogue)) for t in asked), catalogue)
