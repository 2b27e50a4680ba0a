"""What ratings and cards add up to: how much was done, remembered and predicted, and what is due.

Shares and chances are from 0 to 1, times in milliseconds, lengths of memory in days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import sqrt
from typing import Any, Protocol

from quiz.learning.days import DAY
from quiz.learning.parameters import Parameters

MATURE = 21
"""From how many days of interval on a card is mature, as in Anki; below, it is young."""

FEW = 20
"""Below so many ratings a share would say more than is known: only the numbers are shown."""

BINS = 20
"""Into how many parts of equal width predicted chances are put."""

SUREST = 0.999
"""A chance counts as no surer than this in the log loss: one surprise would outweigh all else."""

WEEK = timedelta(weeks=1)
Z = 1.959964
"""The normal deviate of 95%."""


class Range(StrEnum):
    """How far back statistics look."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"

    @property
    def days(self) -> int | None:
        """How many study days, today with them; None for all."""
        return {Range.MONTH: 30, Range.QUARTER: 91, Range.YEAR: 365}.get(self)


class Unit(StrEnum):
    """What study days are put together by: a week starts on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def for_days(cls, number: int) -> Unit:
        """Choose the unit that makes a picture of some days readable."""
        if number <= 31:
            return cls.DAY
        return cls.WEEK if number <= 400 else cls.MONTH

    def start(self, day: date) -> date:
        """Tell the first day of the unit that a day is in."""
        if self is Unit.WEEK:
            return day - DAY * day.weekday()
        return day.replace(day=1) if self is Unit.MONTH else day

    def starts(self, first: date, last: date) -> list[date]:
        """Tell the first day of every unit from one day to another."""
        found, day = [], self.start(first)
        while day <= last:
            found.append(day)
            day = self.start(day + {Unit.DAY: DAY, Unit.WEEK: WEEK}.get(self, DAY * 32))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """How often cards in review were asked and remembered; ``predicted`` adds up the chances."""

    asked: int = 0
    remembered: int = 0
    predicted: float = 0.0

    @property
    def share(self) -> float | None:
        """The part that was remembered; None where nothing was asked."""
        return self.remembered / self.asked if self.asked else None

    @property
    def expected(self) -> float | None:
        """The part that the scheduler expected to be remembered."""
        return self.predicted / self.asked if self.asked else None

    @property
    def says_enough(self) -> bool:
        """Tell whether there are enough to speak of a share."""
        return self.asked >= FEW

    @property
    def between(self) -> tuple[float, float]:
        """Give the bounds that hold the true share in 95 of 100 cases: Wilson's score interval.

        Everything from 0 to 1 where nothing was asked.
        """
        n = self.asked
        if not n:
            return 0.0, 1.0
        share, weight = self.remembered / n, Z * Z / n
        middle = share + weight / 2
        spread = Z * sqrt(share * (1 - share) / n + weight / (4 * n))
        low, high = (middle - spread) / (1 + weight), (middle + spread) / (1 + weight)
        return max(low, 0.0), min(high, 1.0)

    def __add__(self, other: Recall) -> Recall:
        return Recall(
            asked=self.asked + other.asked,
            remembered=self.remembered + other.remembered,
            predicted=self.predicted + other.predicted,
        )


class Group(Protocol):
    """Ratings of one day that are alike, added up by the database.

    ``memory`` is ``young`` or ``mature`` where they are the first of the day of cards in
    review, and empty otherwise; ``bin`` is that of the predicted chance, 0 to 19, or -1.
    ``predicted`` and ``loss`` add up chances and log losses.
    """

    day: date
    rating: int
    memory: str
    bin: int
    reviews: int
    duration_ms: int
    predicted: float
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """What the ratings of one study day add up to.

    ``ratings`` counts 1 (again) to 4 (easy). ``young``, ``mature`` and each of ``bins``,
    by number, are asked, remembered and predicted. It is kept in the database as JSON:
    raise ``VERSION`` with every change.
    """

    ratings: Sequence[int]
    duration_ms: int
    loss: float
    young: Sequence[float]
    mature: Sequence[float]
    bins: Mapping[str, Sequence[float]]

    @property
    def reviews(self) -> int:
        """How many ratings there are."""
        return sum(self.ratings)

    def to_dict(self) -> dict[str, Any]:
        """Give the figures as JSON-ready values."""
        return asdict(self)


VERSION = 1
"""The version of :class:`DayFigures`."""


def by_day(groups: Iterable[Group]) -> dict[date, DayFigures]:
    """Put together what the database has added up of each day."""
    of_day: dict[date, list[Group]] = defaultdict(list)
    for group in groups:
        of_day[group.day].append(group)
    return {day: _day_figures(found) for day, found in of_day.items()}


def _day_figures(groups: Sequence[Group]) -> DayFigures:
    ratings = [0, 0, 0, 0]
    memories: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for group in groups:
        ratings[group.rating - 1] += group.reviews
        if group.memory:
            for name in (group.memory, str(group.bin)):
                memory = memories[name]
                memory[0] += group.reviews
                memory[1] += group.reviews if group.rating > 1 else 0
                memory[2] += group.predicted
    young, mature = memories.pop("young", [0, 0, 0.0]), memories.pop("mature", [0, 0, 0.0])
    return DayFigures(
        ratings=ratings,
        duration_ms=sum(group.duration_ms for group in groups),
        loss=sum(group.loss for group in groups),
        young=young,
        mature=mature,
        bins=dict(memories),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What ratings add up to. ``bins`` are those of predicted chances that hold any, in order.

    ``loss`` adds up the log losses of the predictions; ``days`` counts those with a rating.
    """

    days: int
    ratings: tuple[int, int, int, int]
    duration_ms: int
    young: Recall
    mature: Recall
    bins: Mapping[int, Recall]
    loss: float

    @property
    def reviews(self) -> int:
        """How many ratings there are."""
        return sum(self.ratings)

    @property
    def recall(self) -> Recall:
        """Young and mature cards together."""
        return self.young + self.mature

    @property
    def log_loss(self) -> float | None:
        """The mean log loss of the predictions: less is better, 0 is a prophet's."""
        return self.loss / self.recall.asked if self.recall.asked else None

    @property
    def rmse_bins(self) -> float | None:
        """How far what was remembered is from what was predicted, over the bins.

        The root of the mean square, weighted by ratings: the first RMSE (bins) of
        https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Metric.
        """
        asked = sum(found.asked for found in self.bins.values())
        if not asked:
            return None
        squares = ((r.predicted - r.remembered) ** 2 / r.asked for r in self.bins.values())
        return sqrt(sum(squares) / asked)


