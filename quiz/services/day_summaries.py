"""What each study day's ratings add up to: days that are over are added up once, and kept.

Nothing else has to know of what is kept. Each time it is read, it is held against the log: how
many rows that has in all, as its cards count them, how many of them are of today, and which
of them are undone. Where that differs, because one was undone or came late for its day (as
on a journey), the days that changed are added up anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quiz.db import statistics_queries
from quiz.db.models import DaySummary, Learner
from quiz.db.statistics_queries import CardFilter
from quiz.learning.statistics import BINS, MATURE, SUREST, VERSION, DayFigures, by_day
from quiz.services import learners

MOST_NAMED = 100
"""How many days are named in a query; where more have changed, all since the first are read."""

Fingerprint = tuple[int, int, int]
"""A day's rows of the log, those undone, and the sum of their ids: a log only grows otherwise."""

NO_ROWS: Fingerprint = (0, 0, 0)
NOTHING = DayFigures(
    ratings=(0, 0, 0, 0), duration_ms=0, loss=0.0, young=(0, 0, 0), mature=(0, 0, 0), bins={}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The figures of days, and the days that are over that :func:`keep` has to keep anew."""

    figures: Mapping[date, DayFigures]
    changed: Mapping[date, Fingerprint] = field(default_factory=dict)


def read(session: Session, learner: Learner, *, first: date, today: date) -> Days:
    """Tell what the days from the first to today add up to, and others where that is at hand."""
    kept: dict[date, Fingerprint] = {}
    figures: dict[date, DayFigures] = {}
    # Not through the ORM: none of these rows is an object of the session.
    query = statistics_queries.summaries(learner.id, first, today, VERSION)
    for day, rows, undone, undone_ids, found in session.connection().execute(query):
        kept[day] = (rows, undone, undone_ids)
        if found is not None:
            figures[day] = DayFigures(**found)
    changed = _changed(session, learner, kept, today)
    few = len(changed) <= MOST_NAMED
    groups = statistics_queries.groups(
        learner.id,
        since=today if few else min(changed),
        among=sorted(changed) if few else (),
        among_cards=(),
        mature=MATURE,
        bins=BINS,
        surest=SUREST,
    )
    figures.update(dict.fromkeys(changed, NOTHING))
    figures.update(by_day(session.execute(groups)))
    return Days(figures=figures, changed=changed)


def read_cards(session: Session, learner: Learner, cards: CardFilter, *, first: date) -> Days:
    """The same of some cards only: added up from the log, and not kept."""
    query = statistics_queries.groups(
        learner.id,
        since=first,
        among=(),
        among_cards=cards,
        mature=MATURE,
        bins=BINS,
        surest=SUREST,
    )
    return Days(figures=by_day(session.execute(query)))


def keep(session: Session, learner: Learner, days: Days) -> None:
    """Keep what was found of days that are over. The transaction must have begun writing."""
    learners.lock(session, learner)
    session.execute(statistics_queries.forget_summaries(learner.id, days.changed.keys()))
    rows = [
        {
            "learner_id": learner.id,
            "day": day,
            "version": VERSION,
            "rows": rows,
            "undone": undone,
            "undone_ids": undone_ids,
            "figures": days.figures[day].to_dict(),
        }
        for day, (rows, undone, undone_ids) in days.changed.items()
        if rows
    ]
    if rows:
        session.execute(insert(DaySummary), rows)


def _changed(
    session: Session, learner: Learner, kept: Mapping[date, Fingerprint], today: date
) -> dict[date, Fingerprint]:
    """Find the days before one whose rows are not those that were added up."""
    undone = {
        day: (number, ids)
        for day, number, ids in session.execute(statistics_queries.undone_by_day(learner.id, today))
    }
    rows = session.scalars(statistics_queries.log_entries(learner.id)).one()
    rows -= session.scalars(statistics_queries.rows_since(learner.id, today)).one()
    if rows == sum(rows for rows, _, _ in kept.values()) and undone == {
        day: (number, ids) for day, (_, number, ids) in kept.items() if number
    }:
        return {}
    found: dict[date, Fingerprint] = {
        day: (rows, *undone.get(day, (0, 0)))
        for day, rows in session.execute(statistics_queries.rows_by_day(learner.id, today))
    }
    return {
        day: found.get(day, NO_ROWS)
        for day in found.keys() | kept.keys()
        if found.get(day) != kept.get(day)
    }
