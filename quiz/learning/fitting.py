"""Weights of FSRS-6 fitted to a learner's own reviews: the only module that imports fsrs_rs_python.

A *recall* is a review on a later study day than the one before it: the moment at which
FSRS has predicted a chance of remembering. Reviews of the same day train memory and are
part of what came before, but nothing is predicted for them. Log loss is the mean of
−ln(chance given to what happened), without a unit, lower is better; 0.69 is a coin's.

Whether weights are better is never judged on reviews that they were fitted to: they are
fitted again to the first part of the log and judged on the next, five times (time-series
splits, as fsrs-rs does it), and the present weights are judged on the same recalls.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from math import floor, fsum, isfinite, log, sqrt
from typing import Protocol, TypeAlias

from fsrs_rs_python import FSRS, FSRSItem, FSRSReview, TrainingConfig

from quiz.learning.parameters import WEIGHTS
from quiz.learning.scheduling import AGAIN, RATINGS

LEAST_REVIEWS = 400
LEAST_RECALLS = 64
"""With fewer, fsrs-rs fits no more than the first four weights."""
LEAST_UNSEEN = 50
"""With fewer recalls that the present weights have not seen, there is nothing to judge by."""
LEAST_CARDS = 20
"""With fewer cards, what looks better may be one card's luck."""

LOWEST = (
    *(0.001, 0.001, 0.001, 0.001, 1.0, 0.001, 0.001, 0.001, 0.0, 0.0, 0.001),
    *(0.001, 0.001, 0.001, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.1),
)
HIGHEST = (
    *(100.0, 100.0, 100.0, 100.0, 10.0, 4.0, 4.0, 0.75, 4.5, 0.8, 3.5),
    *(5.0, 0.25, 0.9, 4.0, 1.0, 6.0, 2.0, 2.0, 0.8, 0.8),
)
"""The bounds outside which fsrs refuses a weight."""

Weights: TypeAlias = tuple[float, ...]

_DIGITS = 4
_FOLDS = 5
# One-sided, 5 in 100. Of simulated learners whose true weights are the standard ones, 7 of 200
# met it at 400 reviews, 1 of 100 at 1,000 and none of 40 at 3,000.
_SURE = 1.645
# fsrs-rs leaves longer histories out of the fit; not making them keeps memory in proportion.
_LONGEST = 256
# All that chance decides in a fit is the order of its batches.
_SEED = 2023


class Rated(Protocol):
    """A row of a card's log: a rating from 1 to 4, or 0 where the card was set back to new."""

    @property
    def rating(self) -> int:
        """From 0 to 4."""

    @property
    def reviewed_at(self) -> datetime:
        """The moment, in UTC."""

    @property
    def day(self) -> date:
        """The learner's study day at that moment."""


Log: TypeAlias = Mapping[int, Sequence[Rated]]
"""For each card, by a number of its own, the rows that stand, oldest first."""


