"""What a learner does with cards by hand. None of it rates a card, and all of it can be undone."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import queries
from quiz.db.models import Card, Learner
from quiz.learning.days import DAY
from quiz.learning.scheduling import RESET
from quiz.services import learners, log, study
from quiz.services.deck import Flashcards
from quiz.services.errors import Refused
from quiz.services.undo import LIMIT

LONGEST_NOTE = 2000
"""Characters of a note."""


class Action(StrEnum):
    """What can be done to one card or to several at once."""

    BURY = "bury"
    UNBURY = "unbury"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    MARK = "mark"
    UNMARK = "unmark"
    RESET = "reset"


_ADDING = (Action.BURY, Action.SUSPEND, Action.MARK)
"""What can be done to a card that was not met yet."""


class TooMany(Refused):
    """More cards were to be set back to new than could be undone."""


class NoteTooLong(Refused):
    """A note is longer than a note can be."""


class NoteChanged(Refused):
    """A note is another by now than the one that was edited; ``now`` is what it says."""

    def __init__(self, now: str) -> None:
        super().__init__("This note was changed elsewhere since you began to edit it.")
        self.now = now


def apply(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    keys: Sequence[str],
    action: Action,
    *,
    now: datetime,
) -> int:
    """Do something to cards; tells how many it changed.

    A card that it is done to already is left alone, as is a key that names no card. Burying
    lasts until the next study day. Setting back to new is a row of the log. Raises
    TooMany where more are to be set back than can be undone.
    """
    if action is Action.RESET:
        refuse_too_many(keys)
    rows = _rows(session, learner, catalogue, keys, add=action in _ADDING)
    if action is Action.RESET:
        return _reset(session, learner, rows, now)
    until = learners.day_start(learner, learners.study_day(learner, now) + DAY)
    changed = sum(_change(row, action, now, until) for row in rows)
    session.flush()
    return changed


def refuse_too_many(keys: Collection[str]) -> None:
    """Raise TooMany where more cards are to be set back to new than can be undone."""
    if len(set(keys)) > LIMIT:
        raise TooMany(
            f"Choose at most {LIMIT} cards to set back to new at once: so many can be undone."
            " Nothing was changed."
        )


def has(session: Session, learner: Learner, key: str) -> bool:
    """Tell whether a learner has met a card or done something with it, whatever became of it."""
    return session.scalars(queries.card(learner.id, key)).one_or_none() is not None


def note(session: Session, learner: Learner, key: str) -> str:
    """Give the learner's note on a card; empty where there is none."""
    row = session.scalars(queries.card(learner.id, key)).one_or_none()
    return (row.note if row else None) or ""


def note_version(text: str | None) -> str:
    """Name what a note says, so that it can be told from what it says later."""
    return sha256((text or "").encode()).hexdigest()[:16]


def write_note(
    session: Session, learner: Learner, catalogue: Catalogue, key: str, text: str, *, version: str
) -> bool:
    """Write the learner's note on a card, in plain text; an empty one takes it away.

    ``version`` names the note that was edited, see :func:`note_version`. Tells whether
    there is a note now. Raises UnknownCard, NoteTooLong, and NoteChanged where the note
    is another by now and says something else.
    """
    cleaned = _cleaned(text)
    if len(cleaned) > LONGEST_NOTE:
        over = len(cleaned) - LONGEST_NOTE
        raise NoteTooLong(
            f"A note has at most {LONGEST_NOTE:,} characters; this one has {over:,} too many."
            " Nothing was saved yet."
        )
    rows = _rows(session, learner, catalogue, [key], add=bool(cleaned))
    if not rows and cleaned:
        raise study.UnknownCard("This card is not there any more. Go on with the next one.")
    for row in rows:
        if note_version(row.note) != version and (row.note or "") != cleaned:
            raise NoteChanged(row.note or "")
        row.note = cleaned or None
    session.flush()
    return bool(cleaned)


def _rows(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    keys: Collection[str],
    *,
    add: bool,
) -> list[Card]:
    """Find the rows of cards, and where asked add those of cards not met yet."""
    wanted = list(dict.fromkeys(keys))
    learners.lock(session, learner)
    among = queries.cards_among(learner.id, wanted)
    found = {row.key: row for row in session.scalars(among, execution_options=queries.FRESH)}
    deck = catalogue.once(Flashcards).cards
    for key in wanted:
        if add and key not in found and key in deck:
            found[key] = study.new_row(session, learner, deck[key])
    session.flush()
    return [found[key] for key in wanted if key in found]


def _reset(session: Session, learner: Learner, rows: Sequence[Card], now: datetime) -> int:
    met = [row for row in rows if row.reviews]
    for row in met:
        log.append(session, learner, row, RESET, duration_ms=0, now=now)
    return len(met)


def _cleaned(text: str) -> str:
    """Count a line's end once, and leave out what no one writes by hand and no database keeps."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def _change(row: Card, action: Action, now: datetime, until: datetime) -> bool:
    name, value = {
        Action.BURY: ("buried_until", until),
        Action.UNBURY: ("buried_until", None),
        Action.SUSPEND: ("suspended_at", now),
        Action.UNSUSPEND: ("suspended_at", None),
        Action.MARK: ("marked_at", now),
        Action.UNMARK: ("marked_at", None),
    }[action]
    before = getattr(row, name)
    if name == "buried_until" and before is not None and before <= now:
        before = None  # that has passed
    if (before is None) == (value is None):
        return False
    setattr(row, name, value)
    return True
