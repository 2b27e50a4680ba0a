"""Near misses that are certainly wrong, and choices that say nothing about which is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Generic, TypeVar

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.base import Choice
from quiz.questions.wording import listing, nearly_same

T = TypeVar("T")

WRONG = 3
"""Wrong options where one is right: four in all, so chance is a quarter."""
TOTAL_IF_SEVERAL = 5
MOST_RIGHT = 3
LEAST_WRONG = 2
NEAREST = 18
"""How many of the nearest techniques are drawn from: enough to vary, few enough to be near."""
NEAR_WEIGHT = 3.0
"""How much rather a near value of a closed set is drawn than another."""
MOST_COMMON = 0.28
"""The largest share of questions that may have the same key: of four options, chance is 0.25."""
SLACK = 1.2
"""How far above an even spread over the keys there are the most common one may always be."""
TRIALS = 30
STEP = 0.4


def nearest(
    key: Technique,
    pool: Iterable[Technique],
    rng: Random,
    *,
    label: Callable[[Technique], str],
    weight: Callable[[Technique], float] = lambda _: 1.0,
) -> tuple[Technique, ...] | None:
    """Draw three techniques to stand beside the key, near ones first; None where there are none.

    ``pool`` must hold only techniques that are certainly wrong. No two options
    come from one family or have nearly the same name. How many are longer than
    the key is drawn first, so that the key's length says nothing. ``weight`` is
    how often a technique is the key of other questions, where some are more
    often than others: those are offered more often too.
    """
    everyone = list(pool)
    candidates = weighted_sample(everyone, [weight(t) for t in everyone], rng, len(everyone))
    candidates.sort(key=lambda t: _distance(key, t))
    length = len(label(key))
    room = {True: rng.randint(0, WRONG)}  # how many may be longer, and how many may not
    room[False] = WRONG - room[True]
    picked: list[Technique] = []
    for strict in (True, False):
        for reach in (NEAREST, len(candidates)):
            for technique in candidates[:reach]:
                longer = len(label(technique)) > length
                if (room[longer] or not strict) and _fits(technique, (key, *picked), label):
                    picked.append(technique)
                    room[longer] -= 1
                if len(picked) == WRONG:
                    return tuple(picked)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Generic[T]):
    """What a technique has of a closed set, such as tactics, and what it certainly lacks.

    ``near`` are the wrong values to prefer.
    """

    right: tuple[T, ...]
    wrong: tuple[T, ...]
    near: frozenset[T] = frozenset()

    @property
    def several(self) -> bool:
        """Whether more than one value may be right, so that all that apply are asked for."""
        return len(self.right) > 1


@dataclass(frozen=True, slots=True)
class Balance(Generic[T]):
    """Draws options so that a value that is often right is no better a guess than a rare one.

    Drawn evenly, *Windows* would be right nearly whenever it is shown, and the
    others nearly never. So each value has a pull, above 0 for one that is right
    too often when shown: it is then drawn less where it is right and more where
    it is wrong.
    """

    pulls: Mapping[T, float]

    @classmethod
    def over(cls, cases: Sequence[Case[T]]) -> Balance[T]:
        """Find the pulls for a catalogue's cases by trying and correcting, always alike."""
        balance = cls(dict.fromkeys((v for c in cases for v in (*c.right, *c.wrong)), 0.0))
        rng = Random(0)  # noqa: S311 - fairness, not secrecy
        for _ in range(TRIALS):
            right: Counter[T] = Counter()
            wrong: Counter[T] = Counter()
            for case in cases:
                if drawn := balance.draw(case, rng):
                    right.update(drawn[0])
                    wrong.update(drawn[1])
            share = log((right.total() + 1) / (wrong.total() + 1))
            balance = cls(
                {
                    value: pull + STEP * (log((right[value] + 1) / (wrong[value] + 1)) - share)
                    for value, pull in balance.pulls.items()
                }
            )
        return balance

    def draw(self, case: Case[T], rng: Random) -> tuple[list[T], list[T]] | None:
        """Draw right and wrong values; None where fewer than two wrong ones can be shown.

        One right and three wrong, or five in all where several may be right.
        """
        count = rng.randint(1, min(MOST_RIGHT, len(case.right)))
        total = TOTAL_IF_SEVERAL if case.several else WRONG + 1
        wrong_count = min(total - count, len(case.wrong))
        if wrong_count < LEAST_WRONG:
            return None
        right = [exp(-self.pulls[value]) for value in case.right]
        wrong = [
            exp(self.pulls[value]) * (NEAR_WEIGHT if value in case.near else 1)
            for value in case.wrong
        ]
        return (
            weighted_sample(case.right, right, rng, count),
            weighted_sample(case.wrong, wrong, rng, wrong_count),
        )


