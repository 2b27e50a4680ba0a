"""Which technique an excerpt describes."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence, excerpts
from quiz.questions.base import Draft, Nearness, QuestionKind
from quiz.questions.distractors import nearest, strangers, technique_choice


class DescriptionKind(QuestionKind):
    """Ask which technique an excerpt of a description is about."""

    slug = "description"
    title = "Description"
    purpose = "Recognize a technique by what it does"
    rank = 2

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a description long enough to quote."""
        return len(technique.description.split()) >= excerpts.MIN_WORDS

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer techniques that neither belong to the family nor are tied to it by a link."""
        pool = strangers(technique, catalogue)
        others = nearest(technique, pool, rng, label=catalogue.display_name)
        if not others:
            return None
        excerpt = excerpts.choose(technique, (technique, *others), catalogue, rng)
        if not excerpt:
            return None
        name = catalogue.display_name(technique)
        return Draft(
            stem="Which technique does this excerpt describe?",
            excerpt=excerpt.text,
            choices=[
                technique_choice(technique, catalogue, correct=True),
                *(technique_choice(other, catalogue, correct=False) for other in others),
            ],
            explanation=f"The excerpt comes from the description of {name}.",
            evidence=(evidence.from_text(technique, "Description", excerpt.source),),
        )
