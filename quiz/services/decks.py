"""Decks: scopes that a learner keeps under a name, and how far each is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import deck_queries
from quiz.db.models import Learner, SavedDeck
from quiz.learning.days import DAY
from quiz.learning.parameters import Parameters
from quiz.learning.scheduling import State, predicted
from quiz.questions.scope import Scope
from quiz.services import learners, log, parameters, switches
from quiz.services.deck import DeckCard, Flashcards
from quiz.services.errors import Refused
from quiz.services.horizon import Horizon

MOST_DECKS = 100
MOST_LISTED = 150
"""How many techniques one deck lists: a scope has to fit in an address."""

LONGEST_NAME = 100
LONGEST_PATH = 366
"""How many days ahead a path may end."""

LEAST_TARGET, MOST_TARGET = 0.5, 0.99
FEW_TECHNIQUES = 500
"""Up to how many techniques of a deck the database keeps to; above, most cards are in it."""

Memory = Row[*tuple[Any, ...]]

_BETWEEN = re.compile(r"[\n,;]+")
_ID = re.compile(r"\bT\d{4}(?:\.\d{3})?\b", re.IGNORECASE)


class UnknownDeck(Refused):
    """There is no such deck, or none any more."""


class DeckRefused(Refused):
    """A deck cannot be kept like that; ``field`` is what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a path is to come to: on a study day, a share of its cards remembered."""

    until: date
    target: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A deck, and where its learner stands with it at a moment.

    ``due`` cards can be studied now; ``new`` were never met. Of the ``cards``, a ``share``
    from 0 to 1 is expected to be remembered now, those not met counting as not. ``suspended``
    ones count in none of these. ``gone`` are the IDs listed of which there is no technique.
    """

    id: int
    name: str
    scope: Scope
    goal: Goal | None
    cards: int
    met: int
    due: int
    share: float
    suspended: int
    gone: tuple[str, ...]

    @property
    def new(self) -> int:
        """How many cards were never met."""
        return self.cards - self.met


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list of techniques holds: IDs of the catalogue, and what is none."""

    ids: tuple[str, ...]
    unknown: tuple[str, ...]
    retired: tuple[str, ...]


def read_list(text: str, catalogue: Catalogue) -> Listed:
    """Find technique IDs in pasted text: by line or comma, with names beside them or without.

    An entry without an ID that there could be is unknown as a whole, cut to 60 characters.
    """
    retired = {str(technique.attack_id) for technique in catalogue.retired}
    found: dict[str, None] = {}
    unknown: dict[str, None] = {}
    gone: dict[str, None] = {}
    for entry in _BETWEEN.split(text):
        for name in _ids(entry.strip(), catalogue):
            known = catalogue.find(name)
            place = found if known else gone if name in retired else unknown
            place[name] = None
    return Listed(ids=tuple(found), unknown=tuple(unknown), retired=tuple(gone))


def _ids(entry: str, catalogue: Catalogue) -> list[str]:
    if not entry:
        return []
    if found := [match.upper() for match in _ID.findall(entry)]:
        return found
    # An organisation's own technique may have any ID.
    words = entry.split()
    own = [word for word in words if catalogue.find(word)]
    return own or [entry[:60]]


def find(session: Session, learner: Learner, deck_id: int) -> SavedDeck:
    """Find one of a learner's decks. Raises UnknownDeck."""
    found = session.scalars(deck_queries.deck(learner.id, deck_id)).one_or_none()
    if found is None:
        raise UnknownDeck("That deck is not there (any more).")
    return found


def name_of(session: Session, learner: Learner, scope: Scope) -> str | None:
    """The name that a learner has given a scope: that of the first deck that has it."""
    if not scope.query:
        return None
    return session.scalars(deck_queries.names(learner.id, scope.query).limit(1)).one_or_none()


def make(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    name: str,
    scope: Scope,
    goal: Goal | None = None,
    now: datetime,
) -> SavedDeck:
    """Keep a scope under a name. Raises DeckRefused."""
    learners.lock(session, learner)
    others = session.scalars(deck_queries.decks(learner.id)).all()
    if len(others) >= MOST_DECKS:
        raise DeckRefused("name", f"You have {MOST_DECKS} decks already. Delete one first.")
    deck = SavedDeck(learner_id=learner.id, created_at=now)
    _fill(learner, catalogue, deck, others, name=name, scope=scope, goal=goal, now=now)
    session.add(deck)
    session.flush()
    return deck


def change(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    deck_id: int,
    *,
    name: str,
    scope: Scope,
    goal: Goal | None = None,
    now: datetime,
) -> SavedDeck:
    """Give a deck another name, scope or path. Raises UnknownDeck and DeckRefused.

    A path starts anew on this day where its cards, its day or its target are others.
    """
    learners.lock(session, learner)
    deck = find(session, learner, deck_id)
    others = [row for row in session.scalars(deck_queries.decks(learner.id)) if row is not deck]
    _fill(learner, catalogue, deck, others, name=name, scope=scope, goal=goal, now=now)
    session.flush()
    return deck


def delete(session: Session, learner: Learner, deck_id: int) -> None:
    """Delete a deck; its cards and all that was learned of them stay. Raises UnknownDeck."""
    session.delete(find(session, learner, deck_id))
    session.flush()


def standings(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime
) -> tuple[Standing, ...]:
    """Tell where a learner stands with each of their decks, by name."""
    rows = session.scalars(deck_queries.decks(learner.id)).all()
    return _standings(session, learner, catalogue, rows, now=now)


