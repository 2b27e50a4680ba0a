"""Which of four techniques is hardest to detect."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Difficulty, Level
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import is_stranger, nearest
from quiz.questions.notes import technique_choice

RANK = {Level.EASIER: 0, Level.MODERATE: 1, Level.HARD: 2, Level.VERY_HARD: 3}


class HarderToDetectKind(QuestionKind):
    """Ask which of four techniques is hardest to detect, by their own texts."""

    slug = "harder-to-detect"
    title = "Hardest to detect"
    purpose = "Compare what detection can do against techniques"
    rank = 7
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Ask only about a level that the text states."""
        rated = catalogue.difficulty(technique)
        return rated.stated and RANK.get(rated.level, 0) >= RANK[Level.HARD]

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer techniques rated lower, for a reason that can be quoted."""
        rank = RANK[catalogue.difficulty(technique).level]
        stranger = is_stranger(technique, catalogue)

        def is_lower(other: Technique) -> bool:
            rated = catalogue.difficulty(other)
            return stranger(other) and _has_reason(rated) and RANK[rated.level] < rank

        others = nearest(
            technique,
            catalogue,
            rng,
            allowed=is_lower,
            label=catalogue.display_name,
            nearness=nearness,
            weights={},
            apart=True,
        )
        if not others:
            return None
        rated = catalogue.difficulty(technique)
        return Draft(
            stem="Which of these is hardest to detect, going by what their texts say?",
            choices=[
                _choice(technique, catalogue, correct=True),
                *(_choice(other, catalogue, correct=False) for other in others),
            ],
            explanation=f"{catalogue.display_name(technique)} is rated {rated.level}: "
            f"{evidence.reason(rated)}. The others are rated lower.",
            evidence=tuple(
                quote
                for t in (technique, *others)
                for quote in evidence.of_difficulty(t, catalogue.difficulty(t))
            ),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """The technique, and the level that makes it the hardest."""
        level = catalogue.difficulty(technique).level
        return (f"{catalogue.display_name(technique)} is {level} to detect",)


def _has_reason(rated: Difficulty) -> bool:
    return rated.level in RANK and bool(rated.evidence)


def _choice(technique: Technique, catalogue: Catalogue, *, correct: bool) -> Choice:
    rated = catalogue.difficulty(technique)
    note = f"Rated {rated.level}: {evidence.reason(rated)}."
    return technique_choice(technique, catalogue, correct=correct, note=note)
