"""How hard the technique's own text says it is to detect."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.balance import thinned
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind

LEVELS = {
    Level.EASIER: "The text names what to look for, with no caveat.",
    Level.MODERATE: "It can be watched for, but needs context to tell from normal use.",
    Level.HARD: "The text says that detection is difficult, or leaves little to look for.",
    Level.VERY_HARD: "It happens out of sight, or is difficult to detect and looks benign as well.",
}


class DetectionDifficultyKind(QuestionKind):
    """Ask how hard a technique is to detect, by its own text."""

    slug = "detection-difficulty"
    title = "Detection difficulty"
    purpose = "Judge how much detection can be relied on"
    rank = 3

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a level; of a level that is far more common than the others, ask only a share."""
        return technique.stix_id in catalogue.once(_asked)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer all four levels, in their order."""
        rated = catalogue.difficulty(technique)
        name = catalogue.display_name(technique)
        basis = "says so outright" if rated.stated else "suggests it"
        return Draft(
            stem=f"What is the detection difficulty of {name}, going by its own text?",
            choices=[
                Choice(text=level.capitalize(), correct=level is rated.level, note=meaning)
                for level, meaning in LEVELS.items()
            ],
            ordered=True,
            explanation=f"{name} is rated {rated.level}: its text {basis}.",
            evidence=tuple(
                evidence.from_text(technique, technique.detection_section, quote)
                for quote in rated.evidence
            ),
        )


def _asked(catalogue: Catalogue) -> frozenset[str]:
    levels = {t.stix_id: catalogue.difficulty(t).level for t in catalogue}
    return thinned({stix_id: level for stix_id, level in levels.items() if level in LEVELS})
