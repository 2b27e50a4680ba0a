"""Flags: a learner says that something is wrong with a question, and someone looks at it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import queries, quiz_queries
from quiz.db.models import AttemptQuestion, Flag, Learner
from quiz.questions.base import Question
from quiz.services import learners, quizzes, study, switches
from quiz.services.errors import Refused

LONGEST_NOTE = 500
"""In characters."""


class NotFlagged(Refused):
    """Nobody has flagged the card."""


class Reason(StrEnum):
    """What is wrong with a question."""

    WRONG = "wrong"
    UNCLEAR = "unclear"
    TOO_EASY = "too easy"
    GIVES_ITSELF_AWAY = "gives itself away"


class Resolution(StrEnum):
    """What came of a flag."""

    DISMISSED = "dismissed"
    SWITCHED_OFF = "switched off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What someone wrote beside a reason."""

    reason: Reason
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedCard:
    """All that was said of one card; ``question`` is the one flagged last, as it was shown.

    ``seed`` is that of the question, empty where the reader could make an open quiz of it.

    ``reasons`` counts flags, the most frequent reason first, and ``notes`` are latest
    first. ``open`` counts the flags that nobody has dealt with.
    """

    key: str
    kind: str
    question: Question
    seed: int | None
    learners: int
    reasons: Mapping[Reason, int]
    notes: tuple[Note, ...]
    latest: datetime
    open: int
    switched_off: bool


def flag_quiz_question(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    *,
    reason: Reason,
    note: str = "",
    now: datetime,
) -> bool:
    """Flag a question of one of the learner's quizzes, answered or not, as it is frozen there.

    Tells whether that is news: the same said twice is kept once. Raises quizzes.NotFound.
    """
    learners.lock(session, learner)
    query = quiz_queries.attempt_question(learner.id, attempt_id, position)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise quizzes.NotFound("There is no such question in this quiz.")
    question = Question.from_dict(row.question)
    return _keep(session, learner, question, reason, note=note, shown_in=row, now=now)


def flag_card(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    key: str,
    sequence: int,
    *,
    reason: Reason,
    note: str = "",
    now: datetime,
) -> bool:
    """Flag what a flashcard asks at a place in its log, rated or not; it is asked anew from there.

    Tells whether that is news: the same said twice is kept once. Raises
    study.UnknownCard and study.StaleCard.
    """
    learners.lock(session, learner)
    question = study.question_at(session, learner, catalogue, key, sequence)
    return _keep(session, learner, question, reason, note=note, shown_in=None, now=now)


def total(session: Session, *, only_open: bool, reader: Learner | None = None) -> int:
    """Count the cards flagged, or those with an open flag; see :func:`listing`."""
    query = queries.flagged_total(only_open=only_open, without=_untold(reader))
    return session.scalars(query).one()


def listing(
    session: Session,
    *,
    only_open: bool,
    reader: Learner | None = None,
    start: int = 0,
    limit: int | None = None,
) -> list[FlaggedCard]:
    """List the cards flagged, or those with an open flag; the latest flagged comes first.

    Those that a quiz of the ``reader`` asks, and whose keys it has not told yet, are left out;
    of a quiz that goes on, its seed is.
    """
    query = queries.flagged_keys(only_open=only_open, without=_untold(reader))
    query = query.offset(start).limit(limit)
    latest: dict[str, int] = {row.card_key: row.latest for row in session.execute(query)}
    if not latest:
        return []
    said: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(queries.flags_of(list(latest))):
        said[row.card_key].append(row)
    shown = {
        key: (Question.from_dict(question), goes_on and reader is not None)
        for key, question, goes_on in session.execute(
            queries.flagged_questions(list(latest.values()))
        )
    }
    off = switches.switched_off(session)
    return [_card(key, *shown[key], said[key], switched_off=key in off) for key in latest]


def dismiss(session: Session, key: str, *, now: datetime) -> int:
    """Lay a card's open flags aside, because the card is fine; returns how many there were."""
    return _resolve(session, key, Resolution.DISMISSED, now)


def switch_off(session: Session, learner: Learner, key: str, *, now: datetime) -> bool:
    """Have no one asked a flagged card any more, and close its flags; False where it was so.

    Past results stay. Raises NotFlagged.
    """
    said = session.execute(queries.flags_of([key])).all()
    if not said:
        raise NotFlagged("Nobody has flagged that question.")
    still = [row for row in said if row.resolution is None] or said
    why = ", ".join(reason for reason, _ in Counter(row.reason for row in still).most_common())
    changed = switches.switch_off(session, learner, key, why=why, now=now)
    _resolve(session, key, Resolution.SWITCHED_OFF, now)
    return changed


def _keep(
    session: Session,
    learner: Learner,
    question: Question,
    reason: Reason,
    *,
    note: str,
    shown_in: AttemptQuestion | None,
    now: datetime,
) -> bool:
    query = queries.flag(learner.id, question.key, question.seed, reason)
    if session.scalars(query).one_or_none() is not None:
        return False
    session.add(
        Flag(
            learner_id=learner.id,
            attempt_question_id=shown_in.id if shown_in else None,
            card_key=question.key,
            stix_id=question.stix_id,
            kind=question.kind,
            seed=question.seed,
            reason=reason,
            note=_cleaned(note),
            question=question.to_dict(),
            created_at=now,
        )
    )
    session.flush()
    return True


def _untold(reader: Learner | None) -> Select[str] | None:
    return None if reader is None else quiz_queries.untold(reader.id)


def _cleaned(note: str) -> str | None:
    """Leave out what no one writes by hand, and make it fit; None where nothing is left."""
    text = "".join(c for c in note.replace("\r\n", "\n") if c == "\n" or c.isprintable())
    return text.strip()[:LONGEST_NOTE] or None


def _resolve(session: Session, key: str, resolution: Resolution, now: datetime) -> int:
    rows = session.scalars(queries.open_flags(key), execution_options=queries.FRESH).all()
    for row in rows:
        row.resolved_at = now
        row.resolution = resolution
    session.flush()
    return len(rows)


def _card(
    key: str,
    question: Question,
    without_seed: bool,
    said: Sequence[Row[*tuple[Any, ...]]],
    *,
    switched_off: bool,
) -> FlaggedCard:
    return FlaggedCard(
        key=key,
        kind=key.rpartition("/")[2],
        question=question,
        seed=None if without_seed else question.seed,
        learners=len({row.learner_id for row in said}),
        reasons=dict(Counter(Reason(row.reason) for row in said).most_common()),
        notes=tuple(
            Note(reason=Reason(row.reason), text=row.note, at=row.created_at)
            for row in said
            if row.note
        ),
        latest=said[0].created_at,
        open=sum(row.resolution is None for row in said),
        switched_off=switched_off,
    )
