"""How a learner wants to learn: what can be set, and what setting it does."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.db.models import Learner
from quiz.learning.parameters import (
    LEAST_RETENTION,
    LONGEST_INTERVAL,
    MOST_RETENTION,
    STANDARD,
    Parameters,
)
from quiz.services import learners, log, parameters

ORDERS = ("suggested", "tactic", "prevalence")
WAYS = ("reveal", "choose", "type")
EXAM_TIMES = (100, 125, 150, 200, 0)
"""What a learner may have of an exam's time limit, in percent of it; 0 for no limit."""
MOST_A_DAY = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a learner sets. The retention is from 0.70 to 0.99, intervals are in days."""

    desired_retention: float = STANDARD.desired_retention
    maximum_interval: int = STANDARD.maximum_interval
    fuzz: bool = STANDARD.fuzz
    time_zone: str = "UTC"
    rollover_hour: int = 4
    new_per_day: int = 10
    reviews_per_day: int = 200
    new_order: str = "suggested"
    bury_siblings: bool = True
    answering: str = "reveal"
    two_buttons: bool = False
    quiz_counts: bool = False
    exam_time: int = 100


_OF_THE_SCHEDULE = ("desired_retention", "maximum_interval", "fuzz")


def current(session: Session, learner: Learner) -> Settings:
    """Give what is set now."""
    by = parameters.of(session, learner)
    own = {
        name: getattr(by if name in _OF_THE_SCHEDULE else learner, name)
        for name in Settings.__dataclass_fields__
    }
    return Settings(**own)


def save(session: Session, learner: Learner, settings: Settings, *, now: datetime) -> None:
    """Set everything. No card moves: other dates come with each card's next rating.

    Raises ValueError for what is out of its bounds.
    """
    _check(settings)
    learners.lock(session, learner)
    by = parameters.of(session, learner)
    adopt(
        session,
        learner,
        replace(by, **{name: getattr(settings, name) for name in _OF_THE_SCHEDULE}),
        now=now,
    )
    for name, value in asdict(settings).items():
        if name not in {*_OF_THE_SCHEDULE, "time_zone"}:
            setattr(learner, name, value)
    if settings.time_zone != learner.time_zone:
        learners.set_time_zone(session, learner, settings.time_zone)
    session.flush()


def adopt(session: Session, learner: Learner, new: Parameters, *, now: datetime) -> int:
    """Schedule by other parameters from now on; returns how many cards are remembered otherwise.

    Where the weights are others, what is remembered of each card is worked out from the
    log anew, as if they had been there from the start. No card moves.
    """
    learners.lock(session, learner)
    old = parameters.of(session, learner)
    if new == old:
        return 0
    kept = parameters.keep(session, new, now=now)
    learner.parameters_version = None if new == STANDARD else kept
    session.flush()
    if new.weights == old.weights:
        return 0
    return len(log.rebuild(session, learner))


def _check(settings: Settings) -> None:
    bounds = {
        "desired_retention": (LEAST_RETENTION, MOST_RETENTION),
        "maximum_interval": (1, LONGEST_INTERVAL),
        "rollover_hour": (0, 23),
        "new_per_day": (0, MOST_A_DAY),
        "reviews_per_day": (0, MOST_A_DAY),
    }
    for name, (least, most) in bounds.items():
        if not least <= getattr(settings, name) <= most:
            raise ValueError(f"{name} is from {least} to {most}")
    choices = {"new_order": ORDERS, "answering": WAYS, "exam_time": EXAM_TIMES}
    for name, known in choices.items():
        if getattr(settings, name) not in known:
            raise ValueError(f"{name} is one of {', '.join(map(str, known))}")
