"""Ways to choose which card comes when: ours, and what it is measured against.

A policy names the cards of a day in order; the simulation takes them until the minutes
are used up, and tells each rating as soon as it is given. Days are counted from 0.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from math import ceil
from random import Random
from typing import Protocol

from bench.learning.memory import LONGEST_INTERVAL, Memory
from quiz.learning.parameters import STANDARD

REVIEWS_A_DAY = 200
"""From how many due on, the product sees a backlog."""
FIXED_INTERVALS = (1, 3, 7, 14, 30, 60, 120, 240)


class Policy(Protocol):
    """What the simulation asks of a policy."""

    def cards(self, day: int) -> Iterator[int]:
        """Name the cards of a day, met ones and new ones, in order."""

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        """Hear the ratings of a card's first day."""

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None:
        """Hear a later day's first rating, and those of looking again that day after a lapse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How new cards come in, in the deck's order.

    At most ``a_day`` of them once nothing is due. If ``mixed``, as in the product: evenly among
    what is due, unless that is more than REVIEWS_A_DAY. With ``upto``, before what is due, until
    so many are met as it says for the day: all policies meet the same cards on the same days.
    """

    deck: int
    a_day: int
    mixed: bool = False
    upto: tuple[int, ...] | None = None

    def new(self, day: int, met: int) -> range:
        """Name the new cards of a day, where ``met`` were met before."""
        upto = met + self.a_day if self.upto is None else self.upto[day]
        return range(met, min(upto, self.deck))


class Scheduled:
    """Cards have a date: those due, and new ones."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.known = 0
        self._due: dict[int, list[int]] = {}
        self._backlog: deque[int] = deque()
        self._returned = -1

    def cards(self, day: int) -> Iterator[int]:
        for missed in range(self._returned + 1, day + 1):
            self._backlog.extend(self._due.pop(missed, ()))
        self._returned = day
        self._backlog = deque(self.ordered(self._backlog, day))
        if self._intake.mixed:
            yield from self._mixed(day)
            return
        new_first = self._intake.upto is not None
        if new_first:
            yield from self._new(day)
        while self._backlog:
            yield self._backlog.popleft()
        if not new_first:
            yield from self._new(day)

    def _mixed(self, day: int) -> Iterator[int]:
        due = len(self._backlog)
        new = len(self._intake.new(day, self.known)) if due <= REVIEWS_A_DAY else 0
        for place in range(due + new):
            if (place + 1) * new // (due + new) > place * new // (due + new):
                self.known += 1
                yield self.known - 1
            else:
                yield self._backlog.popleft()

    def _new(self, day: int) -> Iterator[int]:
        for card in self._intake.new(day, self.known):
            self.known += 1
            yield card

    def ordered(self, cards: Iterable[int], day: int) -> Iterable[int]:
        """Put what is due in order: as it comes, that is by date."""
        return cards

    def schedule(self, card: int, day: int) -> None:
        self._due.setdefault(day, []).append(card)


class Order(StrEnum):
    """Which of the due cards comes first."""

    LIKELIEST = "likeliest to be remembered first"
    UNLIKELIEST = "likeliest to be forgotten first"
    DATE = "by date"
    SHIPPED = "likeliest to be forgotten first, but likeliest to be remembered of a backlog"


class Ours(Scheduled):
    """FSRS-6 as the product starts with it: default weights, whatever the learner's are."""

    def __init__(
        self,
        intake: Intake,
        order: Order = Order.LIKELIEST,
        retention: float = STANDARD.desired_retention,
    ) -> None:
        super().__init__(intake)
        self._order, self._retention = order, retention
        self._stability, self._difficulty = [0.0] * intake.deck, [0.0] * intake.deck
        self._last = [0] * intake.deck
        self.believe(Memory(STANDARD.weights))

    def believe(self, memory: Memory) -> None:
        """Take the learner's memory for this one from now on."""
        self.memory = memory
        self._interval = memory.days_until(self._retention)

    def ordered(self, cards: Iterable[int], day: int) -> Iterable[int]:
        if self._order is Order.DATE:
            return cards
        due = list(cards)
        least_first = self._order is Order.UNLIKELIEST or (
            self._order is Order.SHIPPED and len(due) <= REVIEWS_A_DAY
        )
        # The chance falls with the days in stabilities, so that they order as it would.
        due.sort(
            key=lambda card: (day - self._last[card]) / self._stability[card], reverse=least_first
        )
        return due

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        stability, difficulty = self.memory.first(ratings[0])
        for look in ratings[1:]:
            stability, difficulty = self.memory.again_today(stability, difficulty, look)
        self._keep(card, day, stability, difficulty)

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None:
        memory, stability = self.memory, self._stability[card]
        recall = memory.retrievability(stability, day - self._last[card])
        stability, difficulty = memory.review(stability, self._difficulty[card], recall, rating)
        for look in looks:
            stability, difficulty = memory.again_today(stability, difficulty, look)
        self._keep(card, day, stability, difficulty)

    def _keep(self, card: int, day: int, stability: float, difficulty: float) -> None:
        self._stability[card], self._difficulty[card] = stability, difficulty
        self._last[card] = day
        days = min(max(round(stability * self._interval), 1), LONGEST_INTERVAL)
        self.schedule(card, day + days)


