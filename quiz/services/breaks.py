"""Days without study, planned or forgiven; no card's date is changed for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from quiz.db import study_queries
from quiz.db.models import Break, Learner
from quiz.learning.days import DAY
from quiz.learning.spreading import LONGEST_SPREAD
from quiz.services import learners
from quiz.services.errors import Refused

LONGEST_BREAK = 92
"""How many days a break can have."""

FURTHEST = 366
"""How many days ahead a break can begin."""


class BadBreak(Refused):
    """A break that cannot be; ``field`` names what to correct."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class NoSuchBreak(Refused):
    """The learner has no such break, or none any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What breaks make of a study day: the one it is in, or the spread that it is part of.

    Spread is what was due by the first day after a break, before the day ``spread_before``.
    ``days_left`` include the day; without a spread, there are none.
    """

    running: Break | None = None
    spread_before: date | None = None
    days_left: int = 0


def leave(session: Session, learner: Learner, today: date) -> Leave:
    """Tell what a learner's breaks make of a study day.

    Only the latest that is over is spread, so that shares of two do not add up.
    """
    since = today - DAY * (LONGEST_SPREAD + 1)
    begun = session.scalars(study_queries.breaks_begun(learner.id, today, since)).all()
    if begun and begun[0].last_day >= today:
        return Leave(running=begun[0])
    if not begun:
        return Leave()
    until = begun[0].last_day + DAY * begun[0].spread_days
    if until < today:
        return Leave()
    return Leave(spread_before=begun[0].last_day + 2 * DAY, days_left=(until - today) // DAY + 1)


def listing(session: Session, learner: Learner) -> Sequence[Break]:
    """List the breaks planned, running and over, the latest first."""
    return session.scalars(study_queries.breaks(learner.id)).all()


def find(session: Session, learner: Learner, break_id: int) -> Break:
    """Find one of the learner's breaks. Raises NoSuchBreak."""
    found = session.scalars(study_queries.learner_break(learner.id, break_id)).one_or_none()
    if found is None:
        raise NoSuchBreak("There is no such break any more.")
    return found


def plan(
    session: Session,
    learner: Learner,
    *,
    first_day: date,
    last_day: date,
    spread_days: int,
    now: datetime,
) -> Break:
    """Plan a break from today on or later. Raises BadBreak, which says what is wrong.

    The same break sent twice is one.
    """
    learners.lock(session, learner)
    for other in session.scalars(study_queries.breaks_between(learner.id, first_day, last_day)):
        if (other.first_day, other.last_day, other.spread_days) == (
            first_day,
            last_day,
            spread_days,
        ):
            return other
    check(session, learner, first_day, last_day, spread_days, now=now)
    found = Break(
        learner_id=learner.id,
        first_day=first_day,
        last_day=last_day,
        spread_days=spread_days,
        created_at=now,
    )
    session.add(found)
    session.flush()
    return found


def change(
    session: Session,
    learner: Learner,
    break_id: int,
    *,
    first_day: date,
    last_day: date,
    spread_days: int,
    now: datetime,
) -> Break:
    """Change a break that is not over. Raises NoSuchBreak, and BadBreak as planning does."""
    learners.lock(session, learner)
    found = find(session, learner, break_id)
    check(session, learner, first_day, last_day, spread_days, now=now, changed=found)
    found.first_day, found.last_day, found.spread_days = first_day, last_day, spread_days
    session.flush()
    return found


def end(session: Session, learner: Learner, break_id: int, *, now: datetime) -> None:
    """End a break before today, or take back one that has no day before today.

    The spread of one that is ended starts today. Raises NoSuchBreak.
    """
    learners.lock(session, learner)
    found = find(session, learner, break_id)
    today = learners.study_day(learner, now)
    if found.first_day >= today:
        session.delete(found)
    else:
        found.last_day = min(found.last_day, today - DAY)
    session.flush()


def forgive(session: Session, learner: Learner, spread_days: int, *, now: datetime) -> Break:
    """Spread what has piled up over some days from today on. Raises BadBreak.

    It is a break that was yesterday: a break that ended then is spread anew.
    """
    learners.lock(session, learner)
    yesterday = learners.study_day(learner, now) - DAY
    _check_spread(spread_days)
    over = session.scalars(study_queries.breaks_between(learner.id, yesterday, yesterday)).first()
    if over and over.last_day > yesterday:
        raise BadBreak("spread_days", "You are on a break: end it first.")
    if over is None:
        over = Break(learner_id=learner.id, first_day=yesterday, last_day=yesterday, created_at=now)
        session.add(over)
    over.spread_days = spread_days
    session.flush()
    return over


def check(
    session: Session,
    learner: Learner,
    first_day: date,
    last_day: date,
    spread_days: int,
    *,
    now: datetime,
    changed: Break | None = None,
) -> None:
    """Raise BadBreak where a break cannot be, or not be ``changed`` to that."""
    today = learners.study_day(learner, now)
    if last_day < first_day:
        raise BadBreak("last_day", "The last day is before the first.")
    if changed and changed.last_day < today:
        raise BadBreak("last_day", "That break is over.")
    if last_day < today:
        raise BadBreak(
            "last_day", "That is over. To spread what has piled up since, use the form for that."
        )
    begun = changed is not None and changed.first_day < today
    if first_day < today and not (changed and begun and first_day == changed.first_day):
        raise BadBreak("first_day", "A break can begin today at the earliest.")
    if first_day - today > timedelta(days=FURTHEST):
        raise BadBreak("first_day", "That is more than a year ahead.")
    if last_day - first_day >= timedelta(days=LONGEST_BREAK):
        raise BadBreak("last_day", f"A break can have {LONGEST_BREAK} days at most.")
    _check_spread(spread_days)
    for other in session.scalars(study_queries.breaks_between(learner.id, first_day, last_day)):
        if other is not changed:
            raise BadBreak(
                "first_day",
                f"You have a break from {_words(other.first_day)} to {_words(other.last_day)}"
                " already. Change that one, or choose other days.",
            )


def excused(session: Session, learner: Learner) -> Sequence[tuple[date, date]]:
    """Give the first and last days on which no study is missed: breaks, from when planned on."""
    return [
        (max(found.first_day, learners.study_day(learner, found.created_at)), found.last_day)
        for found in listing(session, learner)
    ]


def _check_spread(spread_days: int) -> None:
    if not 1 <= spread_days <= LONGEST_SPREAD:
        raise BadBreak("spread_days", f"Choose from 1 to {LONGEST_SPREAD} days.")


def _words(day: date) -> str:
    return f"{day.day} {day:%B}"
