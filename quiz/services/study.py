"""Flashcards: what to study next, and what rating it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import card_queries, queries
from quiz.db.models import Card, Learner, Review
from quiz.learning import leeches, scheduling
from quiz.learning.days import DAY
from quiz.learning.knowledge import nearness
from quiz.learning.scheduling import MemoryState, State
from quiz.questions.base import Nearness, Question
from quiz.questions.scope import Scope
from quiz.services import learners, log, parameters, switches, tags
from quiz.services.deck import DeckCard, Flashcards
from quiz.services.errors import Refused
from quiz.services.horizon import Horizon
from quiz.services.selection import Selection
from quiz.services.tags import Tags


class UnknownCard(Refused):
    """There is no such card, or none any more."""


class StaleCard(Refused):
    """A rating came for a review that cannot be next."""


class Reason(StrEnum):
    """Why not every review that is due comes on a study day."""

    LIMIT = "limit"
    SPREAD = "spread"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Reviews are due that do not come on this study day, and new cards wait for them.

    ``last_day`` is the last of the break or of the spread. ``extended_to`` is how many
    reviews this day would have in all, were more asked for. ``break_id`` is of the break
    that lasts.
    """

    reason: Reason
    last_day: date | None
    extended_to: int
    break_id: int | None = None


class Fate(StrEnum):
    """What became of a rating: it counts, it was undone, or the card was set back instead."""

    COUNTS = "counts"
    UNDONE = "undone"
    SET_BACK = "set back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cards can be studied now. Each card counts once.

    ``learning`` are in their first steps or in those after a lapse, ``due`` in
    review and to come on this study day, ``new`` as many as the daily limit leaves.
    ``next_due`` is when the next of the other cards met can be studied. ``waiting`` is
    set on a break, and where more is due than comes; else ``behind`` counts the reviews due
    that wait for another day, as of a technique one card comes a day.
    """

    learning: int
    due: int
    new: int
    queued: int
    next_due: datetime | None
    waiting: Waiting | None = None
    behind: int = 0

    @property
    def total(self) -> int:
        """How many cards there are to study now."""
        return self.learning + self.due + self.new + self.queued


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAnswer:
    """What a release, by its name, made of a card's answer since it was rated last."""

    release: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A card to show. ``sequence`` is the place that rating it takes in the card's log.

    ``previews`` says how long after now each rating would make it due again.
    ``due`` and ``last_review`` are empty for a new card; ``early`` says that the
    card was met before and is not up yet; ``changed`` that its answer is another one now.
    """

    key: str
    question: Question
    technique: Technique
    sequence: int
    is_new: bool
    previews: Mapping[int, timedelta]
    retrievability: float | None
    due: datetime | None
    last_review: datetime | None
    early: bool
    changed: ChangedAnswer | None
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What a rating did; ``recorded`` is false where that review was there already.

    ``id`` is that of its row of the log, ``undone`` says that it was undone since, and
    ``leech`` is how often the card was forgotten, where that is to be told.
    """

    recorded: bool
    next_due: datetime
    interval: timedelta
    rating: int
    id: int
    undone: bool = False
    leech: int = 0


def counts(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    now: datetime,
    scope: Scope | None = None,
) -> Counts:
    """Count what a learner can study now."""
    selection = Selection(session, learner, catalogue, now=now, scope=scope)
    return Counts(
        learning=len(selection.in_steps),
        due=selection.due,
        new=len(selection.new),
        queued=len(selection.queued),
        next_due=selection.next_due(),
        waiting=_waiting(selection),
        behind=selection.behind,
    )


def _waiting(selection: Selection) -> Waiting | None:
    room, today = selection.room, selection.horizon.today
    if room.running is None and not selection.backlog:
        return None
    reason, last_day = Reason.LIMIT, None
    if room.running:
        reason, last_day = Reason.BREAK, room.running.last_day
    elif room.days_left:
        reason, last_day = Reason.SPREAD, today + DAY * (room.days_left - 1)
    return Waiting(
        reason=reason,
        last_day=last_day,
        extended_to=room.extended_to,
        break_id=room.running.id if room.running else None,
    )