def standing(
    session: Session, learner: Learner, catalogue: Catalogue, deck: SavedDeck, *, now: datetime
) -> Standing:
    """Tell where a learner stands with one deck."""
    return _standings(session, learner, catalogue, [deck], now=now)[0]


def scope_of(deck: SavedDeck) -> Scope:
    """What a deck holds."""
    return Scope.from_query(deck.scope)


def goal_of(deck: SavedDeck) -> Goal | None:
    """Where a deck's path leads, if it has one."""
    if deck.until is None or deck.target is None:
        return None
    return Goal(until=deck.until, target=deck.target)


def memories(session: Session, learner: Learner, cards: Iterable[DeckCard]) -> Mapping[str, Memory]:
    """Read what is known of some cards by key, of those that have a row; of others too."""
    techniques = {card.technique.stix_id for card in cards}
    if not techniques:
        return {}
    among = techniques if len(techniques) <= FEW_TECHNIQUES else None
    return {row.key: row for row in session.execute(deck_queries.memories(learner.id, among))}


def share(met: Iterable[Memory], cards: int, now: datetime, today: date, by: Parameters) -> float:
    """What share of so many cards is expected to be remembered now, by those of them met."""
    known = sum(predicted(log.memory(row), now, today, by) or 0.0 for row in met)
    return known / cards if cards else 0.0


def _standings(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    rows: Collection[SavedDeck],
    *,
    now: datetime,
) -> tuple[Standing, ...]:
    off = switches.switched_off(session)
    deck = catalogue.once(Flashcards)
    selected = [deck.select(scope_of(row), off) for row in rows]
    everything = {key: card for cards in selected for key, card in cards.items()}
    known = memories(session, learner, everything.values())
    by, horizon = parameters.of(session, learner), Horizon(learner, now)
    today = learners.study_day(learner, now)
    return tuple(
        _stands(row, cards, known, catalogue, by=by, horizon=horizon, today=today, now=now)
        for row, cards in zip(rows, selected, strict=True)
    )


def _stands(
    deck: SavedDeck,
    cards: Mapping[str, DeckCard],
    known: Mapping[str, Memory],
    catalogue: Catalogue,
    *,
    by: Parameters,
    horizon: Horizon,
    today: date,
    now: datetime,
) -> Standing:
    scope = scope_of(deck)
    rows = [known[key] for key in cards if key in known]
    suspended = sum(row.suspended_at is not None for row in rows)
    met = [row for row in rows if row.suspended_at is None and row.state != State.NEW]
    asked = len(cards) - suspended
    return Standing(
        id=deck.id,
        name=deck.name,
        scope=scope,
        goal=goal_of(deck),
        cards=asked,
        met=len(met),
        due=sum(_is_due(row, horizon) for row in met),
        share=share(met, asked, now, today, by),
        suspended=suspended,
        gone=tuple(i for i in scope.techniques if catalogue.find(i) is None),
    )


def _is_due(row: Memory, horizon: Horizon) -> bool:
    if row.due is None:
        return False
    if row.state == State.REVIEW:
        return bool(row.due < horizon.reviews_before)
    return bool(row.due <= horizon.steps_until)


def _fill(
    learner: Learner,
    catalogue: Catalogue,
    deck: SavedDeck,
    others: Collection[SavedDeck],
    *,
    name: str,
    scope: Scope,
    goal: Goal | None,
    now: datetime,
) -> None:
    name = " ".join(name.split())
    today = learners.study_day(learner, now)
    _check_name(name, others)
    _check_scope(scope, catalogue)
    before = (deck.scope, goal_of(deck)) if deck.scope is not None else None
    if goal and (before is None or before[1] != goal):
        _check_goal(goal, today)
    deck.name, deck.scope = name, scope.query
    deck.until = goal.until if goal else None
    deck.target = goal.target if goal else None
    if (deck.scope, goal) != before:
        deck.since = today if goal else None


def _check_name(name: str, others: Collection[SavedDeck]) -> None:
    if not name:
        raise DeckRefused("name", "Give the deck a name.")
    if len(name) > LONGEST_NAME:
        raise DeckRefused("name", f"Use a name of at most {LONGEST_NAME} characters.")
    if any(row.name.casefold() == name.casefold() for row in others):
        raise DeckRefused("name", f"You have a deck called “{name}” already. Choose another name.")


def _check_scope(scope: Scope, catalogue: Catalogue) -> None:
    if len(scope.techniques) > MOST_LISTED:
        raise DeckRefused(
            "techniques",
            f"One deck lists at most {MOST_LISTED} techniques, and these are"
            f" {len(scope.techniques)}. Choose by tactic or platform, or make two decks.",
        )
    if not catalogue.once(Flashcards).select(scope):
        raise DeckRefused("scope", "No card fits all of this. Choose less, and save again.")


def _check_goal(goal: Goal, today: date) -> None:
    if goal.until <= today:
        raise DeckRefused("until", "Choose a day after today.")
    if goal.until > today + LONGEST_PATH * DAY:
        raise DeckRefused("until", "Choose a day within a year from now.")
    if not LEAST_TARGET <= goal.target <= MOST_TARGET:
        raise DeckRefused("target", f"Choose a share from {LEAST_TARGET:.0%} to {MOST_TARGET:.0%}.")
