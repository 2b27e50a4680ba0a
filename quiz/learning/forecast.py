"""What the days ahead will bring if everything asked is studied: a simulation, day by day.

It rates cards by :mod:`quiz.learning.scheduling`, as studying does: what a simulated card
comes to is what replaying its simulated log gives.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import ceil
from random import Random

from quiz.learning.days import DAY
from quiz.learning.habits import Habits
from quiz.learning.parameters import Parameters
from quiz.learning.scheduling import (
    IN_STEPS,
    Entry,
    MemoryState,
    State,
    overdueness,
    predicted,
    review,
)

LIVES = 400
"""About how many cards are simulated: of a large deck some techniques, of a small one copies."""

LIVED_DAYS = 48_000
"""How many days of all these cards together: where there are many days, it is fewer cards."""

MOST_NEW = 60
"""How many new cards a day a plan asks for at most."""

NO_GAIN = 0.002
"""A larger share by less than this is put down to chance."""

HURRY = 1.5
"""By how much more new cards a day the next plan is tried with, where one does not make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A card as it is before the first day. ``entries`` counts its rows in the log so far."""

    key: str
    technique: str
    memory: MemoryState
    entries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A study day ahead, when it is studied on, and whether it is at all."""

    day: date
    start: datetime
    end: datetime
    at: datetime
    studied: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a day asks: new cards, all ratings together, and how long they take."""

    new: float
    ratings: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A simulated card at the end, and its simulated log."""

    key: str
    memory: MemoryState
    log: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How it goes. ``share`` of all cards, from 0 to 1, is expected to be remembered at the end.

    ``unmet`` cards were not met by then; they count as not remembered.
    """

    loads: tuple[Load, ...]
    unmet: float
    share: float
    outcomes: tuple[Outcome, ...]

    def makes(self, target: float) -> bool:
        """Tell whether every card is met and at least so large a share remembered."""
        return not self.unmet and self.share >= target


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """So many new cards a day, and how that goes."""

    new_a_day: int
    forecast: Forecast
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """All that a simulation starts from. ``one_each``: of a technique, one card a day comes."""

    cards: Sequence[Start]
    parameters: Parameters
    habits: Habits
    one_each: bool
    seed: str = ""

    def forecast(self, days: Sequence[Day], *, new_a_day: int) -> Forecast:
        """Study some days, at least one, with so many new cards on each while there are any."""
        run = _Run(self, days, new_a_day)
        loads = tuple(run.study(place) for place in range(len(days)))
        return Forecast(
            loads=loads,
            unmet=run.unmet,
            share=run.share_after(days[-1]),
            outcomes=tuple(life.outcome() for life in run.lives),
        )

    def first_day(self, days: Sequence[Day], target: float, *, new_a_day: int) -> int | None:
        """Tell after how many days a target is reached first; None where it is not in these."""
        run = _Run(self, days, new_a_day)
        for place, day in enumerate(days):
            run.study(place)
            if not run.unmet and run.share_after(day) >= target:
                return place + 1
        return None

    def plan(self, days: Sequence[Day], target: float, *, spare: int) -> Plan:
        """Find how few new cards a day make a target at the end of some days, at least one.

        The search starts from so few that the last new card comes ``spare`` study days
        before the end. Where no number makes it, the plan is the one that comes nearest.
        """
        least, most = self.least(days, spare=spare), self._most()
        best, failed = self._try(days, target, least), least
        while not best.reached and failed < most:
            pace = min(most, ceil(failed * HURRY))
            found = self._try(days, target, pace)
            # All are met already, only too few remembered: where a faster pace helps no more.
            gain = found.forecast.share - best.forecast.share
            if not found.reached and not best.forecast.unmet and gain < NO_GAIN:
                break
            best = max(best, found, key=lambda p: (p.reached, -p.forecast.unmet, p.forecast.share))
            failed = failed if found.reached else pace
        while best.reached and best.new_a_day - failed > 1:
            pace = (best.new_a_day + failed) // 2
            found = self._try(days, target, pace)
            best, failed = (found, failed) if found.reached else (best, pace)
        return best

    def least(self, days: Sequence[Day], *, spare: int) -> int:
        """How few new cards a day bring all of them in time, with ``spare`` study days left."""
        studied = sum(day.studied for day in days)
        return min(self._most(), ceil(self._unmet() / max(1, studied - spare)))

    def _most(self) -> int:
        return min(MOST_NEW, self._unmet())

    def _unmet(self) -> int:
        return sum(card.memory.state is State.NEW for card in self.cards)

    def _try(self, days: Sequence[Day], target: float, new_a_day: int) -> Plan:
        found = self.forecast(days, new_a_day=new_a_day)
        return Plan(new_a_day=new_a_day, forecast=found, reached=found.makes(target))


@dataclass(slots=True, kw_only=True)
class _Life:
    """One card's way through the days; ``chance`` is its own, whatever happens to others."""

    start: Start
    technique: str
    chance: Random
    memory: MemoryState
    log: list[Entry] = field(default_factory=list)

    def outcome(self) -> Outcome:
        return Outcome(key=self.start.key, memory=self.memory, log=tuple(self.log))


