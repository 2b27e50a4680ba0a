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

NEAREST = 6
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

Allowed = Callable[[Technique], bool]
"""Whether a technique is certainly wrong, and so may stand beside the key."""
Asked = tuple[float, Technique, Allowed]
"""How often a question is asked, its key, and what may stand beside it."""
Weights = Mapping[Nearness, Mapping[Technique, float]]
"""How readily each technique is drawn, for far and for near options."""


def nearest(
    key: Technique,
    catalogue: Catalogue,
    rng: Random,
    *,
    allowed: Allowed,
    label: Callable[[Technique], str],
    nearness: Nearness,
    linked: Collection[Technique] = (),
    weights: Weights,
    apart: bool = False,
    rival: Technique | None = None,
) -> tuple[Technique, ...] | None:
    """Draw three techniques to stand beside the key, as near as asked; None where there are none.

    Those that are ``linked`` come first. No two options come from one family or have
    nearly the same name. How many are longer than the key is drawn first, so that the
    key's length says nothing. ``weights`` are those of :func:`fair_weights`. ``apart``
    allows no word that two names share, where those that share one would tell right
    from wrong, as far ones do: they have their tactic's. A ``rival`` is one of the three,
    whether it fits or not.
    """
    rung = min(nearness, Nearness.NEAR)
    own = weights.get(rung, {})
    apart = apart or nearness is Nearness.FAR

    def far() -> Iterator[Technique]:
        everyone = [t for t in catalogue.in_domain(key.domain) if t is not key and allowed(t)]
        yield from sorted(_drawn(everyone, own, rng), key=_distance(key, rung))

    near = _drawn([t for t in _within_reach(key, catalogue, rung) if allowed(t)], own, rng)
    near = [*_tied(key, [t for t in linked if allowed(t)], rng), *near]
    length = len(label(key))
    picked = [rival] if rival else []
    room = _room([len(label(t)) > length for t in picked], rng)
    for strict in (True, False):
        for candidates in (near, far()):
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


def _room(picked: Sequence[bool], rng: Random) -> dict[bool, int]:
    """Draw how many more options may be longer than the key, and how many may not.

    How many of all three are longer is uniform, whether the one ``picked`` already is or not:
    both sides of a pair are the key as often.
    """
    if not picked:
        longer = rng.randint(0, WRONG)
    else:
        odds = [n if picked[0] else WRONG - n for n in range(WRONG + 1)]
        (longer,) = rng.choices(range(WRONG + 1), odds)
    room = {True: longer, False: WRONG - longer}
    for is_longer in picked:
        room[is_longer] -= 1
    return room


def fair_weights(asked: Iterable[Asked], catalogue: Catalogue) -> Weights:
    """Weigh techniques so that each is shown as wrong three times as often as it is right.

    Drawn alike, those that serve several tactics would be wrong nearly whenever they
    are shown, and those that few questions can offer would be right.
    """
    keyed: dict[Technique, float] = defaultdict(float)
    pools: dict[Nearness, list[tuple[float, list[Technique]]]] = {
        Nearness.FAR: [],
        Nearness.NEAR: [],
    }
    for share, key, allowed in asked:
        keyed[key] += share
        for rung, found in pools.items():
            reach = _within_reach(key, catalogue, rung)
            found.append((share, [t for t in reach if allowed(t)]))
    return {rung: _fitted(found, keyed) for rung, found in pools.items()}


def _fitted(
    pools: Sequence[tuple[float, Sequence[Technique]]], keyed: Mapping[Technique, float]
) -> Mapping[Technique, float]:
    """Fit how often each is drawn to how often each is the key, proportionally, in turns."""
    techniques = list({t: None for _, pool in pools for t in pool})
    number = {technique: place for place, technique in enumerate(techniques)}
    rows = [(share, [number[t] for t in pool]) for share, pool in pools if pool]
    wanted = [keyed.get(t, 0) + RARELY for t in techniques]
    weights = list(wanted)
    for _ in range(FITTINGS):
        drawn = [RARELY] * len(techniques)
        for share, row in rows:
            portion = share / max(sum([weights[i] for i in row]), TINY)
            for i in row:
                drawn[i] += portion * weights[i]
        weights = [w * want / got for w, want, got in zip(weights, wanted, drawn, strict=True)]
    return dict(zip(techniques, weights, strict=True))


def _within_reach(key: Technique, catalogue: Catalogue, rung: Nearness) -> tuple[Technique, ...]:
    """The techniques to draw from first, always the same: the nearest, but not all of them."""
    return catalogue.once(_reaches)[rung, key]


