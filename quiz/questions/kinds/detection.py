"""Which technique a detection note hunts for."""

from collections.abc import Iterable
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence, excerpts
from quiz.questions.base import Draft, Nearness, QuestionKind
from quiz.questions.distractors import Weights, beside, fair_weights, is_stranger
from quiz.questions.notes import technique_choice
from quiz.questions.rivals import beside_rival


class DetectionKind(QuestionKind):
    """Ask which technique a detection note, or an analytic of a release, hunts for."""

    slug = "detection"
    title = "Detection"
    purpose = "Tell from what is hunted which technique it would catch"
    rank = 6
    identifies = True
    contrasts = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a note long enough to quote."""
        return len(technique.detection_text.split()) >= excerpts.MIN_WORDS

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer look-alikes whose own texts do not say what the excerpt says."""
        around = beside(technique, catalogue, rng, nearness, weights=catalogue.once(_weights))
        return _ask(technique, catalogue, rng, around)

    def ask_beside(
        self, technique: Technique, rival: Technique, catalogue: Catalogue, rng: Random
    ) -> Draft | None:
        """Offer the rival and others, whose own texts do not say what the excerpt says."""
        weights = catalogue.once(_weights)
        around = beside_rival(technique, rival, catalogue, rng, weights=weights)
        return _ask(technique, catalogue, rng, around)


def _ask(
    technique: Technique,
    catalogue: Catalogue,
    rng: Random,
    around: Iterable[tuple[Technique, ...]],
) -> Draft | None:
    text, section = technique.detection_text, technique.detection_section
    for others in around:
        options = (technique, *others)
        if excerpt := excerpts.choose(technique, text, options, catalogue, rng):
            name = catalogue.display_name(technique)
            return Draft(
                stem="Which technique does this detection note hunt for?",
                excerpt=excerpt.text,
                choices=[
                    technique_choice(technique, catalogue, correct=True),
                    *(technique_choice(other, catalogue, correct=False) for other in others),
                ],
                explanation=f"It is how {name} ({technique.attack_id}) is to be detected.",
                evidence=(evidence.from_text(technique, section, excerpt.source),),
            )
    return None


def _weights(catalogue: Catalogue) -> Weights:
    asked = (t for t in catalogue if DetectionKind().applies(t, catalogue))
    return fair_weights(((1, t, is_stranger(t, catalogue)) for t in asked), catalogue)