class TooFewReviews(ValueError):  # noqa: N818 - named for what happened
    """There are fewer than LEAST_REVIEWS reviews; ``missing`` says by how many."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} more review{'s' * (missing != 1)} needed")
        self.missing = missing


class NothingToLearn(ValueError):  # noqa: N818 - named for what happened
    """The reviews do not tell one set of weights from another; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A predicted chance of remembering, from 0 to 1, and whether it was remembered."""

    chance: float
    remembered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How well chances fit what happened: log loss, and RMSE over bins of alike recalls."""

    log_loss: float
    rmse_bins: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Weights fitted to every review of a log, and how well they can be expected to do.

    ``reviews`` counts the ratings, ``recalls`` those that a chance was predicted for, and
    ``unseen`` those of them that neither the present weights nor the fits judged on them
    had seen. ``present`` and ``fitted`` are measured over the unseen ones; the two ``…_on_all``
    over all recalls, which flatters the fitted weights. ``better`` says that the gain is
    more than chance: without it, do not offer the weights.
    """

    weights: Weights
    reviews: int
    recalls: int
    unseen: int
    present: Accuracy
    fitted: Accuracy
    present_on_all: Accuracy
    fitted_on_all: Accuracy
    better: bool

    @property
    def gain(self) -> float:
        """By what share the log loss over unseen recalls falls; below 0 where it rises."""
        return 1 - self.fitted.log_loss / self.present.log_loss


def fit(
    reviews: Log,
    present: Sequence[float] = WEIGHTS,
    *,
    seen_until: datetime | None = None,
    relearning_steps: int = 1,
) -> Fit:
    """Fit weights to a learner's log and compare them with the present ones.

    ``seen_until`` is the moment of the last review that the present weights were themselves
    fitted to: they are judged on later ones only. The same log gives the same weights.
    Raises TooFewReviews, NothingToLearn, and ValueError for a rating outside 0 to 4.
    """
    history = _read(reviews)
    if history.reviews < LEAST_REVIEWS:
        raise TooFewReviews(LEAST_REVIEWS - history.reviews)
    first = _first_unseen(history.recalls, seen_until)
    unseen = history.recalls[first:]
    before = _chances(history, unseen, tidy(present))
    after: list[float] = []
    for start, end in _folds(first, len(history.recalls)):
        weights = _train(history, history.recalls[:start], relearning_steps)
        after += _chances(history, history.recalls[start:end], weights)
    weights = _train(history, history.recalls, relearning_steps)
    return Fit(
        weights=weights,
        reviews=history.reviews,
        recalls=len(history.recalls),
        unseen=len(unseen),
        present=_accuracy(unseen, before),
        fitted=_accuracy(unseen, after),
        present_on_all=_accuracy_on_all(history, tidy(present)),
        fitted_on_all=_accuracy_on_all(history, weights),
        better=_is_more_than_chance(unseen, before, after),
    )


def recalls(reviews: Log, weights: Sequence[float] = WEIGHTS) -> list[Recall]:
    """Predict each recall of a log from what came before it, oldest first."""
    history = _read(reviews)
    chances = _chances(history, history.recalls, tidy(weights))
    return [
        Recall(chance=chance, remembered=recall.remembered)
        for recall, chance in zip(history.recalls, chances, strict=True)
    ]


def log_loss(reviews: Log, weights: Sequence[float] = WEIGHTS) -> float | None:
    """Tell how far predictions by these weights are from a log; None where it has no recall."""
    predicted = recalls(reviews, weights)
    if not predicted:
        return None
    return fsum(_loss(each.remembered, each.chance) for each in predicted) / len(predicted)


def check(weights: Sequence[float]) -> None:
    """Raise ValueError unless FSRS-6 can work with some weights."""
    tidy(weights)
    for place, bounds in enumerate(zip(weights, LOWEST, HIGHEST, strict=True), start=1):
        weight, lowest, highest = bounds
        if not lowest <= weight <= highest:
            raise ValueError(f"weight {place} is from {lowest:g} to {highest:g}")


def tidy(weights: Sequence[float]) -> Weights:
    """Round weights to what is kept of them, within the bounds that FSRS-6 sets them.

    Raises ValueError unless they are 21 numbers.
    """
    if len(weights) != len(WEIGHTS) or not all(map(isfinite, weights)):
        raise ValueError(f"FSRS-6 has {len(WEIGHTS)} weights, each a number")
    return tuple(
        min(max(round(weight, _DIGITS), lowest), highest)
        for weight, lowest, highest in zip(weights, LOWEST, HIGHEST, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recall:
    """A recall: review ``position`` of a stretch, ``wait`` study days after the one before.

    Recalls of one ``bin`` are alike: in wait, in number of recalls and of lapses before.
    """

    at: datetime
    card: int
    stretch: int
    position: int
    wait: int
    remembered: bool
    bin: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _History:
    """A log as fsrs-rs reads it.

    ``stretches`` are the reviews of a card from new to its last one or to its being set back,
    ``recalls`` are in the order of time.
    """

    stretches: Sequence[list[FSRSReview]]
    recalls: Sequence[_Recall]

    @property
    def reviews(self) -> int:
        return sum(map(len, self.stretches))


def _read(log: Log) -> _History:
    """Read a log by the numbers of the cards, however the mapping is ordered."""
    stretches: list[list[FSRSReview]] = []
    recalls: list[_Recall] = []
    for card, rows in ((each, rows) for each in sorted(log) for rows in _from_new(log[each])):
        waits = _waits(rows)
        recalls += _recalls(rows, waits, card, len(stretches))
        stretches.append([FSRSReview(r.rating, wait) for r, wait in zip(rows, waits, strict=True)])
    recalls.sort(key=lambda recall: (recall.at, recall.stretch, recall.position))
    return _History(stretches=stretches, recalls=recalls)


def _from_new(rows: Iterable[Rated]) -> Iterator[list[Rated]]:
    """Cut a card's log where it was set back to new."""
    for is_rated, group in groupby(rows, key=lambda row: row.rating != 0):
        if is_rated:
            yield list(group)


def _waits(rows: Sequence[Rated]) -> list[int]:
    """Count the study days before each review; a clock set back makes none negative."""
    days = [row.day for row in rows]
    return [0, *(max(0, (day - before).days) for before, day in pairwise(days))]


def _recalls(
    rows: Sequence[Rated], waits: Sequence[int], card: int, stretch: int
) -> Iterator[_Recall]:
    recalled = lapses = 0
    latest = rows[0].reviewed_at
    for position, (row, wait) in enumerate(zip(rows, waits, strict=True)):
        if row.rating not in RATINGS:
            raise ValueError(f"a rating of {row.rating} is none of 0 to 4")
        latest = max(latest, row.reviewed_at)  # for a clock set back, again
        if not wait:
            continue
        recalled += 1
        yield _Recall(
            at=latest,
            card=card,
            stretch=stretch,
            position=position,
            wait=wait,
            remembered=row.rating != AGAIN,
            bin=_bin(wait, recalled, lapses),
        )
        lapses += row.rating == AGAIN