def _reaches(catalogue: Catalogue) -> Mapping[tuple[Nearness, Technique], tuple[Technique, ...]]:
    """Who is within reach of whom, worked out once for all techniques of one sort."""
    sorts: dict[object, list[Technique]] = defaultdict(list)
    for technique in catalogue:
        sort = (technique.domain, frozenset(technique.tactics), frozenset(technique.platforms))
        sorts[sort].append(technique)
    found = {}
    for rung in (Nearness.FAR, Nearness.NEAR):
        for alike in sorts.values():
            distance = _distance(alike[0], rung)
            ranked: dict[int, list[Technique]] = defaultdict(list)
            for others in sorts.values():
                if others[0].domain == alike[0].domain:
                    ranked[distance(others[0])] += others
            for key in alike:
                found[rung, key] = _sample(key, ranked)
    return found


def _sample(key: Technique, ranked: Mapping[int, Sequence[Technique]]) -> tuple[Technique, ...]:
    """Take the nearest ranks until there are enough, without the key's family; not too many."""
    head = _head(key)
    rng = Random(key.stix_id)  # noqa: S311 - fairness, not secrecy
    sample: list[Technique] = []
    for shape in (False, True):  # some questions need techniques alone, others sub-techniques
        found: list[Technique] = []
        for rank in sorted(ranked):
            if len(found) < NEAREST:
                same = (t for t in ranked[rank] if t.is_subtechnique is shape)
                found += [t for t in same if _head(t) != head]
        sample += found if len(found) <= MOST else rng.sample(found, MOST)
    return tuple(sample)


def _head(technique: Technique) -> str:
    return technique.attack_id.parent or technique.attack_id


def _distance(key: Technique, nearness: Nearness) -> Callable[[Technique], int]:
    """Rank nearness by tactic, then by platform; far ones share no tactic."""
    tactics, platforms = set(key.tactics), set(key.platforms)
    far = nearness is Nearness.FAR

    def rank(other: Technique) -> int:
        apart = tactics.isdisjoint(other.tactics)
        return 2 * (apart is not far) + platforms.isdisjoint(other.platforms)

    return rank


def _drawn(
    techniques: Sequence[Technique], weights: Mapping[Technique, float], rng: Random
) -> list[Technique]:
    return weighted_sample(techniques, [weights.get(t, RARELY) for t in techniques], rng)


def _tied(key: Technique, linked: Sequence[Technique], rng: Random) -> list[Technique]:
    """Draw two linked techniques: always the same ones would be known to be wrong.

    One that shares a word with the key would make the two of them stand out.
    """
    fit = [t for t in linked if not share_stems(t.name, [key.name])]
    return rng.sample(fit, min(MOST_LINKED, len(fit)))


def drawn_near(
    key: Technique, catalogue: Catalogue, rng: Random, weights: Weights
) -> list[Technique]:
    """Draw the techniques within reach of one, outside its family, as readily as weights say."""
    near = _within_reach(key, catalogue, Nearness.NEAR)
    return _drawn(near, weights.get(Nearness.NEAR, {}), rng)


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
    family = {key, *catalogue.family(key)}
    tied = linked(key, catalogue)
    for rung in dict.fromkeys((min(nearness, Nearness.LINKED), Nearness.NEAR)):
        near = rung >= Nearness.LINKED
        no = out.union(family) if near else out.union(family, tied)
        around = nearest(
            key,
            catalogue,
            rng,
            allowed=lambda t, no=no: t not in no,  # type: ignore[misc]
            label=catalogue.display_name,
            nearness=rung,
            linked=tied if near else (),
            weights=weights,
        )
        if around:
            yield around


def linked(technique: Technique, catalogue: Catalogue) -> tuple[Technique, ...]:
    """The techniques outside the family that a text ties to this one, either way round."""
    family = set(catalogue.family(technique))
    tied = dict.fromkeys((*catalogue.links_from(technique), *catalogue.links_to(technique)))
    return tuple(t for t in tied if t not in family)


def is_stranger(technique: Technique, catalogue: Catalogue) -> Allowed:
    """Tell techniques outside the family that no text ties to this one from others."""
    close = {technique, *catalogue.family(technique), *linked(technique, catalogue)}
    return lambda other: other not in close


def _fits(
    technique: Technique,
    chosen: Iterable[Technique],
    label: Callable[[Technique], str],
    *,
    apart: bool,
) -> bool:
    head = _head(technique)
    return not any(
        head == _head(other)
        or nearly_same(technique.name, other.name)
        or nearly_same(label(technique), label(other))
        or one_holds_the_other(technique.name, other.name)
        or (apart and share_stems(label(technique), [label(other)]))
        for other in chosen
    )
