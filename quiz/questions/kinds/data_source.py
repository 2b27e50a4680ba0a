"""What to watch to see a technique."""

from collections.abc import Mapping

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.balance import LEAST_WRONG, Case
from quiz.questions.base import Choice, Draft
from quiz.questions.closed_set import ClosedSetKind
from quiz.questions.notes import examples
from quiz.questions.wording import listing, share_stems


class DataSourceKind(ClosedSetKind[str]):
    """Ask which data sources show a technique.

    Sources that the technique's name says are left out. Wrong are those that other
    techniques of the tactic have and this one lacks.
    """

    slug = "data-source"
    title = "Data source"
    purpose = "Know what to collect to see a technique"
    rank = 5

    def cases(self, catalogue: Catalogue) -> Mapping[str, Case[str]]:
        """Each technique's sources, against those that its tactics' other techniques have."""
        by_tactic: dict[tuple[str, str], set[str]] = {}
        for technique in catalogue:
            for tactic in technique.tactics:
                sources = by_tactic.setdefault((technique.domain, tactic), set())
                sources.update(technique.data_sources)
        cases = {}
        for technique in catalogue:
            name = catalogue.display_name(technique)
            around = set().union(*(by_tactic[technique.domain, t] for t in technique.tactics))
            lacked = sorted(around - set(technique.data_sources))
            right = tuple(s for s in technique.data_sources if not share_stems(s, [name]))
            wrong = tuple(s for s in lacked if not share_stems(s, [name]))
            if right and len(wrong) >= LEAST_WRONG:
                cases[technique.stix_id] = Case(right=right, wrong=wrong)
        return cases

    def label(self, value: str) -> str:
        """Name the source as the fields do."""
        return value

    def frame(self, technique: Technique, catalogue: Catalogue) -> Draft:
        """Ask for the sources of a technique, by name."""
        name = catalogue.display_name(technique)
        sources = listing(technique.data_sources)
        return Draft(
            stem=f"Which of these would you watch to see {name}?",
            explanation=f"Listed as data sources of {name}: {sources}.",
            evidence=(evidence.from_field(technique, "data_sources"),),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """Its data components: up to release 17 their names began with a data source's."""
        return tuple(sorted({source.rpartition(": ")[2] for source in technique.data_sources}))

    def choice(
        self, value: str, technique: Technique, catalogue: Catalogue, *, correct: bool
    ) -> Choice:
        """Offer a source; where wrong, the note names what it shows."""
        note = f"{value} is among the data sources of {technique.name}."
        if not correct:
            shown = examples(
                catalogue.once(_by_source)[technique.domain, value], catalogue, technique
            )
            note = f"{value} is not among the data sources of {technique.name}; it shows {shown}."
        return Choice(text=value, correct=correct, note=note)


def _by_source(catalogue: Catalogue) -> dict[tuple[str, str], list[Technique]]:
    shown: dict[tuple[str, str], list[Technique]] = {}
    for technique in catalogue:
        for source in technique.data_sources:
            shown.setdefault((technique.domain, source), []).append(technique)
    return shown
