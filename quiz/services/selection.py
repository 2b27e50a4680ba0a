"""Which cards one learner can study at one moment, and which of them comes first."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import study_queries
from quiz.db.models import Learner
from quiz.learning.days import DAY
from quiz.learning.scheduling import IN_STEPS, State, overdueness
from quiz.questions.scope import Scope
from quiz.services import learners, limits, paths, switches
from quiz.services.deck import DeckCard, Flashcards
from quiz.services.horizon import Horizon
from quiz.services.unmet import Unmet

LOOK_ALIKES = 4
"""How many cards of one family may come in a row before others have their turn."""

BEST_KNOWN_FIRST = True
"""Which reviews of a backlog come: those most likely to be known still, or least likely."""

LOOK_FURTHER = 2
"""From how many times as many as a day has room for, the reviews of a backlog are chosen.

They are those due last. With twice as many, they were remembered as well as the best of all
(to 0.0001, of backlogs of 3 to 90 days), and as many are read however large it is.
"""

A_BATCH = 50
"""How many rows are read at a time at least."""

FEW_TECHNIQUES = 500
"""Up to how many techniques of a scope the database keeps to; above, most rows are in it."""

Found = Row[*tuple[Any, ...]]


class Selection:
    """What a learner can study now, within a scope.

    Cards that left the catalogue or were switched off do not count; suspended and buried
    ones do not either. Of a technique's cards one comes a study day, beside those in steps
    and those asked for, unless the learner wants it otherwise. What is counted here is what
    comes: each card rated makes one fewer.
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
        self.cards: Mapping[str, DeckCard] = self.deck.select(scope, switches.switched_off(session))
        self.horizon = Horizon(learner, now)
        self._session = session
        self._learner = learner
        self._now = now
        self._scope = scope if scope and scope.query else None
        self._held_back = False  # whether a review was due that cannot come on this day
        self._behind = 0  # how many of those wait for a card of their technique
        self._done = limits.done(session, learner, self.horizon.today)
        self.room = limits.room(
            session, learner, self.horizon.today, self.horizon.reviews_before, self._done
        )

    def in_order(self) -> Iterator[str]:
        """Give the keys, the one to study first first.

        Queued cards come first, then cards in steps that are due, then the reviews and new
        cards of this study day in turn, then cards in steps that are due soon.
        """
        yield from self.queued
        yield from (key for key, due in self.in_steps if due <= self._now)
        yield from self._in_turn()
        yield from (key for key, due in self.in_steps if due > self._now)

    @cached_property
    def queued(self) -> tuple[str, ...]:
        """The cards that the learner asked for, in that order."""
        return tuple(row.key for row in self._queued)

    @cached_property
    def in_steps(self) -> tuple[tuple[str, datetime], ...]:
        """The cards in steps that are due by now or soon, with when, the first due first.

        On a break, only those that were studied today for all that.
        """
        return tuple(
            (row.key, row.due)
            for row in self._steps
            if row.due <= self.horizon.steps_until
            and not self._is_buried(row)
            and (self.room.running is None or row.key in self._done.keys)
        )

    @property
    def due(self) -> int:
        """How many reviews come on this study day."""
        return min(self._number(self._coming), self._room_for_reviews)

    @property
    def behind(self) -> int:
        """How many reviews are due but wait, as another card of their technique comes on this day.

        None where there is a backlog or a break: then they wait for that.
        """
        if self.backlog or self.room.running:
            return 0
        return len(self._due) - self.due + self._behind

    @cached_property
    def reviews(self) -> tuple[str, ...]:
        """The reviews of this study day, in order: look-alikes of the card just reviewed first.

        Siblings that come one after another are told apart; met far apart, each would
        only be recognized. After them the least remembered comes first, but in a backlog
        the best.
        """
        rows = sorted(
            self._coming,
            key=lambda row: overdueness(row, self._now),
            reverse=not (self.backlog and BEST_KNOWN_FIRST),
        )
        if self._learner.bury_siblings:
            rows = list(_first_of_each(rows))
        rows = rows[: self._room_for_reviews]
        rows.sort(key=lambda row: row.stix_id not in self._look_alikes)
        return tuple(row.key for row in rows)

    @cached_property
    def new(self) -> tuple[str, ...]:
        """The cards to meet on this study day beside those queued, along the learner's path.

        Those that decks with a day ask for come first. None while there is a backlog.
        """
        room = self.room.new - len(self._new_queued) - len(self._for_decks)
        if room <= 0 or self.backlog:
            return self._for_decks
        techniques = {self.cards[key].technique.stix_id for key in self._for_decks}
        due = {row.stix_id for row in self._due} | techniques
        without = self._taken | due if self._learner.bury_siblings else self._taken
        mine = set(self._for_decks)
        return (*self._for_decks, *self._meet(room, self.cards.keys() - mine, without))

    @cached_property
    def backlog(self) -> bool:
        """Whether more reviews are due than there is room for, in scope or not."""
        if self._scope is None:
            return self._number(self._due) > self._room_for_reviews
        deck = self.deck.cards
        return self._number(self._read_due(deck, None, self.room.reviews)) > self.room.reviews

    def next_due(self) -> datetime | None:
        """When the next of the other cards met can be studied; a review on its whole day."""
        found: list[datetime] = [
            row.due for row in self._steps if row.due > self.horizon.steps_until
        ]
        if len(self._due) > self.due or self._held_back:
            found.append(self.horizon.reviews_before)
        else:
            query = study_queries.due_later(self._learner.id, self.horizon.reviews_before)
            for row in self._stream(query, self.cards):
                day = learners.study_day(self._learner, row.due)
                found.append(learners.day_start(self._learner, day))
                break
        if found and self.room.running:
            back = learners.day_start(self._learner, self.room.running.last_day + DAY)
            return max(min(found), back)
        return min(found, default=None)

    def _in_turn(self) -> Iterator[str]:
        """Give the day's reviews and new cards, the new ones evenly among them.

        A new one has its turn when a smaller share of them is done than of the reviews;
        look-alikes of the card just reviewed go before.
        """
        reviews, new = list(self.reviews), list(self.new)
        done, met = self._done.reviewed, self._done.met
        all_reviews, all_new = done + len(reviews), met + len(new)
        alike = sum(self.cards[key].technique.stix_id in self._look_alikes for key in reviews)
        while reviews or new:
            turn_of_new = met * all_reviews < done * all_new and not alike
            if new and (turn_of_new or not reviews):
                met += 1
                yield new.pop(0)
            else:
                done, alike = done + 1, max(0, alike - 1)
                yield reviews.pop(0)

    @cached_property
    def _queued(self) -> Sequence[Found]:
        rows = self._session.execute(study_queries.queued(self._learner.id)).all()
        return [row for row in rows if row.key in self.cards]

    @cached_property
    def _unsettled(self) -> Sequence[Found]:
        """The cards in no review: in steps, new again, or never met but with a row."""
        return self._session.execute(study_queries.unsettled(self._learner.id)).all()

    @cached_property
    def _steps(self) -> Sequence[Found]:
        queued = set(self.queued)
        return [
            row
            for row in self._unsettled
            if row.state in IN_STEPS and row.key in self.cards and row.key not in queued
        ]

    @cached_property
    def _taken(self) -> Set[str]:
        """The techniques, by STIX id, of which a card was or will be studied on this day."""
        if not self._learner.bury_siblings:
            return frozenset()
        return {
            *self._done.stix_ids,
            *(row.stix_id for row in self._queued),
            *(row.stix_id for row in self._steps if row.due < self.horizon.reviews_before),
        }

    @cached_property
    def _room_for_reviews(self) -> int:
        """The reviews queued take from the day's room too, as they do once they are rated."""
        coming = sum(
            1
            for row in self._queued
            if row.state == State.REVIEW and row.key not in self._done.keys
        )
        return max(0, self.room.reviews - coming)

    @cached_property
    def _due(self) -> list[Found]:
        """The reviews that can come on this day, or of a backlog more than there is room for."""
        among = None
        if self._scope is not None:
            in_scope = {card.technique.stix_id for card in self.cards.values()}
            among = in_scope if len(in_scope) <= FEW_TECHNIQUES else None
        return self._read_due(self.cards, among, LOOK_FURTHER * self._room_for_reviews)

    def _read_due(
        self, cards: Mapping[str, DeckCard], among: Set[str] | None, most: int
    ) -> list[Found]:
        """Read reviews due until they are of more techniques than so many."""
        query = study_queries.due(
            self._learner.id,
            self.horizon.reviews_before,
            among=among,
            latest=BEST_KNOWN_FIRST,
        )
        queued = set(self.queued)
        found: list[Found] = []
        techniques: set[str] = set()
        for row in self._stream(query, cards, A_BATCH + most):
            if row.key in queued:
                continue
            if row.key in self._done.keys or row.stix_id in self._taken or self._is_buried(row):
                self._held_back = True
                if cards is self.cards:
                    done_or_buried = row.key in self._done.keys or self._is_buried(row)
                    self._behind += not done_or_buried
                continue
            found.append(row)
            techniques.add(row.stix_id)
            if len(techniques if self._learner.bury_siblings else found) > most:
                break
        return found

    def _number(self, rows: Sequence[Found]) -> int:
        """How many of some reviews can come on one day."""
        return len({row.stix_id for row in rows}) if self._learner.bury_siblings else len(rows)

    @cached_property
    def _coming(self) -> list[Found]:
        """The reviews due without those whose technique has a new card for a deck with a day.

        Such a card goes before a review of its technique, which waits a day: with the review
        first, a technique of which much is known would have no day for anything new.
        """
        if not self._learner.bury_siblings:
            return self._due
        met = {self.cards[key].technique.stix_id for key in self._for_decks}
        return [row for row in self._due if row.stix_id not in met]

    @cached_property
    def _for_decks(self) -> tuple[str, ...]:
        """The new cards of this study day that decks with a day ask for."""
        found: list[str] = []
        needs = paths.new_today(self._session, self._learner, self.deck.catalogue, now=self._now)
        if not needs or self.room.running or self.backlog:
            return ()
        for need in needs:
            coming = len(need.keys & {*found, *self._new_queued})
            techniques = {self.cards[key].technique.stix_id for key in found}
            without = self._taken | techniques if self._learner.bury_siblings else self._taken
            found += self._meet(need.number - coming, need.keys - set(found), without)
        return tuple(found)

    def _meet(self, number: int, among: Set[str], without: Set[str]) -> list[str]:
        """Choose new cards to meet among some, along the learner's path."""
        if number <= 0:
            return []
        rows = [row for row in self._unsettled if row.state == State.NEW]
        not_now = {row.key for row in rows if self._is_buried(row)} | set(self.queued)
        return self._unmet.take(
            number,
            lambda card: (
                card.key in among
                and card.key in self.cards
                and card.key not in not_now
                and self.deck.can_ask(card)
            ),
            without=without,
            one_each=self._learner.bury_siblings,
        )

    @cached_property
    def _unmet(self) -> Unmet:
        unmet = Unmet(
            self._session, self._learner, self.deck, today=self.horizon.today, now=self._now
        )
        unmet.put_back([row.key for row in self._unsettled if row.state == State.NEW])
        return unmet

    @cached_property
    def _new_queued(self) -> Set[str]:
        return {row.key for row in self._queued if row.state == State.NEW}

    @cached_property
    def _look_alikes(self) -> Set[str]:
        """The siblings of the technique reviewed last, unless there were enough of them already."""
        catalogue = self.deck.catalogue
        latest = [catalogue.by_stix_id.get(i) for i in self._done.stix_ids[:LOOK_ALIKES]]
        found = [technique for technique in latest if technique]
        if not found:
            return frozenset()
        siblings = {technique.stix_id for technique in catalogue.siblings(found[0])}
        others = {technique.stix_id for technique in found} - {found[0].stix_id}
        in_a_row = len(found) == LOOK_ALIKES and siblings >= others
        return frozenset() if in_a_row else siblings

    def _is_buried(self, row: Found) -> bool:
        return row.buried_until is not None and row.buried_until > self._now

    def _stream(
        self,
        query: Select[*tuple[Any, ...]],
        cards: Mapping[str, DeckCard],
        batch: int = A_BATCH,
    ) -> Iterator[Found]:
        """Read a query's rows about some cards, and no more of it than is asked for."""
        rows = self._session.execute(query, execution_options={"yield_per": batch})
        try:
            for row in rows:
                if row.key in cards:
                    yield row
        finally:
            rows.close()


def _first_of_each(rows: Sequence[Found]) -> Iterator[Found]:
    """Of each technique, keep the row that comes first."""
    techniques: set[str] = set()
    for row in rows:
        if row.stix_id not in techniques:
            techniques.add(row.stix_id)
            yield row
