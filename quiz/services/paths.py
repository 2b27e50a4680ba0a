"""Paths: decks to be known by a day. What that asks of each day, and whether it is on course.

A path is made when, on the morning of its day, every card of its deck has been met and the
share of them that is expected to be remembered is at least its target.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import deck_queries
from quiz.db.models import Learner, SavedDeck
from quiz.learning.days import DAY
from quiz.learning.scheduling import State
from quiz.questions.scope import Scope
from quiz.services import decks, learners
from quiz.services.decks import Goal, Memory
from quiz.services.planning import NOTHING, Plan, Planner, Ways, spare_days

WEEK = 7 * DAY


class Status(StrEnum):
    """How a path stands. ``empty`` has no card left, ``over`` has its day behind it."""

    AHEAD = "ahead"
    ON_COURSE = "on course"
    BEHIND = "behind"
    UNREACHABLE = "cannot be reached"
    OVER = "over"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """A day of a path: new cards, all ratings together, minutes."""

    day: date
    new: float
    ratings: float
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where a learner is on a path at a moment, and what is ahead.

    ``planned`` cards were to be met by this morning. ``share`` of all cards is expected to be
    remembered now, ``share_then`` on the morning of the day if all goes as planned. ``new_a_day``
    new cards make it; ``new_today`` are left of today's. ``days`` are those ahead, today first.
    """

    deck_id: int
    name: str
    scope: Scope
    goal: Goal
    status: Status
    cards: int
    met: int
    planned: int
    share: float
    share_then: float
    new_a_day: int
    new_today: int
    days: tuple[DayPlan, ...]
    ways: Ways | None

    @property
    def minutes_today(self) -> float:
        """How long today takes in all."""
        return self.days[0].minutes if self.days else 0.0

    @property
    def minutes_a_day(self) -> float:
        """How long a day takes on average, of those on which anything is asked."""
        asked = [day.minutes for day in self.days if day.ratings]
        return sum(asked) / len(asked) if asked else 0.0

    @property
    def most_minutes(self) -> float:
        """How long the longest day takes."""
        return max((day.minutes for day in self.days), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many new cards a path still asks for today, and the keys of its cards."""

    keys: Set[str]
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """How many cards were to be met by this morning, and how many a day."""

    by_now: float
    a_day: float


def courses(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime
) -> tuple[Course, ...]:
    """Tell where a learner is on each of their paths, the nearest day first."""
    rows = session.scalars(deck_queries.paths(learner.id)).all()
    return _courses(Planner(session, learner, catalogue, now), rows)


def under_way(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime
) -> tuple[Course, ...]:
    """Tell the same of the paths that lead on, and of those whose day came in the last week."""
    week_ago = learners.study_day(learner, now) - WEEK
    rows = session.scalars(deck_queries.paths(learner.id)).all()
    lately = [row for row in rows if row.until and row.until > week_ago]
    return _courses(Planner(session, learner, catalogue, now), lately)


def course(
    session: Session, learner: Learner, catalogue: Catalogue, deck: SavedDeck, *, now: datetime
) -> Course | None:
    """Tell where a learner is on the path of a deck, or None where it has none."""
    found = _courses(Planner(session, learner, catalogue, now), [deck])
    return found[0] if found else None


def new_today(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime
) -> tuple[Need, ...]:
    """Tell which new cards paths ask for today, the path with the nearest day first.

    They come before all other new cards, and may be more than the learner's limit: who
    sets a date is told how many cards a day it takes. Of each need its ``number`` comes,
    less those of its ``keys`` that a nearer path has brought already. Three queries, and one
    where there is no path; more only where a day's plan is worked out, once a day.
    """
    rows = session.scalars(deck_queries.paths(learner.id)).all()
    if not rows:
        return ()
    planner = Planner(session, learner, catalogue, now)
    ahead = [row for row in rows if planner.days_to(row)]
    if not ahead or not planner.is_studied(planner.today):
        return ()
    plans = planner.plans(ahead)
    met = set(session.scalars(deck_queries.met_since(learner.id, planner.day_start)))
    needs = (
        Need(keys=plan.keys, number=plan.new_a_day - len(met & plan.keys))
        for plan in (plans[row.id] for row in ahead)
    )
    return tuple(need for need in needs if need.number > 0)


def _courses(planner: Planner, rows: Sequence[SavedDeck]) -> tuple[Course, ...]:
    goals = [(row, goal) for row in rows if (goal := decks.goal_of(row)) is not None]
    if not goals:
        return ()
    planner.read([row for row, _ in goals])
    plans = planner.plans([row for row, _ in goals if planner.days_to(row)])
    return tuple(_course(planner, row, goal, plans.get(row.id, NOTHING)) for row, goal in goals)


def _course(planner: Planner, row: SavedDeck, goal: Goal, plan: Plan) -> Course:
    cards = planner.cards(row)
    known = [planner.known[key] for key in cards if key in planner.known]
    met = [found for found in known if found.state != State.NEW]
    met_today = sum(f.first_review is not None and f.first_review >= planner.day_start for f in met)
    line = _line(planner, row, goal, len(cards), known)
    share = decks.share(met, len(cards), planner.now, planner.today, planner.by)
    return Course(
        deck_id=row.id,
        name=row.name,
        scope=decks.scope_of(row),
        goal=goal,
        status=_status(
            plan, line, cards=len(cards), met=len(met) - met_today, ahead=planner.days_to(row)
        ),
        cards=len(cards),
        met=len(met),
        planned=round(line.by_now),
        share=share,
        share_then=plan.share if plan.loads else share,
        new_a_day=plan.new_a_day,
        new_today=max(0, min(plan.new_a_day - met_today, len(cards) - len(met))),
        days=tuple(
            DayPlan(
                day=planner.today + DAY * place,
                new=load.new,
                ratings=load.ratings,
                minutes=load.seconds / 60,
            )
            for place, load in enumerate(plan.loads)
        ),
        ways=planner.ways(row, plan) if plan.loads and not plan.reached else None,
    )


def _line(
    planner: Planner, row: SavedDeck, goal: Goal, cards: int, known: Collection[Memory]
) -> _Line:
    """Draw a straight line from what was met when the path began to all of it, in time."""
    since = row.since or planner.today
    begun = learners.day_start(planner.learner, since)
    base = sum(found.first_review is not None and found.first_review < begun for found in known)
    days = max(1, (goal.until - since).days)
    days -= spare_days(days)
    a_day = (cards - base) / days
    return _Line(by_now=base + a_day * min(days, (planner.today - since).days), a_day=a_day)


def _status(plan: Plan, line: _Line, *, cards: int, met: int, ahead: int) -> Status:
    """Judge by the cards met until this morning: a day's cards more or fewer are on course."""
    if not cards:
        return Status.EMPTY
    if not ahead:
        return Status.OVER
    if not plan.reached:
        return Status.UNREACHABLE
    a_day = max(1.0, line.a_day)
    if met < line.by_now - a_day:
        return Status.BEHIND
    return Status.AHEAD if met >= line.by_now + a_day else Status.ON_COURSE
