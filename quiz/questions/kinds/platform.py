"""Which platforms a technique runs on."""

from collections import Counter
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import WRONG, Balance, Case, fair_share, kept
from quiz.questions.wording import listing, share_stems

BEFORE_COMPROMISE = "PRE"
MOST_COMMON = 0.05
"""The largest share of questions about techniques with the very same platforms."""


class PlatformKind(QuestionKind):
    """Ask which platforms a technique runs on."""

    slug = "platform"
    title = "Platform"
    purpose = "Know where a technique can happen"
    rank = 9
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Skip what happens before compromise, and names that say the platform.

        Of the techniques with the most common platforms only a share is asked:
        a guess at Windows, Linux and macOS would nearly always be right.
        """
        return technique.stix_id in catalogue.once(_cases)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer other platforms of the domain."""
        case = catalogue.once(_cases)[technique.stix_id]
        drawn = catalogue.once(_balance).draw(case, rng)
        if not drawn:
            return None
        name = catalogue.display_name(technique)
        return Draft(
            stem=f"On which of these platforms does {name} work?",
            choices=[
                *(_choice(p, technique, correct=True) for p in drawn[0]),
                *(_choice(p, technique, correct=False) for p in drawn[1]),
            ],
            several=case.several,
            explanation=f"{name} is documented for {listing(technique.platforms)}.",
            evidence=(evidence.from_field(technique, "platforms"),),
        )


def _cases(catalogue: Catalogue) -> dict[str, Case[str]]:
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
    counts = Counter(case.right for case in cases.values())
    shares = {right: fair_share(counts, right, MOST_COMMON) for right in counts}
    return {
        stix_id: case
        for stix_id, case in cases.items()
        if kept(catalogue.by_stix_id[stix_id], shares[case.right])
    }


def _balance(catalogue: Catalogue) -> Balance[str]:
    return Balance.over(list(catalogue.once(_cases).values()))


def _choice(platform: str, technique: Technique, *, correct: bool) -> Choice:
    verb = "is" if correct else "is not"
    return Choice(
        text=platform,
        correct=correct,
        note=f"{technique.name} {verb} documented for {platform}.",
    )
