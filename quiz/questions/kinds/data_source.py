"""What to watch to see a technique."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import LEAST_WRONG, Balance, Case
from quiz.questions.wording import listing, share_stems


class DataSourceKind(QuestionKind):
    """Ask which data sources show a technique."""

    slug = "data-source"
    title = "Data source"
    purpose = "Know what to collect to see a technique"
    rank = 5
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a source that the name does not say, and two that others of the tactic have."""
        return technique.stix_id in catalogue.once(_cases)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer sources that other techniques of the tactic have and this one lacks."""
        case = catalogue.once(_cases)[technique.stix_id]
        drawn = catalogue.once(_balance).draw(case, rng)
        if not drawn:
            return None
        name = catalogue.display_name(technique)
        return Draft(
            stem=f"Which of these would you watch to see {name}?",
            choices=[
                *(_choice(s, technique, correct=True) for s in drawn[0]),
                *(_choice(s, technique, correct=False) for s in drawn[1]),
            ],
            several=case.several,
            explanation=f"The data sources listed for {name} are "
            f"{listing(technique.data_sources)}.",
            evidence=(evidence.from_field(technique, "data_sources"),),
        )


def _cases(catalogue: Catalogue) -> dict[str, Case[str]]:
    """Each technique's sources, against those that its tactics' other techniques have."""
    by_tactic: dict[tuple[str, str], set[str]] = {}
    for technique in catalogue:
        for tactic in technique.tactics:
            sources = by_tactic.setdefault((technique.domain, tactic), set())
            sources.update(technique.data_sources)
    cases = {}
    for technique in catalogue:
        name = catalogue.display_name(technique)
        around: set[str] = set().union(*(by_tactic[technique.domain, t] for t in technique.tactics))
        lacked = sorted(around - set(technique.data_sources))
        right = tuple(s for s in technique.data_sources if not share_stems(s, [name]))
        wrong = tuple(s for s in lacked if not share_stems(s, [name]))
        if right and len(wrong) >= LEAST_WRONG:
            cases[technique.stix_id] = Case(right=right, wrong=wrong)
    return cases


def _balance(catalogue: Catalogue) -> Balance[str]:
    return Balance.over(list(catalogue.once(_cases).values()))


def _choice(source: str, technique: Technique, *, correct: bool) -> Choice:
    verb = "is" if correct else "is not"
    return Choice(
        text=source,
        correct=correct,
        note=f"{source} {verb} among the data sources of {technique.name}.",
    )
