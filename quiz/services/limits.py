"""How many reviews and new cards a study day has room for beside what was done on it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from quiz.db import study_queries
from quiz.db.models import Break, Learner
from quiz.learning.spreading import share
from quiz.services import breaks, learners
from quiz.services.breaks import Leave

MORE = 20
"""How many more reviews one can ask for on a day whose limit is reached."""

MOST_A_DAY = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a learner has done on a study day, by the day that each review carries.

    That day stays whatever the clock does later: with another time zone or rollover
    hour, no day's cards are given out twice, and none is left out. ``reviewed`` counts
    the cards known before, ``met`` the new ones. ``stix_ids`` are of the cards rated,
    the latest first.
    """

    reviewed: int
    met: int
    keys: Set[str]
    stix_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a study day has room for still: so many reviews, and new cards.

    On a break there is none but what was asked for on the day. ``days_left`` of a
    spread include the day. ``extended_to`` is how far asking for more would go.
    """

    reviews: int
    new: int
    running: Break | None
    days_left: int
    extended_to: int


def done(session: Session, learner: Learner, today: date) -> Done:
    """Tell what was done on a study day; ratings undone do not count."""
    rows = session.execute(study_queries.done_on(learner.id, today)).all()
    return Done(
        reviewed=len({row.key for row in rows if row.reviewed}),
        met=len({row.key for row in rows if row.met}),
        keys={row.key for row in rows},
        stix_ids=tuple(row.stix_id for row in rows),
    )


def room(session: Session, learner: Learner, today: date, before: datetime, done: Done) -> Room:
    """Tell what a study day has room for; reviews due ``before`` a moment can come on it."""
    leave = breaks.leave(session, learner, today)
    most = 0 if leave.running else learner.reviews_per_day
    if leave.spread_before:
        most = min(most, _spread(session, learner, today, leave, done, before=before))
    if learner.extended_day == today:
        most = max(most, learner.extended_to)
    reviews = max(0, most - done.reviewed)
    return Room(
        reviews=reviews,
        new=0 if leave.running else max(0, learner.new_per_day - done.met),
        running=leave.running,
        days_left=leave.days_left,
        extended_to=min(done.reviewed + reviews + MORE, MOST_A_DAY),
    )


def _spread(
    session: Session, learner: Learner, today: date, leave: Leave, done: Done, *, before: datetime
) -> int:
    """Tell how many reviews a day of a spread has: its share of what is spread, and the others.

    It stays the same all day, whichever of them are done. Cards that have left the deck
    make it a little larger, never smaller.
    """
    first = learners.day_start(learner, leave.spread_before or today)
    due = session.scalars(study_queries.due_total(learner.id, before)).one()
    spread = session.scalars(study_queries.due_total(learner.id, min(first, before))).one()
    of_these = session.scalars(study_queries.done_of_due(learner.id, today, first)).one()
    mine = share(spread + of_these, leave.days_left)
    return mine + (due - spread) + (done.reviewed - of_these)


def extend(session: Session, learner: Learner, extended_to: int, *, now: datetime) -> None:
    """Let so many reviews come on this study day and no other, where that is more than can.

    Raises ValueError outside 1 to 9,999.
    """
    if not 1 <= extended_to <= MOST_A_DAY:
        raise ValueError(f"{extended_to} reviews on a day are not from 1 to {MOST_A_DAY}")
    learners.lock(session, learner)
    session.refresh(learner)
    today = learners.study_day(learner, now)
    if learner.extended_day != today:
        learner.extended_day, learner.extended_to = today, 0
    learner.extended_to = max(learner.extended_to, extended_to)
    session.flush()
