"""How hard the technique's own text says it is to detect."""

from collections import defaultdict
from collections.abc import Mapping
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.balance import thinned
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind

FEWEST = 3
"""Fewer levels than this are no choice."""
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
        """Offer the levels in their order: all four, unless the domain has none of one."""
        rated = catalogue.difficulty(technique)
        name = catalogue.display_name(technique)
        present = catalogue.once(_levels)[technique.domain].values()
        return Draft(
            stem=f"What is the detection difficulty of {name}, going by its own text?",
            choices=[
                Choice(text=level.capitalize(), correct=level is rated.level, note=meaning)
                for level, meaning in LEVELS.items()
                if level in present
            ],
            ordered=True,
            explanation=f"{name} is rated {rated.level}: {evidence.reason(rated)}.",
            evidence=evidence.of_difficulty(technique, rated),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """Its level."""
        return (catalogue.difficulty(technique).level.capitalize(),)


def _levels(catalogue: Catalogue) -> Mapping[str, Mapping[str, Level]]:
    """The level of each rated technique, by domain and STIX id."""
    levels: dict[str, dict[str, Level]] = defaultdict(dict)
    for technique in catalogue:
        level = catalogue.difficulty(technique).level
        if level in LEVELS:
            levels[technique.domain][technique.stix_id] = level
    return levels


def _asked(catalogue: Catalogue) -> frozenset[str]:
    """Techniques of which no level is the key too often, in domains that have three or more."""
    domains = catalogue.once(_levels).values()
    enough = [levels for levels in domains if len(set(levels.values())) >= FEWEST]
    return frozenset().union(*map(thinned, enough))