def add_up(days: Iterable[DayFigures]) -> Figures:
    """Add up the figures of some days."""
    again = hard = good = easy = number = duration = 0
    loss = 0.0
    recalls = {name: [0, 0, 0.0] for name in ("young", "mature")}
    for day in days:
        number += any(day.ratings)
        one, two, three, four = day.ratings
        again, hard, good, easy = again + one, hard + two, good + three, easy + four
        duration += day.duration_ms
        loss += day.loss
        for name, memory in (("young", day.young), ("mature", day.mature), *day.bins.items()):
            total = recalls.get(name)
            if total is None:
                total = recalls[name] = [0, 0, 0.0]
            total[0] += memory[0]
            total[1] += memory[1]
            total[2] += memory[2]
    found = {
        name: Recall(asked=int(asked), remembered=int(remembered), predicted=predicted)
        for name, (asked, remembered, predicted) in recalls.items()
    }
    young, mature = found.pop("young"), found.pop("mature")
    return Figures(
        days=number,
        ratings=(again, hard, good, easy),
        duration_ms=duration,
        young=young,
        mature=mature,
        bins={int(name): found[name] for name in sorted(found, key=int)},
        loss=loss,
    )


def together(figures: Sequence[Figures]) -> Figures:
    """Add up what was added up before."""
    bins: dict[int, Recall] = {}
    for found in figures:
        for place, recall in found.bins.items():
            bins[place] = bins[place] + recall if place in bins else recall
    again, hard, good, easy = (sum(found.ratings[place] for found in figures) for place in range(4))
    return Figures(
        days=sum(found.days for found in figures),
        ratings=(again, hard, good, easy),
        duration_ms=sum(found.duration_ms for found in figures),
        young=sum((found.young for found in figures), Recall()),
        mature=sum((found.mature for found in figures), Recall()),
        bins=dict(sorted(bins.items())),
        loss=sum(found.loss for found in figures),
    )


# Cards


def forgetting_curve(parameters: Parameters) -> tuple[float, float]:
    """Give decay and factor of FSRS-6: the chance is (1 + factor × days / stability) ^ decay."""
    decay = -parameters.weights[20]
    return decay, 0.9 ** (1 / decay) - 1


def histogram(counts: Iterable[tuple[int, int]], edges: Sequence[int]) -> tuple[int, ...]:
    """Put counts by whole numbers together: below the first edge, from each to the next, and on."""
    found = [0] * (len(edges) + 1)
    for value, number in counts:
        found[bisect_right(edges, value)] += number
    return tuple(found)
