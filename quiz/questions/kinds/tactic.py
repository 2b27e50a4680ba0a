"""Which tactic a technique serves."""

from collections.abc import Mapping

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import sentences
from quiz.content.technique import Tactic, Technique
from quiz.questions import evidence
from quiz.questions.balance import LEAST_WRONG, Case
from quiz.questions.base import Choice, Draft
from quiz.questions.closed_set import ClosedSetKind
from quiz.questions.notes import examples
from quiz.questions.wording import listing, share_stems

NEIGHBOURS = 2
"""How many of the tactics to each side in the matrix count as near."""


class TacticKind(ClosedSetKind[Tactic]):
    """Ask which tactic, or tactics, a technique serves.

    Techniques whose own name says the tactic, such as *Process Discovery*, are left
    out. Wrong are tactics that the technique lacks, its neighbours in the matrix first.
    """

    slug = "tactic"
    title = "Tactic"
    purpose = "Place a technique in the matrix"
    rank = 1

    def cases(self, catalogue: Catalogue) -> Mapping[str, Case[Tactic]]:
        """Each technique's tactics, against the others of its domain."""
        cases = ((technique.stix_id, _case(technique, catalogue)) for technique in catalogue)
        return {stix_id: case for stix_id, case in cases if case}

    def label(self, value: Tactic) -> str:
        """Name the tactic."""
        return value.name

    def frame(self, technique: Technique, catalogue: Catalogue) -> Draft:
        """Ask for the tactics of a technique, by name."""
        name = catalogue.display_name(technique)
        names = listing(catalogue.tactic_names(technique))
        return Draft(
            stem=f"Which of these tactics does {name} serve?",
            explanation=f"{name} serves {names}: that is where the matrix lists it.",
            evidence=(evidence.from_field(technique, "tactics"),),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """All its tactics."""
        return catalogue.tactic_names(technique)

    def choice(
        self, value: Tactic, technique: Technique, catalogue: Catalogue, *, correct: bool
    ) -> Choice:
        """Offer a tactic; where wrong, the note says what belongs there instead."""
        return Choice(
            text=value.name,
            correct=correct,
            note=_note(value, technique, catalogue, correct=correct),
            tactic=value.short_name,
        )


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


def _note(tactic: Tactic, technique: Technique, catalogue: Catalogue, *, correct: bool) -> str:
    meaning = next(iter(sentences(tactic.description)), "")
    if correct:
        return f"{technique.name} is listed under {tactic.name}. {meaning}".strip()
    listed = examples(
        catalogue.in_tactic(technique.domain, tactic.short_name), catalogue, technique
    )
    return f"{technique.name} is not listed under {tactic.name}; {listed} are. {meaning}".strip()
