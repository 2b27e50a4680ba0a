"""Which tactic a technique serves."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Tactic, Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import LEAST_WRONG, Balance, Case
from quiz.questions.wording import listing, share_stems

NEIGHBOURS = 2
"""How many of the tactics to each side in the matrix count as near."""


class TacticKind(QuestionKind):
    """Ask which tactic, or tactics, a technique serves."""

    slug = "tactic"
    title = "Tactic"
    purpose = "Place a technique in the matrix"
    rank = 1
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Skip techniques whose own name says the tactic, such as *Process Discovery*."""
        return technique.stix_id in catalogue.once(_cases)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer tactics that the technique lacks, its neighbours in the matrix first."""
        case = catalogue.once(_cases)[technique.stix_id]
        drawn = catalogue.once(_balance).draw(case, rng)
        if not drawn:
            return None
        name = catalogue.display_name(technique)
        names = catalogue.tactic_names(technique)
        return Draft(
            stem=f"Which of these tactics does {name} serve?",
            choices=[
                *(_choice(t, technique, correct=True) for t in drawn[0]),
                *(_choice(t, technique, correct=False) for t in drawn[1]),
            ],
            several=case.several,
            explanation=f"{name} serves {listing(names)}: that is where the matrix lists it.",
            evidence=(evidence.from_field(technique, "tactics"),),
        )


def _cases(catalogue: Catalogue) -> dict[str, Case[Tactic]]:
    cases = ((technique.stix_id, _case(technique, catalogue)) for technique in catalogue)
    return {stix_id: case for stix_id, case in cases if case}


def _case(technique: Technique, catalogue: Catalogue) -> Case[Tactic] | None:
    name = catalogue.display_name(technique)
    tactics = catalogue.tactics(technique.domain)
    right = [t for t in tactics if t.short_name in technique.tactics]
    wrong = [t for t in tactics if t not in right and not share_stems(name, [t.name])]
    if not right or len(wrong) < LEAST_WRONG or share_stems(name, [t.name for t in right]):
        return None
    places = [tactics.index(t) for t in right]
    near = (t for t in wrong if any(abs(tactics.index(t) - p) <= NEIGHBOURS for p in places))
    return Case(right=tuple(right), wrong=tuple(wrong), near=frozenset(near))


def _balance(catalogue: Catalogue) -> Balance[Tactic]:
    return Balance.over(list(catalogue.once(_cases).values()))


def _choice(tactic: Tactic, technique: Technique, *, correct: bool) -> Choice:
    verb = "is" if correct else "is not"
    return Choice(
        text=tactic.name,
        correct=correct,
        note=f"{tactic.name} {verb} among the tactics of {technique.name}.",
        tactic=tactic.short_name,
    )