def weighted_sample(
    values: Sequence[T], weights: Sequence[float], rng: Random, count: int
) -> list[T]:
    """Draw distinct values, each draw in proportion to weight (Efraimidis and Spirakis, 2006)."""
    times = [rng.expovariate(1.0) / weight for weight in weights]
    return [values[i] for i in sorted(range(len(values)), key=times.__getitem__)[:count]]


def kept(technique: Technique, share: float) -> bool:
    """Keep a fixed share of techniques, always the same ones, where a key would be too common."""
    return Random(technique.stix_id).random() < share  # noqa: S311 - fairness, not secrecy


def fair_share(counts: Mapping[T, int], value: T, most_common: float = MOST_COMMON) -> float:
    """The share of a key's questions to ask so that it is no better a guess than chance.

    ``counts`` gives how many questions could have each key. None is then the key
    of more than ``most_common`` of the questions asked, as far as that can be.
    """
    most_common = max(most_common, SLACK / len(counts))
    most = float(max(counts.values()))
    for _ in range(TRIALS):
        most = most_common * sum(min(count, most) for count in counts.values())
    return min(1.0, max(most, 1.0) / counts[value])


def technique_choice(
    technique: Technique, catalogue: Catalogue, *, correct: bool, note: str = ""
) -> Choice:
    """Offer a technique by its full name; the note says what it is unless one is given."""
    return Choice(
        text=catalogue.display_name(technique),
        correct=correct,
        note=note or describe(technique, catalogue),
        technique=technique,
    )


def describe(technique: Technique, catalogue: Catalogue) -> str:
    """Say in a sentence what a technique is: its ID, tactics and platforms."""
    tactics = listing(catalogue.tactic_names(technique))
    platforms = listing(technique.platforms)
    before = " (before compromise)" if technique.platforms == ("PRE",) else ""
    where = f", on {platforms}" if platforms and not before else before
    return f"{technique.attack_id} serves {tactics}{where}."


def strangers(technique: Technique, catalogue: Catalogue) -> list[Technique]:
    """The techniques of the domain outside the family that no text ties to this one."""
    close = {
        technique.stix_id,
        *(t.stix_id for t in catalogue.family(technique)),
        *(t.stix_id for t in catalogue.links_from(technique)),
        *(t.stix_id for t in catalogue.links_to(technique)),
    }
    return [t for t in catalogue.in_domain(technique.domain) if t.stix_id not in close]


def _distance(key: Technique, other: Technique) -> int:
    """Rank nearness: same tactic and platform, same tactic, same platform, neither."""
    same_tactic = not set(key.tactics).isdisjoint(other.tactics)
    same_platform = not set(key.platforms).isdisjoint(other.platforms)
    return 3 - 2 * same_tactic - same_platform


def _fits(
    technique: Technique, chosen: Iterable[Technique], label: Callable[[Technique], str]
) -> bool:
    head = technique.attack_id.parent or technique.attack_id
    return not any(
        head == (other.attack_id.parent or other.attack_id)
        or nearly_same(technique.name, other.name)
        or nearly_same(label(technique), label(other))
        for other in chosen
    )
