"""Custom study: going through some cards outside the schedule. It writes nothing.

What is gone through follows from what was asked for and when, so that an address is enough to
find it again, whatever was studied since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from random import Random
from zlib import crc32

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import deck_queries, queries
from quiz.db.models import Learner
from quiz.learning.parameters import Parameters
from quiz.learning.scheduling import MemoryState, State, retrievability
from quiz.questions.base import Question
from quiz.questions.scope import Scope
from quiz.services import decks, log, parameters, switches
from quiz.services.deck import DeckCard, Flashcards

MOST_CARDS = 100
MOST_DAYS = 365
OTHER_SEEDS = 1_000_000
"""From where on questions of custom study are seeded: those of reviews count from 0."""


class Which(StrEnum):
    """Which cards: forgotten lately, due soon, any met, or any at all."""

    FORGOTTEN = "forgotten"
    AHEAD = "ahead"
    MET = "met"
    ALL = "all"


class Order(StrEnum):
    """In which order: at random, or the least remembered first."""

    RANDOM = "random"
    LEAST = "least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be gone through: at most ``most`` cards, as things stood at a moment.

    ``days`` is how far back something was forgotten, or how far ahead it is due.
    """

    which: Which
    days: int
    most: int
    order: Order
    seed: int
    at: datetime
    scope: Scope


def choose(session: Session, learner: Learner, catalogue: Catalogue, wish: Wish) -> tuple[str, ...]:
    """Choose the cards to go through, in order, by key: always the same for the same wish."""
    deck = catalogue.once(Flashcards)
    cards = deck.select(wish.scope, switches.switched_off(session))
    rows = decks.memories(session, learner, cards.values())
    known = _as_it_was(session, learner, rows, wish.at)
    awake = {key: card for key, card in cards.items() if not _is_suspended(rows, key)}
    keys = _wanted(session, learner, wish, awake, known)
    ordered = _in_order(keys, wish, known, parameters.of(session, learner))
    met = (State.LEARNING, State.REVIEW, State.RELEARNING)
    askable = (
        key
        for key in ordered
        if (key in known and known[key].state in met) or deck.can_ask(awake[key])
    )
    return tuple(islice(askable, wish.most))


def ask(catalogue: Catalogue, key: str, seed: int) -> tuple[DeckCard, Question] | None:
    """Ask about a card otherwise than its next review will, so that this gives nothing away."""
    deck = catalogue.once(Flashcards)
    card = deck.cards.get(key)
    if card is None:
        return None
    question = deck.ask(card, seed=OTHER_SEEDS + crc32(f"{seed}/{key}".encode()))
    return (card, question) if question else None


def _as_it_was(
    session: Session, learner: Learner, rows: Mapping[str, decks.Memory], at: datetime
) -> Mapping[str, MemoryState]:
    """What was known of some cards at a moment."""
    before: dict[str, MemoryState] = {}
    for key, memory in session.execute(deck_queries.memories_at(learner.id, at)):
        before.setdefault(key, MemoryState.from_dict(memory))
    return {key: before[key] if key in before else log.memory(row) for key, row in rows.items()}


def _is_suspended(rows: Mapping[str, decks.Memory], key: str) -> bool:
    return key in rows and rows[key].suspended_at is not None


def _wanted(
    session: Session,
    learner: Learner,
    wish: Wish,
    cards: Mapping[str, DeckCard],
    known: Mapping[str, MemoryState],
) -> Iterator[str]:
    if wish.which is Which.ALL:
        yield from cards
        return
    if wish.which is Which.FORGOTTEN:
        missed = _missed(session, learner, wish.at - timedelta(days=wish.days), wish.at)
        yield from (key for key in cards if key in missed)
        return
    until = wish.at + timedelta(days=wish.days)
    for key in cards:
        memory = known.get(key)
        if memory is None or memory.due is None or memory.state is State.NEW:
            continue
        if wish.which is Which.MET or wish.at < memory.due <= until:
            yield key


def _missed(session: Session, learner: Learner, since: datetime, until: datetime) -> set[str]:
    """The cards rated *again*, or answered wrong in a quiz, within some time."""
    forgotten = session.execute(queries.forgotten(learner.id, since))
    wrong = session.execute(queries.answered_wrong(learner.id, since))
    return {key for rows in (forgotten, wrong) for key, at in rows if at <= until}


def _in_order(
    keys: Iterator[str], wish: Wish, known: Mapping[str, MemoryState], by: Parameters
) -> list[str]:
    """Put cards in order; those never met come last where the least remembered come first."""
    found = sorted(keys, key=lambda key: Random(f"{wish.seed}/{key}").random())  # noqa: S311 - variety, not secrecy
    if wish.order is Order.LEAST:

        def remembered(key: str) -> float:
            chance = retrievability(known[key], wish.at, by) if key in known else None
            return 2.0 if chance is None else chance

        found.sort(key=remembered)
    return found
