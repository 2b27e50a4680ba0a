"""Which mitigation addresses a technique."""

from collections import defaultdict
from collections.abc import Mapping

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.balance import LEAST_WRONG, Case, thinned
from quiz.questions.base import Choice, Draft
from quiz.questions.closed_set import ClosedSetKind
from quiz.questions.notes import examples
from quiz.questions.wording import listing, share_stems

MOST_COMMON = 0.1
"""The largest share of questions about techniques with the very same mitigations."""

NONE = "Do Not Mitigate"
"""What ATT&CK writes where mitigating does more harm than good: no answer among others."""


class MitigationKind(ClosedSetKind[str]):
    """Ask which mitigations address a technique.

    Wrong are mitigations that neither the technique nor anyone of its family has,
    those that others of its tactics have first. Needs the facts of a release.
    """

    slug = "mitigation"
    title = "Mitigation"
    purpose = "Know what can be done against a technique"
    rank = 11

    def cases(self, catalogue: Catalogue) -> Mapping[str, Case[str]]:
        """Each technique's mitigations, against the others of its domain."""
        addressed = catalogue.once(_addressed)
        cases = {}
        for technique in catalogue:
            name = catalogue.display_name(technique)
            own = _names(technique)
            close = own.union(*map(_names, catalogue.family(technique)))
            lacked = [m for d, m in addressed if d == technique.domain and m not in close]
            right = tuple(m for m in sorted(own) if not share_stems(m, [name]))
            wrong = tuple(m for m in lacked if not share_stems(m, [name]))
            if right and len(wrong) >= LEAST_WRONG:
                near = (
                    m
                    for m in wrong
                    for other in addressed[technique.domain, m]
                    if not set(other.tactics).isdisjoint(technique.tactics)
                )
                cases[technique.stix_id] = Case(right=right, wrong=wrong, near=frozenset(near))
        asked = thinned({stix_id: case.right for stix_id, case in cases.items()}, MOST_COMMON)
        return {stix_id: case for stix_id, case in cases.items() if stix_id in asked}

    def label(self, value: str) -> str:
        """Name the mitigation as the fields do."""
        return value

    def frame(self, technique: Technique, catalogue: Catalogue) -> Draft:
        """Ask for the mitigations of a technique, by name."""
        name = catalogue.display_name(technique)
        names = listing([m.name for m in technique.mitigations])
        return Draft(
            stem=f"Which of these mitigations addresses {name}?",
            explanation=f"Listed as mitigations of {name}: {names}.",
            evidence=tuple(evidence.from_mitigation(technique, m) for m in technique.mitigations),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """All its mitigations."""
        return tuple(sorted(_names(technique)))

    def choice(
        self, value: str, technique: Technique, catalogue: Catalogue, *, correct: bool
    ) -> Choice:
        """Offer a mitigation; where wrong, the note names what it addresses."""
        note = f"{value} is listed among the mitigations of {technique.name}."
        if not correct:
            others = examples(
                catalogue.once(_addressed)[technique.domain, value], catalogue, technique
            )
            note = f"{value} is not listed for {technique.name}; it addresses {others}."
        return Choice(text=value, correct=correct, note=note)


def _names(technique: Technique) -> set[str]:
    return {mitigation.name for mitigation in technique.mitigations} - {NONE}


def _addressed(catalogue: Catalogue) -> Mapping[tuple[str, str], list[Technique]]:
    """The techniques that each mitigation of a domain addresses."""
    addressed: dict[tuple[str, str], list[Technique]] = defaultdict(list)
    for technique in catalogue:
        for name in sorted(_names(technique)):
            addressed[technique.domain, name].append(technique)
    return addressed