def next_card(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    now: datetime,
    scope: Scope | None = None,
) -> Served | None:
    """Choose the card to study next, or None where there is nothing to do."""
    selection = Selection(session, learner, catalogue, now=now, scope=scope)
    for key in selection.in_order():
        found = selection.cards.get(key)
        served = _serve(session, learner, selection.deck, found, now) if found else None
        if served is not None:
            return served
    return None


def card(
    session: Session, learner: Learner, catalogue: Catalogue, key: str, *, now: datetime
) -> Served | None:
    """Serve one card by key, due or not, or None where there is no such card.

    One that was switched off after it was shown can still be turned and rated.
    """
    deck = catalogue.once(Flashcards)
    found = deck.cards.get(key)
    return _serve(session, learner, deck, found, now) if found else None


def question_at(
    session: Session, learner: Learner, catalogue: Catalogue, key: str, sequence: int
) -> Question:
    """Ask again what a card asked, or asks next, at a place in its log from 1.

    Raises UnknownCard, and StaleCard for a place that is not reached yet.
    """
    deck = catalogue.once(Flashcards)
    found = deck.cards.get(key)
    row = _find(session, learner, key)
    if not 1 <= sequence <= (row.entries if row else 0) + 1:
        raise StaleCard("This card has not been shown to you. Go on with the next one.")
    question = _ask(session, learner, deck, found, row=row, sequence=sequence) if found else None
    if question is None:
        raise UnknownCard("This card is not there any more. Go on with the next one.")
    return question


def fate(session: Session, learner: Learner, key: str, sequence: int) -> Fate:
    """Tell what became of the rating at a place in a card's log that is reached already."""
    review = session.scalars(card_queries.entry_at(learner.id, key, sequence)).one_or_none()
    if review is None or review.rating == scheduling.RESET:
        return Fate.SET_BACK
    return Fate.UNDONE if review.undone_at else Fate.COUNTS


def rate(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    key: str,
    rating: int,
    *,
    sequence: int,
    duration_ms: int,
    now: datetime,
    answer: log.Answer | None = None,
) -> Rated:
    """Log a rating from 1 to 4 and schedule the card by it.

    A ``sequence`` that is in the log already changes nothing and gives what the
    first rating gave. ``duration_ms`` is cut to ten minutes; ``answer`` is what the rating
    was inferred from. Raises ValueError for
    another rating, UnknownCard, and StaleCard for a sequence that is not next.
    """
    if rating not in scheduling.RATINGS:
        raise ValueError(f"rating {rating} is not one of 1, 2, 3, 4")
    learners.lock(session, learner)
    row = _find(session, learner, key)
    entries = row.entries if row else 0
    if row and 1 <= sequence <= entries:
        known = session.scalars(queries.review(row.id, sequence)).one()
        if known.rating == scheduling.RESET:
            raise StaleCard("This card was set back to new since. Go on with the next one.")
        return rated(known, recorded=False)
    found = catalogue.once(Flashcards).cards.get(key)
    if found is None:
        raise UnknownCard("This card is not there any more. Go on with the next one.")
    if sequence != entries + 1:
        raise StaleCard("This card was rated elsewhere in the meantime. Go on with the next one.")
    if row is None:
        row = new_row(session, learner, found)
        session.flush()
    lapses = row.lapses
    review = log.append(
        session, learner, row, rating, duration_ms=duration_ms, now=now, answer=answer
    )
    told = row.lapses > lapses and leeches.is_told(row.lapses)
    return rated(review, recorded=True, leech=row.lapses if told else 0)


def queue(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    keys: Sequence[str],
    *,
    now: datetime,
) -> int:
    """Have cards studied next, due or not, in the order given.

    Those unknown or switched off are left out. Returns how many there are.
    """
    cards = catalogue.once(Flashcards).select(None, switches.switched_off(session))
    wanted = [cards[key] for key in dict.fromkeys(keys) if key in cards]
    learners.lock(session, learner)
    among = queries.cards_among(learner.id, [card.key for card in wanted])
    rows = {row.key: row for row in session.scalars(among, execution_options=queries.FRESH)}
    for place, found in enumerate(wanted):
        row = rows.get(found.key) or new_row(session, learner, found)
        row.queued_at = now + timedelta(microseconds=place)
    session.flush()
    return len(wanted)


