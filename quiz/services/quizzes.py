"""Attempts at quizzes as they are read: one question at a time, sealed until it may be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import quiz_queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.db.queries import FRESH
from quiz.learning.grading import grade
from quiz.learning.setup import Setup
from quiz.questions.base import AnswerKind, Grade, Question
from quiz.questions.scope import Scope
from quiz.services import switches
from quiz.services.deck import Deck, DeckCard
from quiz.services.errors import Refused
from quiz.services.sealing import sealed

ON_THE_WAY = timedelta(seconds=3)
"""How long after the end of a time limit an answer still counts: it was sent before."""


class NotFound(Refused):
    """The learner has no such attempt, or it has no such question."""


class TimeIsUp(Refused):
    """An attempt's time limit is over, and nobody has ended the attempt yet.

    ``attempt_id`` says which one; ending it hands in what was saved.
    """

    def __init__(self, attempt_id: int) -> None:
        super().__init__("Time is up. What you had saved by then was handed in.")
        self.attempt_id = attempt_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a question of an attempt stands. ``grade`` is empty until it may be told."""

    answered: bool
    flagged: bool
    grade: Grade | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of an attempt. ``position`` counts from 1.

    Until it may be told, ``question`` is sealed: what would tell the key is not in it.
    ``chosen`` is the answer, as grading has it; ``grade`` is empty until it may be told.
    ``version`` counts how often the answer was saved. ``places`` are all the attempt's questions.
    """

    attempt: Attempt
    setup: Setup
    position: int
    question: Question
    chosen: tuple[str, ...]
    grade: Grade | None
    answered: bool
    flagged: bool
    confidence: str | None
    version: int
    answered_at: datetime | None
    places: tuple[Place, ...]

    @property
    def finished(self) -> bool:
        """Whether the attempt is over."""
        return self.attempt.finished_at is not None

    @property
    def told(self) -> bool:
        """Whether the key may be shown."""
        return self.setup.mode.behaviour.tells(answered=self.answered, finished=self.finished)

    @property
    def total(self) -> int:
        """How many questions the attempt has, so far."""
        return len(self.places)

    @property
    def answered_positions(self) -> tuple[int, ...]:
        """The places of all questions that have an answer."""
        return tuple(n for n, place in enumerate(self.places, start=1) if place.answered)

    @property
    def flagged_positions(self) -> tuple[int, ...]:
        """The places of all questions that the learner flagged."""
        return tuple(n for n, place in enumerate(self.places, start=1) if place.flagged)

    @property
    def reached(self) -> tuple[Place, ...]:
        """The places to show: all, but of a quiz without an end none that was only drawn ahead."""
        if not self.setup.is_endless:
            return self.places
        touched = (self.position, *self.answered_positions, *self.flagged_positions)
        return self.places[: max(touched)]

    @property
    def next_position(self) -> int | None:
        """The first place without an answer."""
        return next((n for n, place in enumerate(self.places, start=1) if not place.answered), None)


def available(session: Session, catalogue: Catalogue, scope: Scope) -> int:
    """Count the cards that a scope can ask about, as far as is known without asking them."""
    return len(catalogue.once(Deck).select(scope, switches.switched_off(session)))


def attempt(session: Session, learner: Learner, attempt_id: int, *, now: datetime) -> Attempt:
    """Find one of the learner's attempts. Raises NotFound, and TimeIsUp."""
    return _in_time(attempt_at_any_time(session, learner, attempt_id), now)


