"""Four techniques to their tactics, or to their IDs."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Tactic, Technique
from quiz.questions import evidence
from quiz.questions.balance import WRONG
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import nearest
from quiz.questions.notes import describe, gist
from quiz.questions.wording import listing, nearly_same, share_stems

MOSTLY = 0.6
"""From which share of neighbors on the IDs follow the alphabet; by chance it is half."""


class MatchKind(QuestionKind):
    """Ask which of four techniques goes with which tactic, or with which ID.

    There is one way to match them: no technique serves the tactic of another.
    """

    slug = "match"
    title = "Match"
    purpose = "Tell techniques apart by their tactics or IDs"
    rank = 12
    identifies = True
    needs_options = True
    flashcard = False

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a domain with four techniques; whether they can be told apart shows in asking."""
        return bool(technique.tactics) and len(catalogue.in_domain(technique.domain)) > WRONG

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Match tactics or IDs, as the seed has it; the other where that cannot be done."""
        ways: list[Callable[[Technique, Catalogue, Random, Nearness], Draft | None]]
        ways = [_tactics] if catalogue.once(_in_alphabet)[technique.domain] else [_tactics, _ids]
        rng.shuffle(ways)
        drafts = (way(technique, catalogue, rng, nearness) for way in ways)
        return next((draft for draft in drafts if draft), None)


def _in_alphabet(catalogue: Catalogue) -> dict[str, bool]:
    """Tell which domains number their techniques by the alphabet, so that names tell the IDs."""
    found = {}
    for domain in catalogue.domains:
        names = [t.name.casefold() for t in catalogue.in_domain(domain) if not t.is_subtechnique]
        in_order = sum(a < b for a, b in pairwise(names))
        found[domain] = in_order > MOSTLY * max(len(names) - 1, 1)
    return found


def _ids(
    technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
) -> Draft | None:
    """Take techniques of four families, all of one shape, so that no ID tells by its form."""
    family = set(catalogue.family(technique))
    shape = technique.is_subtechnique
    others = nearest(
        technique,
        catalogue,
        rng,
        allowed=lambda other: other not in family and other.is_subtechnique == shape,
        label=catalogue.display_name,
        nearness=nearness,
        weights={},
    )
    if not others:
        return None
    four = (technique, *others)
    return Draft(
        stem="Match each technique to its ID.",
        pairs=[
            (
                _item(t, catalogue),
                Choice(
                    text=str(t.attack_id),
                    note=f"{t.attack_id} is {catalogue.display_name(t)}.",
                    technique=t,
                ),
            )
            for t in four
        ],
        explanation="An ID stands for one technique: "
        f"{technique.attack_id} is {catalogue.display_name(technique)}.",
        evidence=tuple(evidence.from_identity(t) for t in four),
    )


def _tactics(
    technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
) -> Draft | None:
    """Draw the tactics first, each as often as any other, then a technique for each."""
    matrix = catalogue.tactics(technique.domain)
    askable = [tactic for tactic in matrix if _may_stand_for(technique, tactic, catalogue)]
    if not askable:
        return None
    four = [(technique, rng.choice(askable))]
    free = [tactic for tactic in matrix if tactic.short_name not in technique.tactics]
    for tactic in rng.sample(free, len(free)):
        if other := _partner(tactic, four, catalogue, rng, nearness):
            four.append((other, tactic))
        if len(four) == WRONG + 1:
            return _tactics_draft(four, catalogue)
    return None


def _may_stand_for(technique: Technique, tactic: Tactic, catalogue: Catalogue) -> bool:
    name = catalogue.display_name(technique)
    return tactic.short_name in technique.tactics and not share_stems(name, [tactic.name])


def _partner(
    tactic: Tactic,
    so_far: Sequence[tuple[Technique, Tactic]],
    catalogue: Catalogue,
    rng: Random,
    nearness: Nearness,
) -> Technique | None:
    """Find a technique for a tactic that leaves one way to match, on a platform of the first's."""
    first = so_far[0][0]
    if any(
        tactic.short_name in other.tactics
        or share_stems(catalogue.display_name(other), [tactic.name])
        for other, _ in so_far
    ):
        return None
    found = [
        technique
        for technique in catalogue.in_tactic(first.domain, tactic.short_name)
        if technique.is_subtechnique == first.is_subtechnique
        and _stands_apart(technique, [*(t for _, t in so_far), tactic], so_far, catalogue)
    ]
    shared = nearness > Nearness.FAR
    near = [t for t in found if set(t.platforms).isdisjoint(first.platforms) is not shared]
    return rng.choice(near or found) if found else None


def _stands_apart(
    technique: Technique,
    tactics: Sequence[Tactic],
    so_far: Sequence[tuple[Technique, Tactic]],
    catalogue: Catalogue,
) -> bool:
    """Tell whether a technique serves the last of the tactics only, and can be told by name."""
    *others, _ = tactics
    head = technique.attack_id.parent or technique.attack_id
    return (
        not any(tactic.short_name in technique.tactics for tactic in others)
        and not share_stems(catalogue.display_name(technique), [t.name for t in tactics])
        and not any(
            head == (other.attack_id.parent or other.attack_id)
            or nearly_same(technique.name, other.name)
            for other, _ in so_far
        )
    )


def _tactics_draft(four: Sequence[tuple[Technique, Tactic]], catalogue: Catalogue) -> Draft:
    techniques = [technique for technique, _ in four]
    names = [tactic.name for _, tactic in four]
    only = "Of these, only {} serves {}."
    return Draft(
        stem="Match each technique to a tactic that it serves.",
        pairs=[
            (
                _item(technique, catalogue),
                Choice(
                    text=tactic.name,
                    note=only.format(catalogue.display_name(technique), tactic.name),
                    tactic=tactic.short_name,
                ),
            )
            for technique, tactic in four
        ],
        explanation=f"Of {listing(names)}, each technique serves only the one beside it.",
        evidence=tuple(evidence.from_field(technique, "tactics") for technique in techniques),
    )


def _item(technique: Technique, catalogue: Catalogue) -> Choice:
    return Choice(
        text=catalogue.display_name(technique),
        note=f"{describe(technique, catalogue)} {gist(technique)}".rstrip(),
        technique=technique,
    )
