"""Who learns, and when their day starts."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.db import queries
from quiz.db.base import begin_writing
from quiz.db.models import Learner
from quiz.learning import days


def find_local(session: Session) -> Learner | None:
    """Find the one learner of solo mode; None before the first use."""
    return session.scalars(queries.local_learner()).one_or_none()


def local_learner(session: Session, *, now: datetime) -> Learner:
    """Find the one learner of solo mode; on first use, begin writing and make it.

    Two requests that race to make it get the same one.
    """
    if (learner := find_local(session)) is not None:
        return learner
    begin_writing(session)
    try:
        with session.begin_nested():
            session.add(Learner(local=True, name="Local learner", created_at=now))
    except IntegrityError:
        pass  # the other request was faster
    return session.scalars(queries.local_learner()).one()


def set_time_zone(session: Session, learner: Learner, name: str) -> None:
    """Set a learner's time zone by its IANA name. Raises ValueError where there is none such."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {name!r}: choose a name such as Europe/Berlin"
        ) from None
    learner.time_zone = name
    learner.time_zone_known = True
    session.flush()


def take_turn(session: Session, learner: Learner) -> None:
    """Make the learner's writes take turns, as :func:`lock` does, and read nothing.

    On SQLite they do since the transaction began to write.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(queries.learner_turn(), {"learner_id": learner.id}).all()


def lock(session: Session, learner: Learner) -> None:
    """Make the learner's writes take turns until the transaction ends.

    Two tabs, or a form sent twice, then never meet half-way: what the first has
    written is there when the second reads, what it has set of the learner too.
    """
    query = queries.learner_for_update(learner.id)
    session.scalars(query, execution_options=queries.FRESH).one_or_none()


def study_day(learner: Learner, at: datetime) -> date:
    """Tell which of the learner's study days a moment belongs to."""
    return days.study_day(at, ZoneInfo(learner.time_zone), learner.rollover_hour)


def day_start(learner: Learner, day: date) -> datetime:
    """Tell when one of the learner's study days starts, in UTC."""
    return days.day_start(day, ZoneInfo(learner.time_zone), learner.rollover_hour)
