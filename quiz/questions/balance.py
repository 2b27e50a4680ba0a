"""Options drawn from a closed set, such as tactics, so that none is a good guess by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Generic, TypeVar

from quiz.questions.wording import share_stems

T = TypeVar("T")

WRONG = 3
"""Wrong options where one is right: four in all, so chance is a quarter."""
TOTAL_IF_SEVERAL = 5
MOST_RIGHT = 3
LEAST_WRONG = 2
NEAR_WEIGHT = 3.0
"""How much rather a near value of a closed set is drawn than another."""
MOST_COMMON = 0.28
"""The largest share of questions that may have the same key: of four options, chance is 0.25."""
SLACK = 1.12
"""How far above an even spread over the keys there are the most common one may always be."""
TRIALS = 30
FIRST_STEP = 2.0


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
    it is wrong. ``label`` words a value: no two options share a word, or those that
    do would be right together.
    """

    pulls: Mapping[T, float]
    label: Callable[[T], str] = str

    @classmethod
    def over(cls, cases: Sequence[Case[T]], label: Callable[[T], str] = str) -> Balance[T]:
        """Find the pulls for a catalogue's cases by trying and correcting, always alike."""
        pulls = dict.fromkeys((v for c in cases for v in (*c.right, *c.wrong)), 0.0)
        rng = Random(0)  # noqa: S311 - fairness, not secrecy
        keys: Mapping[T, float] = pulls
        for trial in range(TRIALS):
            step = FIRST_STEP / (1 + trial / 8)
            drawn = [found for case in cases if (found := cls(pulls, label).draw(case, rng))]
            tally = _Tally(keys)
            for right, wrong in drawn:
                tally.count(right, wrong)
            pulls = {v: pull + step * tally.excess(v) for v, pull in pulls.items()}
            keys = tally.right
        return cls(pulls, label)

    def draw(self, case: Case[T], rng: Random) -> tuple[list[T], list[T]] | None:
        """Draw right and wrong values; None where fewer than two wrong ones can be shown.

        One right and three wrong, or five in all where several may be right.
        """
        total = TOTAL_IF_SEVERAL if case.several else WRONG + 1
        most = rng.randint(1, MOST_RIGHT)
        pulls = self.pulls
        ranked = weighted_sample(case.right, [exp(-pulls[v]) for v in case.right], rng)
        # A value that is right too often comes alone rather than along with others.
        keyed = [v for i, v in enumerate(ranked) if not i or rng.random() < exp(-pulls[v])]
        shown: list[T] = []
        right = self._apart(keyed, shown, most)
        weights = [exp(pulls[v]) * (NEAR_WEIGHT if v in case.near else 1) for v in case.wrong]
        wrong = self._apart(weighted_sample(case.wrong, weights, rng), shown, total - len(right))
        return (right, wrong) if len(wrong) >= LEAST_WRONG else None

    def _apart(self, values: Sequence[T], shown: list[T], count: int) -> list[T]:
        """Take the first values that share no word with what is shown already, and show them."""
        taken: list[T] = []
        for value in values:
            if len(taken) == count:
                break
            if not share_stems(self.label(value), map(self.label, shown)):
                taken.append(value)
                shown.append(value)
        return taken


class _Tally(Generic[T]):
    """How often each value was right, beside how often chance would have it right.

    Counted twice: whenever the value is shown, and where it is what somebody would
    choose who knew only how often each was right before (``keys``).
    """

    def __init__(self, keys: Mapping[T, float]) -> None:
        self._keys = keys
        self.right: Counter[T] = Counter()
        self._expected: dict[T, float] = defaultdict(float)
        self._right_if_chosen: Counter[T] = Counter()
        self._expected_if_chosen: dict[T, float] = defaultdict(float)

    def count(self, right: Sequence[T], wrong: Sequence[T]) -> None:
        """Count one question's options."""
        chance = len(right) / (len(right) + len(wrong))
        self.right.update(right)
        for value in (*right, *wrong):
            self._expected[value] += chance
        chosen = max((*right, *wrong), key=lambda value: self._keys.get(value, 0))
        self._right_if_chosen[chosen] += chosen in right
        self._expected_if_chosen[chosen] += chance

    def excess(self, value: T) -> float:
        """How much too often it was right: the logarithm of the ratio, 0 where it is fair."""
        shown = log((self.right[value] + 1) / (self._expected[value] + 1))
        chosen = (self._right_if_chosen[value] + 5) / (self._expected_if_chosen[value] + 5)
        return 0.85 * shown + 0.15 * log(chosen)


def weighted_sample(values: Sequence[T], weights: Sequence[float], rng: Random) -> list[T]:
    """Put values in the order of draws in proportion to weight (Efraimidis and Spirakis, 2006)."""
    times = [rng.expovariate(1.0) / weight for weight in weights]
    return [values[i] for i in sorted(range(len(values)), key=times.__getitem__)]


def thinned(keys: Mapping[str, T], most_common: float = MOST_COMMON) -> frozenset[str]:
    """Choose of which techniques to ask, always the same ones, so that no key is too common.

    ``keys`` gives the key of each technique's question, by STIX id. None is then
    the key of more than ``most_common`` of the questions, as far as that can be.
    """
    counts = Counter(keys.values())
    if not counts:
        return frozenset()
    share = max(most_common, SLACK / len(counts))
    most = float(max(counts.values()))
    for _ in range(TRIALS):
        most = share * sum(min(count, most) for count in counts.values())
    room = dict.fromkeys(counts, max(1, round(most)))
    chosen = set()
    for stix_id in sorted(keys, key=lambda stix_id: Random(stix_id).random()):  # noqa: S311
        if room[keys[stix_id]] > 0:
            room[keys[stix_id]] -= 1
            chosen.add(stix_id)
    return frozenset(chosen)
