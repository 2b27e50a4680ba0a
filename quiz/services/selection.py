"""Which cards one learner can study at one moment, and which of them comes first."""

from collections import Counter
from collections.abc import Iterator, Set
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import queries
from quiz.db.models import Learner
from quiz.learning.days import DAY
from quiz.learning.scheduling import MemoryState, State, retrievability
from quiz.questions.scope import Scope
from quiz.services import learners, switches
from quiz.services.deck import Flashcards

LEARN_AHEAD = timedelta(minutes=20)
"""How early a card in its first steps is shown where there is nothing else to do."""

MOST_OVERDUE = 50
"""Of how many cards, most overdue first, the least remembered comes next."""

LOOK_ALIKES = 4
"""How many cards of one family may come in a row before others have their turn."""


class Horizon:
    """How far ahead a learner can study at a moment: reviews of the whole study day, steps soon."""

    def __init__(self, learner: Learner, now: datetime) -> None:
        today = learners.study_day(learner, now)
        self.day_start = learners.day_start(learner, today)
        self.reviews_before = learners.day_start(learner, today + DAY)
        self.steps_until = now + LEARN_AHEAD

    def is_before(self, memory: MemoryState) -> bool:
        """Tell whether a card met before is not up yet."""
        if memory.due is None:
            return False
        if memory.state is State.REVIEW:
            return memory.due >= self.reviews_before
        return memory.due > self.steps_until


class Selection:
    """What a learner can study now, within a scope.

    Cards that left the catalogue or were switched off do not count.
    """

    def __init__(
        self,
        session: Session,
        learner: Learner,
        catalogue: Catalogue,
        *,
        now: datetime,
        scope: Scope | None,
    ) -> None:
        self.deck = catalogue.once(Flashcards)
        self.cards = self.deck.select(scope, switches.switched_off(session))
        self._session = session
        self._learner = learner
        self._now = now
        self._horizon = Horizon(learner, now)

    def in_order(self) -> Iterator[str]:
        """Give the keys, the one to study first first; ask the database only as far as needed.

        Queued cards come first, then cards in steps that are due, then reviews of
        this study day, then new cards, then cards in steps that are due soon.
        """
        yield from self.queued
        in_steps = self._in_steps()
        yield from (key for key, due in in_steps if due <= self._now)
        yield from self._overdue()
        yield from self.new()
        yield from (key for key, due in in_steps if due > self._now)

    @cached_property
    def queued(self) -> tuple[str, ...]:
        """The cards that the learner asked for, in that order."""
        keys = self._session.scalars(queries.queued_keys(self._learner.id))
        return tuple(key for key in keys if key in self.cards)

    def states(self) -> Counter[str]:
        """Count the cards in steps and in review that can be studied now, by state."""
        query = queries.keys_to_study(
            self._learner.id, self._horizon.steps_until, self._horizon.reviews_before
        )
        queued = set(self.queued)
        return Counter(
            state
            for key, state in self._session.execute(query)
            if key in self.cards and key not in queued
        )

    def new(self) -> list[str]:
        """The cards to meet on this study day beside those queued, in the deck's order."""
        learner = self._learner
        room = learner.new_per_day
        room -= self._session.scalars(queries.met_since(learner.id, self._horizon.day_start)).one()
        if room <= 0:
            return []
        met = set(self._session.scalars(queries.met_keys(learner.id)))
        coming = set(self.queued) - met
        return list(islice(self._not_in(met | coming), max(0, room - len(coming))))

    def next_due(self) -> datetime | None:
        """When the next of the other cards met can be studied; a review on its whole day."""
        horizon = self._horizon
        query = queries.keys_later(self._learner.id, horizon.steps_until, horizon.reviews_before)
        for row in self._first(query, 1):
            if row.state == State.REVIEW:
                return learners.day_start(self._learner, learners.study_day(self._learner, row.due))
            due: datetime = row.due
            return due
        return None

    def _in_steps(self) -> list[tuple[str, datetime]]:
        query = queries.keys_in_steps(self._learner.id, self._horizon.steps_until)
        return [(row.key, row.due) for row in self._first(query, MOST_OVERDUE)]

    def _overdue(self) -> list[str]:
        """The reviews due: look-alikes of the card just reviewed first, then the least remembered.

        Siblings that come one after another are told apart; met far apart, each
        would only be recognized.
        """
        query = queries.reviews_due(self._learner.id, self._horizon.reviews_before)
        overdue = self._first(query, MOST_OVERDUE)
        if not overdue:
            return []
        look_alikes = self._look_alikes()
        overdue.sort(
            key=lambda row: (
                self.cards[row.key].technique not in look_alikes,
                retrievability(row, self._now) or 0.0,
            )
        )
        return [row.key for row in overdue]

    def _look_alikes(self) -> Set[Technique]:
        """The siblings of the technique reviewed last, unless there were enough of them already."""
        query = queries.last_reviewed(self._learner.id, self._horizon.day_start)
        keys = self._session.scalars(query.limit(LOOK_ALIKES)).all()
        found = [self.deck.cards[key].technique for key in keys if key in self.deck.cards]
        if not found:
            return frozenset()
        siblings = frozenset(self.deck.catalogue.siblings(found[0]))
        in_a_row = len(found) == LOOK_ALIKES and siblings.issuperset(set(found) - {found[0]})
        return frozenset() if in_a_row else siblings

    def _first(self, query: Select[*tuple[Any, ...]], most: int) -> list[Row[*tuple[Any, ...]]]:
        """Read a query's first rows about cards in scope, and no more of it than that takes."""
        rows = self._session.execute(query, execution_options={"yield_per": MOST_OVERDUE})
        found = list(islice((row for row in rows if row.key in self.cards), most))
        rows.close()
        return found

    def _not_in(self, keys: Set[str]) -> Iterator[str]:
        for key, card in list(self.cards.items()):
            if key not in keys and self.deck.can_ask(card):
                yield key
