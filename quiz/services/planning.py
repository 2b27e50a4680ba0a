"""What a path asks of the days until its day: worked out once a study day, from its morning.

What is done in the course of a day is part of its plan, and does not change it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import floor
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import deck_queries
from quiz.db.models import Learner, SavedDeck
from quiz.learning.days import DAY
from quiz.learning.forecast import Day, Forecast, Load, Simulator, Start
from quiz.learning.habits import Habits, Rating, habits
from quiz.learning.scheduling import MemoryState
from quiz.services import decks, learners, log, parameters, switches
from quiz.services.deck import DeckCard, Flashcards
from quiz.services.decks import LEAST_TARGET, LONGEST_PATH, Memory

SPARE = 7
"""How many days before a path's day its last new card is to come; of a short path a third."""

READ_RATINGS = 2000
"""From how many of their latest ratings a learner's habits are read."""

RETENTIONS = (0.93, 0.95, 0.97, 0.99)
"""What desired retention might be raised to, to know more on the day."""

TRIES = 5
"""How many later days are tried."""

KEPT = 256
"""How many plans are kept."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What would make a path that cannot be reached; each may be empty where it would not.

    A later day; a lower target; cards of one technique on the same day, and the minutes a
    day of that; a higher desired retention, and the minutes a day of that.
    """

    later: date | None
    lower: float | None
    together_minutes: float | None
    retention: float | None
    retention_minutes: float | None

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return any((self.later, self.lower, self.together_minutes, self.retention))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is worked out once a day. ``keys`` are the deck's cards; ``loads`` begin with today.

    ``share`` of the cards is expected to be remembered on the morning of the day.
    """

    keys: Set[str]
    new_a_day: int
    share: float
    unmet: float
    reached: bool
    loads: tuple[Load, ...]


NOTHING = Plan(keys=frozenset(), new_a_day=0, share=0.0, unmet=0.0, reached=False, loads=())


class Kept(Generic[T]):
    """What was worked out last, by name."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], T] = {}

    def get(self, name: tuple[Any, ...]) -> T | None:
        """Give what was worked out already."""
        return self._kept.get(name)

    def keep(self, name: tuple[Any, ...], found: T) -> T:
        """Keep what was worked out, and forget the oldest where there is too much."""
        self._kept[name] = found
        for old in list(self._kept)[:-KEPT]:
            self._kept.pop(old, None)
        return found


class Plans:
    """The plans of the day. Make it with ``catalogue.once(Plans)``."""

    def __init__(self, _catalogue: Catalogue) -> None:
        self.plans = Kept[Plan]()
        self.ways = Kept[Ways]()


