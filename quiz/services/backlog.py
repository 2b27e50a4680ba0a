"""What has piled up, and how many reviews a day it would be if it were spread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import study_queries
from quiz.db.models import Learner
from quiz.learning.days import DAY
from quiz.learning.spreading import days_of, share
from quiz.services import learners, switches
from quiz.services.deck import Flashcards
from quiz.services.horizon import Horizon

MOST_COUNTED = 1000
"""How many reviews that have piled up are counted one by one; beyond, it says *more than*."""

SPREADS = (2, 3, 5, 7, 10, 14, 21, 30)
"""Over how many days a backlog is offered to be spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """How many reviews are due by the end of the study day; ``more`` where that is not all."""

    number: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What waits, spread over days: about so many a day beside what comes due later.

    ``fullest`` is how many the fullest day has with those; ``too_much`` says that the
    learner's limit does not let as many come.
    """

    days: int
    waiting: int
    a_day: int
    fullest: int
    too_much: bool


def pile(session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime) -> Pile:
    """Count the reviews due on this study day or before, of cards that are asked still."""
    cards = catalogue.once(Flashcards).cards
    off = switches.switched_off(session)
    keys = session.scalars(
        study_queries.due_keys(learner.id, Horizon(learner, now).reviews_before),
        execution_options={"yield_per": MOST_COUNTED},
    )
    asked = (key for key in keys if key in cards and key not in off)
    number = sum(1 for _ in islice(asked, MOST_COUNTED + 1))
    keys.close()
    return Pile(number=min(number, MOST_COUNTED), more=number > MOST_COUNTED)


def spreads(
    session: Session, learner: Learner, *, now: datetime, over: Iterable[int] = SPREADS
) -> list[Spread]:
    """Work out what spreading today's backlog would make of the next days."""
    today = learners.study_day(learner, now)
    return _spreads(session, learner, today, over)


def after(session: Session, learner: Learner, last_day: date, spread_days: int) -> Spread:
    """Work out what a break would make of the days after its last, by what is known now."""
    (spread,) = _spreads(session, learner, last_day + DAY, [spread_days])
    return spread


def _spreads(
    session: Session, learner: Learner, first_day: date, over: Iterable[int]
) -> list[Spread]:
    over = tuple(over)
    starts = [learners.day_start(learner, first_day + DAY * n) for n in range(1, max(over) + 2)]
    waiting = session.scalars(study_queries.due_total(learner.id, starts[0])).one()
    by_day = dict(session.execute(study_queries.due_by_day(learner.id, starts)).all())
    coming = [0, *(by_day.get(place, 0) for place in range(max(over)))]
    found = []
    for days in over:
        fullest = max(days_of(waiting, coming[:days]))
        found.append(
            Spread(
                days=days,
                waiting=waiting,
                a_day=share(waiting, days),
                fullest=fullest,
                too_much=fullest > learner.reviews_per_day,
            )
        )
    return found
