"""Cards that no one is asked any more, on the whole instance; what was done with them stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.db import queries
from quiz.db.models import Learner, SwitchedOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A card switched off: since when, why, and by whom, which is empty once they are gone."""

    key: str
    stix_id: str
    kind: str
    since: datetime
    why: str
    by: str | None


def switched_off(session: Session) -> frozenset[str]:
    """Give the keys of the cards that no one is asked any more, as they are at this moment.

    Another process may change them at any time: read them anew for each request.
    """
    return frozenset(session.scalars(queries.switched_off_keys()))


def is_switched_off(session: Session, key: str) -> bool:
    """Tell whether no one is asked a card any more."""
    return session.get(SwitchedOff, key, populate_existing=True) is not None


def total(session: Session) -> int:
    """Count the cards switched off."""
    return session.scalars(queries.switched_off_total()).one()


def listing(session: Session, *, start: int = 0, limit: int | None = None) -> list[Switch]:
    """List the cards switched off, latest first."""
    return [
        Switch(
            key=row.card_key,
            stix_id=row.stix_id,
            kind=row.kind,
            since=row.since,
            why=row.why,
            by=name,
        )
        for row, name in session.execute(queries.switched_off().offset(start).limit(limit))
    ]


def switch_off(session: Session, learner: Learner, key: str, *, why: str, now: datetime) -> bool:
    """Stop asking a card; tells whether it was still asked. No other row changes."""
    stix_id, _, kind = key.rpartition("/")
    row = SwitchedOff(
        card_key=key, stix_id=stix_id, kind=kind, learner_id=learner.id, why=why, since=now
    )
    if is_switched_off(session, key):
        return False
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody else was faster
        return False
    return True


def switch_on(session: Session, key: str) -> bool:
    """Ask a card again, as it was; tells whether it was switched off."""
    row = session.get(SwitchedOff, key, populate_existing=True)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
