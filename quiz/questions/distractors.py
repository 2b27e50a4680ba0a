"""Techniques to stand beside the right one: near misses that are certainly wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.balance import WRONG, weighted_sample
from quiz.questions.base import Nearness
from quiz.questions.wording import nearly_same, share_stems

NEAREST = 18
"""How many of the nearest techniques are drawn from: enough to vary, few enough to be near."""
FEWEST_SIBLINGS = 2
"""Three look-alikes beside one another are a question; a technique and one sibling are not."""


def nearest(
    key: Technique,
    pool: Iterable[Technique],
    rng: Random,
    *,
    label: Callable[[Technique], str],
    nearness: Nearness,
    linked: Collection[Technique] = (),
    weight: Callable[[Technique], float] = lambda _: 1.0,
    apart: bool = False,
) -> tuple[Technique, ...] | None:
    """Draw three techniques to stand beside the key, as near as asked; None where there are none.

    ``pool`` must hold only techniques that are certainly wrong; those of them that
    are ``linked`` come first from that rung on. No two options come from one family
    or have nearly the same name. How many are longer than the key is drawn first,
    so that the key's length says nothing. ``weight`` is how often a technique is the
    key of other questions, where some are more often than others: those are offered
    more often too. ``apart`` allows no word that two names share, where those that
    share one would tell right from wrong.
    """
    everyone = list(pool)
    candidates = weighted_sample(everyone, [weight(t) for t in everyone], rng)
    # A linked technique that shares a word with the key would make the two stand out.
    first = frozenset(t for t in linked if not share_stems(t.name, [key.name]))
    if nearness < Nearness.LINKED:
        first = frozenset()
    candidates.sort(key=_distance(key, nearness))
    if first:
        candidates.sort(key=lambda t: t not in first)
    length = len(label(key))
    room = {True: rng.randint(0, WRONG)}  # how many may be longer, and how many may not
    room[False] = WRONG - room[True]
    picked: list[Technique] = []
    for strict in (True, False):
        for reach in (NEAREST, len(candidates)):
            for technique in candidates[:reach]:
                longer = len(label(technique)) > length
                if (room[longer] or not strict) and _fits(
                    technique, (key, *picked), label, apart=apart
                ):
                    picked.append(technique)
                    room[longer] -= 1
                if len(picked) == WRONG:
                    return tuple(picked)
    return None


def beside(
    key: Technique,
    catalogue: Catalogue,
    rng: Random,
    nearness: Nearness,
    excluded: Collection[Technique] = (),
) -> Iterator[tuple[Technique, ...]]:
    """Give sets of techniques to stand beside one whose text is quoted, the nearest set first.

    Siblings stand among siblings only: beside strangers, the shared parent would
    tell. Parent and children are never offered, since a text about one is true of
    the other. For siblings and linked techniques the quotation must say something
    that is true of the key alone.
    """
    out = frozenset(excluded)
    if nearness is Nearness.SIBLING:
        siblings = [t for t in catalogue.siblings(key) if t not in out]
        chosen: list[Technique] = []
        for sibling in rng.sample(siblings, len(siblings)):
            if len(chosen) < WRONG and not any(
                nearly_same(sibling.name, other.name) for other in (key, *chosen)
            ):
                chosen.append(sibling)
        if len(chosen) >= FEWEST_SIBLINGS:
            yield tuple(chosen)
    pool = [t for t in strangers(key, catalogue) if t not in out]
    tied = [t for t in linked(key, catalogue) if t not in out]
    for rung in dict.fromkeys((min(nearness, Nearness.LINKED), Nearness.NEAR)):
        around = nearest(
            key,
            (*pool, *tied) if rung >= Nearness.LINKED else pool,
            rng,
            label=catalogue.display_name,
            nearness=rung,
            linked=tied,
        )
        if around:
            yield around


def linked(technique: Technique, catalogue: Catalogue) -> tuple[Technique, ...]:
    """The techniques outside the family that a text ties to this one, either way round."""
    family = set(catalogue.family(technique))
    tied = dict.fromkeys((*catalogue.links_from(technique), *catalogue.links_to(technique)))
    return tuple(t for t in tied if t not in family)


def strangers(technique: Technique, catalogue: Catalogue) -> list[Technique]:
    """The techniques of the domain outside the family that no text ties to this one."""
    close = {technique, *catalogue.family(technique), *linked(technique, catalogue)}
    return [t for t in catalogue.in_domain(technique.domain) if t not in close]


def _distance(key: Technique, nearness: Nearness) -> Callable[[Technique], int]:
    """Rank nearness by tactic, then by platform; far ones share no tactic."""
    tactics, platforms = set(key.tactics), set(key.platforms)
    far = nearness is Nearness.FAR

    def rank(other: Technique) -> int:
        apart = tactics.isdisjoint(other.tactics)
        return 2 * (apart is not far) + platforms.isdisjoint(other.platforms)

    return rank


def _fits(
    technique: Technique,
    chosen: Iterable[Technique],
    label: Callable[[Technique], str],
    *,
    apart: bool,
) -> bool:
    head = technique.attack_id.parent or technique.attack_id
    return not any(
        head == (other.attack_id.parent or other.attack_id)
        or nearly_same(technique.name, other.name)
        or nearly_same(label(technique), label(other))
        or (apart and share_stems(label(technique), [label(other)]))
        for other in chosen
    )