def _bin(wait: int, recalled: int, lapses: int) -> tuple[int, int, int]:
    """Bin a recall by powers of the bases by which fsrs-rs bins it."""
    return (
        floor(log(wait, 3.62)),
        floor(log(recalled + 1, 1.89)),
        floor(log(lapses, 1.73)) if lapses else -1,
    )


def _first_unseen(recalls: Sequence[_Recall], seen_until: datetime | None) -> int:
    """Find the first recall to judge by. Raises NothingToLearn."""
    if len(recalls) < LEAST_RECALLS:
        raise NothingToLearn(
            f"only {len(recalls)} of the reviews came a day or more after the one before; "
            f"{LEAST_RECALLS} are needed"
        )
    forgotten = sum(not recall.remembered for recall in recalls)
    if forgotten in (0, len(recalls)):
        raise NothingToLearn(f"every card was {'forgotten' if forgotten else 'remembered'}")
    first = len(recalls) // (_FOLDS + 1)
    if seen_until:
        first = max(first, bisect_right(recalls, seen_until, key=lambda recall: recall.at))
    if len(recalls) - first < LEAST_UNSEEN:
        raise NothingToLearn("too few reviews since the weights were last fitted")
    return first


def _folds(first: int, end: int) -> Iterable[tuple[int, int]]:
    """Cut the recalls from the first unseen one on into parts that follow each other."""
    size = (end - first) // _FOLDS
    return pairwise([*(first + size * number for number in range(_FOLDS)), end])


def _train(history: _History, recalls: Sequence[_Recall], relearning_steps: int) -> Weights:
    """Fit weights to recalls in the order of time. Raises NothingToLearn."""
    kept = [recall for recall in recalls if recall.position < _LONGEST]
    items = [FSRSItem(history.stretches[r.stretch][: r.position + 1]) for r in kept]
    try:
        # It leaves out the rarest first waits by itself, and weighs late recalls more.
        fitted = FSRS(WEIGHTS).compute_parameters(
            items,
            # By card, each history is gone through once, which is seven times as fast. A stretch
            # is a card here: set back to new, a card has another history.
            card_ids=[recall.stretch for recall in kept],
            num_relearning_steps=relearning_steps,
            training_config=TrainingConfig(seed=_SEED, max_seq_len=_LONGEST),
        )
    except ValueError as error:
        raise NothingToLearn("the reviews are too few or too much alike") from error
    return tidy(fitted)


def _chances(history: _History, recalls: Sequence[_Recall], weights: Weights) -> list[float]:
    """Predict recalls by weights, from all that came before each."""
    stretches = sorted({recall.stretch for recall in recalls})
    items = [FSRSItem(history.stretches[number]) for number in stretches]
    states = FSRS(weights).historical_memory_state_batch(items)
    stabilities = {
        number: [state.stability for state in of_stretch]
        for number, of_stretch in zip(stretches, states, strict=True)
    }
    decay = -weights[20]
    factor = 0.9 ** (1 / decay) - 1
    return [
        (1 + factor * recall.wait / stabilities[recall.stretch][recall.position - 1]) ** decay
        for recall in recalls
    ]


def _loss(remembered: bool, chance: float) -> float:
    return -log(chance if remembered else 1 - chance)


def _accuracy_on_all(history: _History, weights: Weights) -> Accuracy:
    return _accuracy(history.recalls, _chances(history, history.recalls, weights))


def _accuracy(recalls: Sequence[_Recall], chances: Sequence[float]) -> Accuracy:
    losses = []
    surplus: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    for recall, chance in zip(recalls, chances, strict=True):
        losses.append(_loss(recall.remembered, chance))
        surplus[recall.bin].append(chance - recall.remembered)
    squares = fsum(fsum(of_bin) ** 2 / len(of_bin) for of_bin in surplus.values())
    return Accuracy(log_loss=fsum(losses) / len(losses), rmse_bins=sqrt(squares / len(losses)))


def _is_more_than_chance(
    recalls: Sequence[_Recall], before: Sequence[float], after: Sequence[float]
) -> bool:
    """Tell whether chances after are better, by a test in which a card counts as one sample.

    What is easy or hard about a card stays with it: its recalls are not independent.
    """
    of_card: dict[int, list[float]] = defaultdict(list)
    for recall, old, new in zip(recalls, before, after, strict=True):
        of_card[recall.card].append(_loss(recall.remembered, old) - _loss(recall.remembered, new))
    if len(of_card) < LEAST_CARDS:
        return False
    total = fsum(map(fsum, of_card.values()))
    mean = total / len(recalls)
    spread = sqrt(fsum((fsum(each) - mean * len(each)) ** 2 for each in of_card.values()))
    return total > _SURE * spread