class Fixed(Scheduled):
    """The same intervals for every card: a rung up when remembered, else back to the first."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(intake)
        self._rung = [0] * intake.deck

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        self.schedule(card, day + FIXED_INTERVALS[0])

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None:
        rung = 0 if rating == 1 else min(self._rung[card] + 1, len(FIXED_INTERVALS) - 1)
        self._rung[card] = rung
        self.schedule(card, day + FIXED_INTERVALS[rung])


class SuperMemo2(Scheduled):
    """SM-2 as P. A. Woźniak published it in 1990, for the first rating of a day.

    Again, Hard, Good and Easy are the qualities 2, 3, 4 and 5: what is below 3 does not
    touch the E-factor, so that it does not matter which failing quality Again is.
    """

    QUALITY = (2, 3, 4, 5)

    def __init__(self, intake: Intake) -> None:
        super().__init__(intake)
        self._repetitions = [0] * intake.deck
        self._interval, self._easiness = [0] * intake.deck, [2.5] * intake.deck

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        self.reviewed(card, day, ratings[0], ratings[1:])

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None:
        short = 5 - self.QUALITY[rating - 1]
        if short > 2:
            repetitions = 1
        else:
            repetitions = self._repetitions[card] + 1
            easiness = self._easiness[card] + 0.1 - short * (0.08 + short * 0.02)
            self._easiness[card] = max(easiness, 1.3)
        if repetitions == 1:
            interval = 1
        elif repetitions == 2:
            interval = 6
        else:
            # Without the rounding, the error of binary fractions would make 15 days 16.
            interval = ceil(round(self._interval[card] * self._easiness[card], 9))
        self._repetitions[card], self._interval[card] = repetitions, interval
        self.schedule(card, day + interval)


class Unscheduled:
    """Nothing is ever due: what is told is forgotten at once."""

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None: ...

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None: ...


class AtRandom(Unscheduled):
    """New cards first, then any of those met, by chance."""

    def __init__(self, intake: Intake, rng: Random) -> None:
        self._intake, self._rng = intake, rng
        self.known = 0

    def cards(self, day: int) -> Iterator[int]:
        for card in self._intake.new(day, self.known):
            self.known += 1
            yield card
        while self.known:
            yield self._rng.randrange(self.known)


class StraightThrough(Unscheduled):
    """Through the deck in its order, a little further each day, and at its end from the start."""

    def __init__(self, intake: Intake) -> None:
        self._round = cycle(range(intake.deck))

    def cards(self, day: int) -> Iterator[int]:
        return self._round


class Batches(Unscheduled):
    """A batch of the deck each week, round and round, as many as see the deck once by the end."""

    def __init__(self, intake: Intake, days: int) -> None:
        self._deck, self._size = intake.deck, ceil(intake.deck * 7 / days)
        self._batch = -1
        self._round: Iterator[int] = iter(())

    def cards(self, day: int) -> Iterator[int]:
        if day // 7 != self._batch:
            self._batch = day // 7
            start = self._batch * self._size
            self._round = cycle(range(start, min(start + self._size, self._deck)))
        return self._round
