"""Which platforms a technique runs on."""

from collections.abc import Mapping

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.balance import WRONG, Case, thinned
from quiz.questions.base import Choice, Draft
from quiz.questions.closed_set import ClosedSetKind
from quiz.questions.notes import examples
from quiz.questions.wording import listing, share_stems

BEFORE_COMPROMISE = "PRE"
MOST_COMMON = 0.04
"""The largest share of questions about techniques with the very same platforms."""


class PlatformKind(ClosedSetKind[str]):
    """Ask which platforms a technique runs on.

    What happens before compromise is left out, and names that say the platform. Of
    the techniques with the most common platforms only a share is asked: a guess at
    Windows, Linux and macOS would nearly always be right.
    """

    slug = "platform"
    title = "Platform"
    purpose = "Know where a technique can happen"
    rank = 9

    def cases(self, catalogue: Catalogue) -> Mapping[str, Case[str]]:
        """Each technique's platforms, against the others of its domain."""
        platforms = {domain: catalogue.platforms(domain) for domain in catalogue.domains}
        cases = {}
        for technique in catalogue:
            name = catalogue.display_name(technique)
            right = technique.platforms
            wrong = tuple(
                platform
                for platform in platforms[technique.domain]
                if platform not in (*right, BEFORE_COMPROMISE) and not share_stems(name, [platform])
            )
            told = BEFORE_COMPROMISE in right or share_stems(name, right)
            if right and len(wrong) >= WRONG and not told:
                cases[technique.stix_id] = Case(right=right, wrong=wrong)
        asked = thinned({stix_id: case.right for stix_id, case in cases.items()}, MOST_COMMON)
        return {stix_id: case for stix_id, case in cases.items() if stix_id in asked}

    def label(self, value: str) -> str:
        """Name the platform as the fields do."""
        return value

    def frame(self, technique: Technique, catalogue: Catalogue) -> Draft:
        """Ask for the platforms of a technique, by name."""
        name = catalogue.display_name(technique)
        return Draft(
            stem=f"On which of these platforms does {name} work?",
            explanation=f"{name} is documented for {listing(technique.platforms)}.",
            evidence=(evidence.from_field(technique, "platforms"),),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """All its platforms."""
        return tuple(sorted(technique.platforms))

    def choice(
        self, value: str, technique: Technique, catalogue: Catalogue, *, correct: bool
    ) -> Choice:
        """Offer a platform; where wrong, the note names what works there."""
        note = f"{technique.name} is documented for {value}."
        if not correct:
            others = (
                other
                for tactic in technique.tactics
                for other in catalogue.in_tactic(technique.domain, tactic)
                if value in other.platforms
            )
            there = examples(dict.fromkeys(others), catalogue, technique)
            note = f"{technique.name} is not documented for {value}."
            note += f" Of the same tactic, {there} can happen there." if there else ""
        return Choice(text=value, correct=correct, note=note)