def _find(session: Session, learner: Learner, key: str) -> Card | None:
    query = queries.card(learner.id, key)
    return session.scalars(query, execution_options=queries.FRESH).one_or_none()


def new_row(session: Session, learner: Learner, card: DeckCard) -> Card:
    """Add the row of a card that the learner has not met yet."""
    row = Card(
        learner_id=learner.id,
        key=card.key,
        stix_id=card.technique.stix_id,
        kind=card.kind.slug,
        state=State.NEW,
        reviews=0,
        lapses=0,
        entries=0,
        asked=0,
        remembered=0,
        duration_ms=0,
    )
    session.add(row)
    return row


def rated(review: Review, *, recorded: bool, leech: int = 0) -> Rated:
    """Say what a rating in the log did."""
    after = MemoryState.from_dict(review.after)
    interval = scheduling.interval(after)
    return Rated(
        recorded=recorded,
        next_due=review.reviewed_at + interval,
        interval=interval,
        rating=review.rating,
        id=review.id,
        undone=review.undone_at is not None,
        leech=leech,
    )


def _serve(
    session: Session, learner: Learner, deck: Flashcards, card: DeckCard, now: datetime
) -> Served | None:
    row = _find(session, learner, card.key)
    sequence = (row.entries if row else 0) + 1
    question = _ask(session, learner, deck, card, row=row, sequence=sequence)
    if question is None:
        return None
    state = log.memory(row) if row else MemoryState()
    by = parameters.of(session, learner)
    fuzz, day = log.fuzz_seed(card.key, sequence), learners.study_day(learner, now)
    return Served(
        key=card.key,
        question=question,
        technique=card.technique,
        sequence=sequence,
        is_new=state.state is State.NEW,
        previews=scheduling.preview(state, now, by, fuzz=fuzz, day=day),
        retrievability=scheduling.predicted(state, now, day, by),
        due=state.due,
        last_review=state.last_review,
        early=Horizon(learner, now).is_before(state),
        changed=changed_answer(row.changed_in, row.old_answer, row.new_answer) if row else None,
        tags=tags.of(row, now),
    )


def changed_answer(
    changed_in: str | None, old_answer: Sequence[str] | None, new_answer: Sequence[str] | None
) -> ChangedAnswer | None:
    """Say what a release made of a card's answer, as the card or its log keeps it."""
    if changed_in is None:
        return None
    return ChangedAnswer(
        release=changed_in, old=tuple(old_answer or ()), new=tuple(new_answer or ())
    )


def as_typed(answer: Sequence[str]) -> tuple[str, ...]:
    """Keep what was typed, or that nothing was, so that it can be told from ids chosen.

    Grading takes the parts together, so that an empty one changes nothing.
    """
    typed = " ".join(answer)
    return (typed, "") if typed.isdigit() else (typed,)


def _ask(
    session: Session,
    learner: Learner,
    deck: Flashcards,
    card: DeckCard,
    *,
    row: Card | None,
    sequence: int,
) -> Question | None:
    """Ask what a card asks at a place in its log: another question each time.

    The better the card was known there, the nearer the wrong options come. What was
    answered is asked as it was; what comes next, as the learner wants to answer.
    """
    chosen: Sequence[str] | None = None
    if row is None:
        state, seed = MemoryState(), 0
    elif sequence > row.entries:
        state, seed = log.memory(row), row.reviews
    else:
        review = session.scalars(queries.review(row.id, sequence)).one()
        state, seed, chosen = MemoryState.from_dict(review.before), review.seed, review.chosen
    near = nearness([state]) or Nearness.FAR
    if chosen is None:
        return deck.ask(card, seed=seed, nearness=near, typed=learner.answering == "type")
    asked = deck.ask(card, seed=seed, nearness=near)
    if asked is None or set(chosen) <= {option.id for option in asked.options}:
        return asked
    return deck.ask(card, seed=seed, nearness=near, typed=True)