def attempt_at_any_time(session: Session, learner: Learner, attempt_id: int) -> Attempt:
    """Find one of the learner's attempts, whether its time is up or not. Raises NotFound."""
    query = quiz_queries.attempt(learner.id, attempt_id)
    found = session.scalars(query, execution_options=FRESH).one_or_none()
    if found is None:
        raise NotFound("There is no such quiz.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A question of an attempt as it is kept; ``is_last`` where all others have an answer."""

    attempt: Attempt
    row: AttemptQuestion
    is_last: bool


def find(
    session: Session, learner: Learner, attempt_id: int, position: int, *, now: datetime
) -> Found:
    """Find a question and its attempt, as they are now. Raises NotFound, and TimeIsUp."""
    at = {"learner_id": learner.id, "attempt_id": attempt_id, "position": position}
    found = session.execute(
        quiz_queries.place_in_attempt(), at, execution_options=FRESH
    ).one_or_none()
    if found is None:
        attempt(session, learner, attempt_id, now=now)
        raise NotFound("There is no such question in this quiz.")
    asked, row, is_last = found
    return Found(attempt=_in_time(asked, now), row=row, is_last=is_last)


def _in_time(attempt: Attempt, now: datetime) -> Attempt:
    """Refuse an attempt whose time is up, once nothing can be on the way any more."""
    over = attempt.ends_at is not None and now > attempt.ends_at + ON_THE_WAY
    if over and attempt.finished_at is None:
        raise TimeIsUp(attempt.id)
    return attempt


def setup_of(attempt: Attempt) -> Setup:
    """How an attempt was set up, with the seed that it was made by."""
    setup = _read_setup(attempt.scope)
    return replace(setup, seed=attempt.seed, for_me=setup.for_me)


_read_setup = lru_cache(maxsize=1000)(Setup.from_query)  # the same at each question


def question(
    session: Session, learner: Learner, attempt_id: int, position: int, *, now: datetime
) -> AskedQuestion:
    """Find one question of an attempt, by its position from 1. Raises NotFound, and TimeIsUp."""
    found = find(session, learner, attempt_id, position, now=now)
    return as_asked(found.attempt, found.row, places(session, found.attempt))


def places(session: Session, attempt: Attempt) -> tuple[Place, ...]:
    """Tell how each question of an attempt stands."""
    found = session.execute(quiz_queries.attempt_places(attempt.id))
    return tuple(place(*each) for each in found)


def place(score: float | None, answered_at: datetime | None, flagged: bool) -> Place:
    """Tell how a question stands."""
    return Place(
        answered=answered_at is not None,
        flagged=flagged,
        grade=None if score is None else Grade(score=score),
    )


def questions(session: Session, learner: Learner, attempt_id: int) -> list[Question]:
    """List the questions of an attempt as they were asked, with their keys."""
    rows = session.scalars(quiz_queries.attempt_questions(learner.id, attempt_id))
    return [Question.from_dict(row.question) for row in rows]


def to_ask_anew(
    session: Session, catalogue: Catalogue, rows: Iterable[AttemptQuestion]
) -> list[tuple[AttemptQuestion, DeckCard]]:
    """Choose the questions of an attempt without an answer that is wholly right, with their cards.

    Those whose card is gone or switched off are left out.
    """
    cards, off = catalogue.once(Deck).cards, switches.switched_off(session)
    missed = (row for row in rows if row.score is None or row.score < 1)
    return [
        (row, cards[row.card_key])
        for row in missed
        if row.card_key in cards and row.card_key not in off
    ]


def as_asked(attempt: Attempt, row: AttemptQuestion, places: Sequence[Place]) -> AskedQuestion:
    """Show a question as far as it may be told."""
    question, setup = Question.from_dict(row.question), setup_of(attempt)
    answered, finished = row.answered_at is not None, attempt.finished_at is not None
    told = setup.mode.behaviour.tells(answered=answered, finished=finished)
    return AskedQuestion(
        attempt=attempt,
        setup=setup,
        position=row.position,
        question=question if told else sealed(question),
        chosen=tuple(row.chosen or ()),
        grade=grade_of(row, question) if told else None,
        answered=answered,
        flagged=row.flagged,
        confidence=row.confidence,
        version=row.version,
        answered_at=row.answered_at,
        places=tuple(places),
    )


def grade_of(row: AttemptQuestion, question: Question) -> Grade | None:
    """The grade that an answer has, with what the learner decided; None where it has none yet."""
    if row.score is None:
        return None
    typed = question.answer_kind is AnswerKind.TEXT
    return Grade(score=row.score, near=typed and grade(question, row.chosen or ()).near)