class Planner:
    """What planning the paths of one learner at one moment reads, each once and when needed."""

    def __init__(
        self, session: Session, learner: Learner, catalogue: Catalogue, now: datetime
    ) -> None:
        self.learner = learner
        self.now = now
        self.today = learners.study_day(learner, now)
        self.day_start = learners.day_start(learner, self.today)
        self.by = parameters.of(session, learner)
        self.known: Mapping[str, Memory] = {}
        self._session = session
        self._catalogue = catalogue
        self._cards: dict[int, Mapping[str, DeckCard]] = {}
        self._mornings: Mapping[str, tuple[int, MemoryState]] | None = None
        self._habits: Habits | None = None
        self._breaks: tuple[tuple[date, date], ...] | None = None

    def days_to(self, row: SavedDeck) -> int:
        """How many study days there are until the morning of a path's day; 0 once it is there."""
        return max(0, (row.until - self.today).days) if row.until else 0

    def read(self, rows: Collection[SavedDeck]) -> None:
        """Read the cards of some decks, and what is known of them."""
        deck, off = self._catalogue.once(Flashcards), switches.switched_off(self._session)
        selected = {row.id: deck.select(decks.scope_of(row), off) for row in rows}
        every = {key: card for cards in selected.values() for key, card in cards.items()}
        self.known = decks.memories(self._session, self.learner, every.values())
        for id_, cards in selected.items():
            self._cards[id_] = {
                key: card
                for key, card in cards.items()
                if key not in self.known or self.known[key].suspended_at is None
            }

    def cards(self, row: SavedDeck) -> Mapping[str, DeckCard]:
        """The cards of a deck that was read, without those suspended, by key and in order."""
        return self._cards[row.id]

    def is_studied(self, day: date) -> bool:
        """Tell whether a day is outside all breaks."""
        return not any(first <= day <= last for first, last in self._all_breaks())

    def plans(self, rows: Collection[SavedDeck]) -> Mapping[int, Plan]:
        """Plan paths from this morning on, or give today's plans again, by the decks' ids."""
        kept = self._catalogue.once(Plans).plans
        found = {row.id: kept.get(self._name(row)) for row in rows}
        unread = [row for row in rows if found[row.id] is None and row.id not in self._cards]
        if unread:
            self.read(unread)
        made: dict[int, Plan] = {}
        for row in rows:
            plan = found[row.id]
            made[row.id] = plan or kept.keep(self._name(row), self._make(row))
        return made

    def ways(self, row: SavedDeck, plan: Plan) -> Ways:
        """Try what would make a path that was read and whose plan does not, once a day as well."""
        kept = self._catalogue.once(Plans).ways
        name = self._name(row)
        return kept.get(name) or kept.keep(name, self._ways(row, plan))

    def _name(self, row: SavedDeck) -> tuple[Any, ...]:
        """Name a plan, so that it differs where anything is planned for that differs."""
        learner = self.learner
        return (
            *(self._session.get_bind(SavedDeck), learner.id, learner.bury_siblings, self.by),
            *(learner.time_zone, learner.rollover_hour, self.today, self._all_breaks()),
            *(row.id, row.created_at, row.scope, row.until, row.target),
        )

    def _make(self, row: SavedDeck) -> Plan:
        cards, ahead, target = self.cards(row), self._days(self.days_to(row)), row.target or 0.0
        if not ahead or not cards:
            return NOTHING
        found = self._simulator(row).plan(ahead, target, spare=spare_days(len(ahead)))
        return Plan(
            keys=frozenset(cards),
            new_a_day=found.new_a_day,
            share=found.forecast.share,
            unmet=found.forecast.unmet,
            reached=found.reached,
            loads=found.forecast.loads,
        )

    def _simulator(self, row: SavedDeck) -> Simulator:
        return Simulator(
            cards=self._starts(self.cards(row)),
            parameters=self.by,
            habits=self._own_habits(),
            one_each=self.learner.bury_siblings,
            seed=f"{row.id}/{self.today}",
        )

    def _ways(self, row: SavedDeck, found: Plan) -> Ways:
        simulator, target = self._simulator(row), row.target or 0.0
        ahead = self._days(self.days_to(row))
        after = self._later(simulator, len(ahead), target, found.new_a_day)
        ways = Ways(
            later=self.today + DAY * after if after else None,
            lower=None,
            together_minutes=None,
            retention=None,
            retention_minutes=None,
        )
        if simulator.one_each:
            other = replace(simulator, one_each=False)
            plan = other.plan(ahead, target, spare=spare_days(len(ahead)))
            if plan.reached:
                ways = replace(ways, together_minutes=_minutes(plan.forecast))
        if found.unmet:
            return ways
        lower = floor(found.share * 100) / 100
        ways = replace(ways, lower=lower if lower >= LEAST_TARGET else None)
        for retention in RETENTIONS:
            # Between two reviews a card is on average at about half-way from there to 1.
            if retention <= self.by.desired_retention or (1 + retention) / 2 < target - 0.01:
                continue
            by = replace(self.by, desired_retention=retention)
            more = replace(simulator, parameters=by).forecast(ahead, new_a_day=found.new_a_day)
            if more.makes(target):
                return replace(ways, retention=retention, retention_minutes=_minutes(more))
        return ways

    def _later(self, simulator: Simulator, days: int, target: float, new_a_day: int) -> int | None:
        """Find after how many days, more than so many, a path of that length is reached."""
        longer = self._days(min(LONGEST_PATH, 2 * days + 60))
        after = simulator.first_day(longer, target, new_a_day=new_a_day)
        for _ in range(TRIES):
            if after is None or after > len(longer):
                return None
            plan = simulator.plan(longer[:after], target, spare=spare_days(after))
            if plan.reached:
                return after
            after += max(1, after // 10)
        return None

    def _starts(self, cards: Mapping[str, DeckCard]) -> list[Start]:
        """The cards as they were this morning: what was done since then is part of the plan."""
        mornings = self._this_morning()
        starts = []
        for key, card in cards.items():
            entries, memory = 0, MemoryState()
            if key in mornings:
                entries, memory = mornings[key]
            elif row := self.known.get(key):
                entries, memory = row.entries, log.memory(row)
            starts.append(
                Start(key=key, technique=card.technique.stix_id, memory=memory, entries=entries)
            )
        return starts

    def _days(self, number: int) -> list[Day]:
        """The study days from today on."""
        dates = [self.today + DAY * place for place in range(number + 1)]
        starts = pairwise(learners.day_start(self.learner, day) for day in dates)
        after = self._own_habits().after
        return [
            Day(
                day=day,
                start=start,
                end=end,
                at=min(start + after, end - timedelta(minutes=1)),
                studied=self.is_studied(day),
            )
            for day, (start, end) in zip(dates, starts, strict=False)
        ]

    def _this_morning(self) -> Mapping[str, tuple[int, MemoryState]]:
        if self._mornings is None:
            query = deck_queries.first_of_day(self.learner.id, self.today)
            self._mornings = {
                key: (sequence - 1, MemoryState.from_dict(before))
                for key, sequence, before in self._session.execute(query)
            }
        return self._mornings

    def _own_habits(self) -> Habits:
        if self._habits is None:
            self._habits = habits_of(self._session, self.learner, before=self.day_start)
        return self._habits

    def _all_breaks(self) -> tuple[tuple[date, date], ...]:
        if self._breaks is None:
            last = self.today + LONGEST_PATH * DAY
            query = deck_queries.breaks_between(self.learner.id, self.today, last)
            self._breaks = tuple((first, until) for first, until in self._session.execute(query))
        return self._breaks


def spare_days(days: int) -> int:
    """Tell how many of a path's days are to be left when its last new card comes."""
    return min(SPARE, days // 3)


def habits_of(session: Session, learner: Learner, *, before: datetime) -> Habits:
    """Work out how a learner rates and how long it takes, from the latest ratings."""
    rows = session.execute(deck_queries.latest_ratings(learner.id, before, READ_RATINGS)).all()
    starts = {day: learners.day_start(learner, day) for day in {row.day for row in rows}}
    return habits(
        Rating(
            state=row.state_before,
            rating=row.rating,
            seconds=row.duration_ms / 1000,
            # Where they were in another zone then, the day began at another time.
            after=min(max(row.reviewed_at - starts[row.day], timedelta(0)), DAY),
        )
        for row in rows
    )


def _minutes(found: Forecast) -> float:
    asked = [load.seconds for load in found.loads if load.ratings]
    return sum(asked) / len(asked) / 60 if asked else 0.0