class _Run:
    """One simulation under way."""

    def __init__(self, by: Simulator, days: Sequence[Day], new_a_day: int) -> None:
        self.lives = list(_lives(by.cards, by.seed, min(LIVES, LIVED_DAYS // len(days))))
        self._by = by
        self._days = days
        self._starts = [day.start for day in days]
        self._scale = len(self.lives) / len(by.cards) if by.cards else 1.0
        self._new_a_day = new_a_day * self._scale
        self._room = 0.0
        self._new = [life for life in self.lives if life.memory.state is State.NEW]
        self._due: list[list[_Life]] = [[] for _ in days]
        for life in self.lives:
            self._schedule(life, 0)

    @property
    def unmet(self) -> float:
        """How many of the deck's cards were not met so far."""
        return len(self._new) / self._scale

    def share_after(self, day: Day) -> float:
        """What share of the cards is expected to be remembered on the morning after a day."""
        next_day, by = day.day + DAY, self._by.parameters
        remembered = (predicted(life.memory, day.end, next_day, by) for life in self.lives)
        return sum(chance or 0.0 for chance in remembered) / max(1, len(self.lives))

    def study(self, place: int) -> Load:
        """Study one day: cards in steps, new cards and reviews, each to its end."""
        day, due = self._days[place], self._due[place]
        if not day.studied:
            self._put_off(due, place)
            return Load(new=0, ratings=0, seconds=0)
        in_steps = [life for life in due if life.memory.state in IN_STEPS]
        taken = {life.technique for life in in_steps}
        # A new card goes before a review of its technique: see quiz.services.selection.
        met = self._meet(taken)
        reviews = [life for life in due if life.memory.state is State.REVIEW]
        reviews.sort(key=lambda life: -overdueness(life.memory, day.at))
        today, later = self._one_each(reviews, taken)
        self._put_off(later, place)
        ratings, seconds = 0, 0.0
        for life in (*in_steps, *today, *met):
            for took in self._rate(life, day):
                ratings, seconds = ratings + 1, seconds + took
            self._schedule(life, place + 1)
        scale = self._scale
        return Load(new=len(met) / scale, ratings=ratings / scale, seconds=seconds / scale)

    def _one_each(
        self, reviews: Sequence[_Life], taken: set[str]
    ) -> tuple[list[_Life], list[_Life]]:
        """Part a day's reviews from those that siblings put off; adds to the techniques taken."""
        if not self._by.one_each:
            return list(reviews), []
        today: list[_Life] = []
        later: list[_Life] = []
        for life in reviews:
            (later if life.technique in taken else today).append(life)
            taken.add(life.technique)
        return today, later

    def _meet(self, taken: set[str]) -> list[_Life]:
        """Take the day's new cards, in order, off those not met."""
        self._room += self._new_a_day
        met: list[_Life] = []
        left: list[_Life] = []
        for place, life in enumerate(self._new):
            if len(met) >= int(self._room + 1e-9):
                left += self._new[place:]
                break
            if self._by.one_each and life.technique in taken:
                left.append(life)
                continue
            taken.add(life.technique)
            met.append(life)
        self._new = left
        # What a day has no card for is not made up for: the plan is so many a day.
        self._room %= 1
        return met

    def _rate(self, life: _Life, day: Day) -> Iterator[float]:
        """Rate a card until it is done for the day; gives how many seconds each takes."""
        at = max(day.at, life.memory.due or day.at) if life.memory.state in IN_STEPS else day.at
        while at < day.end:
            before = life.memory
            known = predicted(before, at, day.day, self._by.parameters)
            rating = self._by.habits.rate(before.state, known or 0.0, life.chance.random())
            fuzz = f"{life.start.key}/{life.start.entries + len(life.log) + 1}"
            life.log.append(
                Entry(
                    rating=rating,
                    at=at,
                    fuzz=fuzz,
                    parameters=self._by.parameters,
                    day=day.day,
                )
            )
            life.memory = review(before, rating, at, self._by.parameters, fuzz=fuzz, day=day.day)
            yield self._by.habits.seconds(before.state, rating)
            if life.memory.state not in IN_STEPS:
                return
            at = max(at, life.memory.due or at)

    def _schedule(self, life: _Life, first: int) -> None:
        """Put a card on the day that it is due, at the earliest on a given one."""
        if life.memory.due is None:
            return
        place = max(first, bisect_right(self._starts, life.memory.due) - 1)
        # Past the last day's start it may be due after its end as well.
        if place < len(self._days) and life.memory.due < self._days[place].end:
            self._due[place].append(life)

    def _put_off(self, lives: Sequence[_Life], place: int) -> None:
        if place + 1 < len(self._days):
            self._due[place + 1].extend(lives)


def _lives(cards: Sequence[Start], seed: str, most: int) -> Iterator[_Life]:
    """Copy a small deck, and take every so many-th technique of a large one."""
    if len(cards) > most:
        techniques = list(dict.fromkeys(card.technique for card in cards))
        kept = set(techniques[:: ceil(len(cards) / most)])
        cards = [card for card in cards if card.technique in kept]
    copies = max(1, most // max(1, len(cards)))
    for card in cards:
        for copy in range(copies):
            yield _Life(
                start=card,
                technique=f"{card.technique} {copy}",
                chance=Random(f"{seed}/{card.key}/{copy}"),  # noqa: S311 - variety, not secrecy
                memory=replace(card.memory),
            )
