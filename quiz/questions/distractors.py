"""Techniques to stand beside the right one: near misses that are certainly wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.balance import WRONG, weighted_sample
from quiz.questions.base import Nearness
from quiz.questions.wording import nearly_same, one_holds_the_other, share_stems

NEAREST = 12
"""How many of the nearest techniques are drawn from at least: enough to vary."""
MOST = 60
"""How many are drawn from at most, so that weighing them stays quick."""
TINY = 1e-9
MOST_LINKED = 2
RARELY = 0.02
"""How often a technique that is never the key is shown all the same, beside one that is once."""
FITTINGS = 8
FEWEST_SIBLINGS = 2
"""Three look-alikes beside one another are a question; a technique and one sibling are not."""

Asked = tuple[float, Technique, Sequence[Technique]]
"""How often a question is asked, its key, and the techniques that may stand beside it."""
Weights = Mapping[Nearness, Mapping[Technique, float]]
"""How readily each technique is drawn, for far and for near options."""


def nearest(
    key: Technique,
    pool: Iterable[Technique],
    rng: Random,
    *,
    label: Callable[[Technique], str],
    nearness: Nearness,
    linked: Collection[Technique] = (),
    weights: Weights,
    apart: bool = False,
) -> tuple[Technique, ...] | None:
    """Draw three techniques to stand beside the key, as near as asked; None where there are none.

    ``pool`` must hold only techniques that are certainly wrong; those of them that
    are ``linked`` come first from that rung on. No two options come from one family
    or have nearly the same name. How many are longer than the key is drawn first,
    so that the key's length says nothing. ``weights`` are those of
    :func:`fair_weights`. ``apart`` allows no word that two names share, where those that
    share one would tell right from wrong, as far ones do: they have their tactic's.
    """
    apart = apart or nearness is Nearness.FAR
    pool = list(pool)
    own = weights.get(min(nearness, Nearness.NEAR), {})
    near = _drawn(_within_reach(key, pool, nearness), own, rng)
    if nearness >= Nearness.LINKED:
        near = [*_tied(key, linked, pool, rng), *near]
    distance = _distance(key, nearness)
    far = sorted(_drawn(pool, own, rng), key=distance)
    length = len(label(key))
    room = {True: rng.randint(0, WRONG)}  # how many may be longer, and how many may not
    room[False] = WRONG - room[True]
    picked: list[Technique] = []
    for strict in (True, False):
        for candidates in (near, far):
            for technique in candidates:
                longer = len(label(technique)) > length
                if (room[longer] or not strict) and _fits(
                    technique, (key, *picked), label, apart=apart
                ):
                    picked.append(technique)
                    room[longer] -= 1
                if len(picked) == WRONG:
                    return tuple(picked)
    return None


def _tied(
    key: Technique, linked: Collection[Technique], pool: Collection[Technique], rng: Random
) -> list[Technique]:
    """Draw two linked techniques: always the same ones would be known to be wrong.

    One that shares a word with the key would make the two of them stand out.
    """
    fit = [t for t in linked if t in pool and not share_stems(t.name, [key.name])]
    return rng.sample(fit, min(MOST_LINKED, len(fit)))


def _drawn(
    techniques: Sequence[Technique], weights: Mapping[Technique, float], rng: Random
) -> list[Technique]:
    return weighted_sample(techniques, [weights.get(t, RARELY) for t in techniques], rng)


def beside(
    key: Technique,
    catalogue: Catalogue,
    rng: Random,
    nearness: Nearness,
    *,
    weights: Weights,
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
            weights=weights,
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


def fair_weights(asked: Iterable[Asked]) -> Weights:
    """Weigh techniques so that each is shown as wrong three times as often as it is right.

    Drawn alike, those that serve several tactics would be wrong nearly whenever they
    are shown, and those that few questions can offer would be right.
    """
    keyed: dict[Technique, float] = defaultdict(float)
    reach: dict[Nearness, list[Asked]] = {Nearness.FAR: [], Nearness.NEAR: []}
    for share, key, pool in asked:
        keyed[key] += share
        for nearness, found in reach.items():
            found.append((share, key, _within_reach(key, pool, nearness)))
    return {nearness: _fitted(found, keyed) for nearness, found in reach.items()}


def _fitted(asked: Sequence[Asked], keyed: Mapping[Technique, float]) -> Mapping[Technique, float]:
    """Fit how often each is drawn to how often each is the key, proportionally, in turns."""
    wanted = {t: keyed.get(t, 0) + RARELY for t in {t for _, _, pool in asked for t in pool}}
    weights = dict(wanted)
    for _ in range(FITTINGS):
        drawn = dict.fromkeys(weights, RARELY)
        for share, _, pool in asked:
            portion = share / max(sum(map(weights.__getitem__, pool)), TINY)
            for technique in pool:
                drawn[technique] += portion * weights[technique]
        weights = {t: w * wanted[t] / drawn[t] for t, w in weights.items()}
    return weights


def _within_reach(key: Technique, pool: Iterable[Technique], nearness: Nearness) -> list[Technique]:
    """The techniques of a pool to draw from first, always the same: the nearest, but not all."""
    distance = _distance(key, nearness)
    by_distance: dict[int, list[Technique]] = defaultdict(list)
    for technique in pool:
        by_distance[distance(technique)].append(technique)
    found: list[Technique] = []
    for rank in sorted(by_distance):
        found += by_distance[rank] if len(found) < NEAREST else ()
    rng = Random(key.stix_id)  # noqa: S311 - fairness, not secrecy
    return found if len(found) <= MOST else rng.sample(found, MOST)


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
        or one_holds_the_other(technique.name, other.name)
        or (apart and share_stems(label(technique), [label(other)]))
        for other in chosen
    )
