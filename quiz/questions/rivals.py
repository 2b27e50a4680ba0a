"""Techniques to stand beside one and a rival that it was taken for, so that neither stands out.

What two of four options have in common, a parent or a word, would say that the key is one of
them. So a pair that has something in common stands beside others that have it as well: more
siblings, or another pair of the same sort.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.balance import WRONG
from quiz.questions.base import Nearness
from quiz.questions.distractors import Allowed, Weights, drawn_near, linked, nearest
from quiz.questions.wording import nearly_same, share_stems, stems

DRAWS = 3
"""How many sets are drawn of a sort, where what is quoted does not tell the first ones apart."""
FROM_AFAR = 60
"""How many of a domain are drawn on for another pair, beside those near the key.

Without them the pair itself was the one more alike (35% against 25%, on the starter).
"""


def beside_rival(
    key: Technique,
    rival: Technique,
    catalogue: Catalogue,
    rng: Random,
    *,
    weights: Weights,
    excluded: Collection[Technique] = (),
) -> Iterator[tuple[Technique, ...]]:
    """Give sets of two or three techniques to stand beside the key, the rival the first of each.

    There are none where the two cannot stand beside one another: :func:`can_be_rivals`, and
    those ``excluded``. Others are of neither's family, nor tied to the key by a text, but for
    siblings beside siblings. The quotation must say something that is true of the key alone.
    """
    out = frozenset(excluded)
    if rival in out or not can_be_rivals(key, rival, catalogue):
        return
    family = {key, *catalogue.family(key)}
    if rival in family:
        siblings = [t for t in catalogue.siblings(key) if t is not rival and t not in out]
        yield from _more_siblings(key, rival, siblings, rng)
    close = out.union(family, {rival}, catalogue.family(rival), linked(key, catalogue))
    if _share(key, rival, catalogue):
        near = [t for t in _drawn(key, catalogue, rng, weights) if t not in close]
        yield from islice(_beside_pair(key, rival, near, catalogue, rng), DRAWS)
        return
    allowed: Allowed = lambda t: t not in close  # noqa: E731 - it is passed on three times
    for _ in range(DRAWS):
        around = nearest(
            key,
            catalogue,
            rng,
            allowed=allowed,
            label=catalogue.display_name,
            nearness=Nearness.NEAR,
            weights=weights,
            rival=rival,
        )
        if around:
            yield around


def can_be_rivals(key: Technique, rival: Technique, catalogue: Catalogue) -> bool:
    """Tell whether two techniques may stand beside one another at all.

    Not those of two domains, or of nearly the same name; not parent and sub-technique either,
    since what is true of the one is true of the other.
    """
    return (
        rival is not key
        and rival.domain == key.domain
        and catalogue.parent(key) is not rival
        and catalogue.parent(rival) is not key
        and not nearly_same(key.name, rival.name)
    )


def _more_siblings(
    key: Technique, rival: Technique, siblings: Sequence[Technique], rng: Random
) -> Iterator[tuple[Technique, ...]]:
    """Draw other siblings to a pair of siblings; in the end fewer, of which less is hidden."""
    for most in (WRONG, WRONG, WRONG - 1):
        chosen = [rival]
        for sibling in rng.sample(siblings, len(siblings)):
            if len(chosen) < most and not any(
                nearly_same(sibling.name, other.name) for other in (key, *chosen)
            ):
                chosen.append(sibling)
        if len(chosen) > 1:
            yield tuple(chosen)


def _drawn(
    key: Technique, catalogue: Catalogue, rng: Random, weights: Weights
) -> tuple[Technique, ...]:
    """Draw techniques to make a pair of: those near the key, then some of the others."""
    everyone = catalogue.in_domain(key.domain)
    others = rng.sample(everyone, min(FROM_AFAR, len(everyone)))
    return tuple(dict.fromkeys((*drawn_near(key, catalogue, rng, weights), *others)))


def _beside_pair(
    key: Technique,
    rival: Technique,
    near: Sequence[Technique],
    catalogue: Catalogue,
    rng: Random,
) -> Iterator[tuple[Technique, ...]]:
    """Find other pairs near a pair with a word in common: siblings to siblings, others to others.

    No word is in names of both pairs. Whether the other pair is more alike, and has the longest
    and the shortest name, is drawn where there is a choice, so that none of it tells.
    """
    siblings = rival in catalogue.siblings(key)
    words = {t: stems(catalogue.display_name(t)) for t in (key, rival, *near)}
    told = words[key] | words[rival]
    strange = [t for t in near if not told & words[t]]
    own = _look(key, rival, catalogue)
    wanted = [rng.random() < 0.5 for _ in own]
    found: list[tuple[int, int, tuple[Technique, ...]]] = []
    for one in strange:
        mates = catalogue.siblings(one) if siblings else catalogue.family(one)
        fit = [
            t
            for t in strange
            if words[one] & words[t]
            and (t in mates) is siblings
            and t is not one
            and not nearly_same(one.name, t.name)
        ]
        if fit:
            other = rng.choice(fit)
            look = _look(one, other, catalogue)
            missed = sum((a > b) is not w for a, b, w in zip(look, own, wanted, strict=True))
            found.append((missed, len(found), (rival, one, other)))
    yield from (options for *_, options in sorted(found, key=lambda pair: pair[:2]))


def _share(one: Technique, other: Technique, catalogue: Catalogue) -> bool:
    """Whether two techniques as they are shown have a word in common, as all of a family have."""
    return share_stems(catalogue.display_name(one), [catalogue.display_name(other)])


def _look(one: Technique, other: Technique, catalogue: Catalogue) -> tuple[float, int, int]:
    """What a pair shows: how much of their words the two share, the longer and the shorter name."""
    names = catalogue.display_name(one), catalogue.display_name(other)
    first, second = map(stems, names)
    return len(first & second) / len(first | second), max(map(len, names)), min(map(len, names))
