"""Which cards a learner has not met: read once a study day, and looked at again when served.

Reading every card met for each question would take the longer the more is known. What a
process remembers here is only where to look: the database is asked about what is taken.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from quiz.db import study_queries
from quiz.db.models import Learner
from quiz.services.deck import Deck, DeckCard

MOST_LEARNERS = 200
"""Of how many learners a process remembers this: of each, up to 8 bytes a card."""

READ_AGAIN = timedelta(minutes=10)
"""How soon it is read again where nothing is left: an archive may have been read in elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The keys of the cards not met, along a path, as they were read at a moment."""

    keys: tuple[str, ...]
    at: datetime


class Memory:
    """What a process remembers of the learners it has served last; threads share it."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[Any, ...], Seen] = OrderedDict()
        self._lock = Lock()

    def recall(self, name: tuple[Any, ...]) -> Seen | None:
        """Give what is remembered under a name."""
        with self._lock:
            if name in self._seen:
                self._seen.move_to_end(name)
            return self._seen.get(name)

    def keep(self, name: tuple[Any, ...], seen: Seen) -> None:
        """Remember, and forget who came longest ago."""
        with self._lock:
            self._seen[name] = seen
            self._seen.move_to_end(name)
            if len(self._seen) > MOST_LEARNERS:
                self._seen.popitem(last=False)


_memories: WeakKeyDictionary[Deck, Memory] = WeakKeyDictionary()


class Unmet:
    """The cards of a deck that a learner has not met on a study day, along the learner's path."""

    def __init__(
        self, session: Session, learner: Learner, deck: Deck, *, today: date, now: datetime
    ) -> None:
        self._session = session
        self._learner = learner
        self._deck = deck
        self._now = now
        self._path = deck.path(learner.new_order)
        # The database too: a process can serve several in turn, as the tests do.
        self._name = (session.get_bind().engine.url, learner.id, learner.new_order, today)
        self._memory = _memories.setdefault(deck, Memory())
        self._seen = self._memory.recall(self._name) or self._read()

    def put_back(self, keys: Collection[str]) -> None:
        """Put cards in their places again that were met and are new once more."""
        found = self._seen.keys
        for key in keys:
            place = self._path.get(key)
            if place is None:
                continue
            at = bisect_left(found, place, key=self._path.__getitem__)
            if at == len(found) or found[at] != key:
                found = (*found[:at], key, *found[at:])
        self._keep(found)

    def take(
        self, number: int, fits: Callable[[DeckCard], bool], *, without: Set[str], one_each: bool
    ) -> list[str]:
        """Take the first so many cards that fit, none of the techniques ``without``, by STIX id.

        With ``one_each``, no two are of one technique.
        """
        found = self._take(number, fits, without, one_each)
        if len(found) < number and self._now - self._seen.at >= READ_AGAIN:
            self._seen = self._read()
            found = self._take(number, fits, without, one_each)
        return found

    def _take(
        self, number: int, fits: Callable[[DeckCard], bool], without: Set[str], one_each: bool
    ) -> list[str]:
        """Ask the database about the first that fit, until none of them is met or suspended."""
        while True:
            found = list(self._first(number, fits, set(without), one_each))
            query = study_queries.unavailable(self._learner.id, found)
            gone = set(self._session.scalars(query)) if found else set()
            if not gone:
                return found
            self._keep(tuple(key for key in self._seen.keys if key not in gone))

    def _first(
        self, number: int, fits: Callable[[DeckCard], bool], without: set[str], one_each: bool
    ) -> Iterator[str]:
        cards = self._deck.cards
        for key in self._seen.keys:
            if number <= 0:
                return
            card = cards.get(key)
            if card is None or card.technique.stix_id in without or not fits(card):
                continue
            number -= 1
            if one_each:
                without.add(card.technique.stix_id)
            yield key

    def _read(self) -> Seen:
        met = set(self._session.scalars(study_queries.met_keys(self._learner.id)))
        seen = Seen(keys=tuple(key for key in self._path if key not in met), at=self._now)
        self._memory.keep(self._name, seen)
        return seen

    def _keep(self, keys: tuple[str, ...]) -> None:
        if keys is not self._seen.keys:
            self._seen = Seen(keys=keys, at=self._seen.at)
            self._memory.keep(self._name, self._seen)
